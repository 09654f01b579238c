alter table notification add column intake_state text
  check (intake_state in ('accepted', 'review', 'precheck', 'rejected'));
update notification set intake_state = case
  when state in ('accepted', 'review', 'precheck', 'rejected') then state
  when findings @> '[{"code": "W-ERA-BOUNDARY"}]' or findings @> '[{"code": "W-CHAR-OUTSIDE-JISX0208"}]' then 'review'
  else 'accepted' end;
alter table notification alter column intake_state set not null;
comment on column notification.intake_state is 'The state it was received in; never changes, so that the counts of a submission stay (R-088)';
create function keep_intake_state() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    new.intake_state := new.state;
  elsif new.intake_state is distinct from old.intake_state then
    raise exception 'what was received is not rewritten';
  end if;
  return new;
end $$;
create trigger keep_intake_state before insert or update on notification for each row execute function keep_intake_state();
comment on column notification.resubmission_of is 'The returned notification that this one corrects';
create unique index notification_resubmitted_once on notification (resubmission_of)
  where resubmission_of is not null and state <> 'withdrawn';
create index notification_returned on notification (employer_id, kind) where state = 'returned';
