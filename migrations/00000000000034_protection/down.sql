drop table protection;
alter table approval drop constraint approval_kind_check;
alter table approval add constraint approval_kind_check check (kind in ('keyed_notification', 'voluntary_setting')) not valid;
