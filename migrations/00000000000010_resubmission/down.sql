drop index notification_returned;
drop index notification_resubmitted_once;
comment on column notification.resubmission_of is null;
alter table notification drop column intake_state;
