-- The guard against two covers for one day held the person too late: two transactions, each with a cover of another kind, did not see each
-- other's row and both passed. Now the person is held, as every writer of the program does, so that the second one looks after the first one's
-- commit. A row lock and no advisory one, since a transaction may write the covers of many thousands.
create or replace function refuse_two_covers() returns trigger language plpgsql as $$
declare
  meets boolean;
begin
  perform from person where id = new.person_id for no key update;
  if tg_table_name = 'enrolment' then
    select into meets exists (select from enrolment e join dependency d on d.person_id = e.person_id and d.superseded_at is null
        and daterange(d.recognised_on, d.removed_on) && daterange(e.acquired_on, e.lost_on)
      where e.row_id = new.row_id and e.superseded_at is null);
  else
    select into meets exists (select from dependency d join enrolment e on e.person_id = d.person_id and e.superseded_at is null
        and daterange(e.acquired_on, e.lost_on) && daterange(d.recognised_on, d.removed_on)
      where d.row_id = new.row_id and d.superseded_at is null);
  end if;
  if meets then
    raise exception 'insured and a dependent on one day' using errcode = 'exclusion_violation', constraint = 'one_cover_at_a_time';
  end if;
  return null;
end $$;

-- Two protections (支援措置) of one person never hold on one day from the day on which the later one is recorded. Days before it are let be:
-- of two ids that turn out to be one person, both may have been protected.
create function refuse_two_protections() returns trigger language plpgsql as $$
declare
  ahead daterange := daterange((new.recorded_at at time zone 'Asia/Tokyo')::date, null);
begin
  perform from person where id = new.person_id for no key update;
  if exists (select from protection r join protection other on other.person_id = r.person_id and other.superseded_at is null
        and other.protection_id <> r.protection_id
        and daterange(other.valid_from, other.valid_to) * daterange(r.valid_from, r.valid_to) && ahead
      where r.row_id = new.row_id and r.superseded_at is null) then
    raise exception 'two protections on one day' using errcode = 'exclusion_violation', constraint = 'one_protection_at_a_time';
  end if;
  return null;
end $$;
create constraint trigger protection_beside_protection after insert on protection
  deferrable initially deferred for each row execute function refuse_two_protections();
