alter table notification add column intake_state text
  check (intake_state in ('accepted', 'review', 'precheck', 'rejected'));
update notification set intake_state = case
  when state in ('accepted', 'review', 'precheck', 'rejected') then state
  when findings @> '[{"code": "W-ERA-BOUNDARY"}]' or findings @> '[{"code": "W-CHAR-OUTSIDE-JISX0208"}]' then 'review'
  else 'accepted' end;
alter table notification alter column intake_state set not null;
comment on column notification.intake_state is 'What the intake made of it; never changes, so that the counts of a submission stay (R-088)';
comment on column notification.resubmission_of is 'The returned notification that this one corrects';
create unique index notification_resubmitted_once on notification (resubmission_of)
  where resubmission_of is not null and state <> 'withdrawn';
create index notification_returned on notification (employer_id, kind) where state = 'returned';
