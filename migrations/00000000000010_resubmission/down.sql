drop index notification_returned;
drop index notification_resubmitted_once;
comment on column notification.resubmission_of is null;
drop trigger keep_intake_state on notification;
drop function keep_intake_state();
alter table notification drop column intake_state;
