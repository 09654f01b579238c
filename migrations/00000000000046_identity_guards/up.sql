-- Nothing is recorded any more under an id that was merged into another one (名寄せ, R-008), whatever a program does. Asked once for each
-- statement, by the few ids that were merged. Whoever writes holds the person, and has seen the end of a merge that went before.
create function refuse_merged_person() returns trigger language plpgsql as $$
begin
  if exists (select from person p join fresh f on f.person_id = p.id where p.merged_into is not null) then
    raise exception 'nothing is recorded under an id that was merged into another one';
  end if;
  return null;
end $$;
create function refuse_merged_insured() returns trigger language plpgsql as $$
begin
  if exists (select from person p join fresh f on f.insured_id = p.id where p.merged_into is not null) then
    raise exception 'nothing is recorded under an id that was merged into another one';
  end if;
  return null;
end $$;
do $$
declare of text;
begin
  foreach of in array array['person_identity', 'enrolment', 'dependency', 'standard_remuneration', 'standard_bonus', 'bonus_payment',
      'concurrent_office', 'leave_period', 'protection', 'public_expense'] loop
    execute format('create trigger of_nobody_merged after insert on %I referencing new table as fresh for each statement '
      || 'execute function refuse_merged_person()', of);
  end loop;
end $$;
create trigger under_nobody_merged after insert on dependency referencing new table as fresh for each statement
  execute function refuse_merged_insured();

-- 支援措置: those that end soon, and a day of the calendar that reminds of them.
create index protection_end on protection (valid_to, protection_id) where superseded_at is null and valid_to is not null;
do $$
declare known text;
begin
  select pg_get_constraintdef(oid) into strict known from pg_constraint
    where conname = 'calendar_run_kind_check' and conrelid = 'calendar_run'::regclass;
  alter table calendar_run drop constraint calendar_run_kind_check;
  execute format('alter table calendar_run add constraint calendar_run_kind_check check (%s or kind = %L)',
    substring(known from '^CHECK (.*)$'), 'protections');
end $$;
comment on column calendar_run.affected_count is 'Changes that the day made: covers, which stand in calendar_effect, and rows of confirmations; or protections that end soon, of which it reminds';
