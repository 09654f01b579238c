drop trigger keep_history on no_bonus_report;
revoke update on no_bonus_report from kenpo_service;
delete from no_bonus_report where superseded_at is not null;
drop index no_bonus_report_once;
alter table no_bonus_report add constraint no_bonus_report_employer_id_planned_month_key unique (employer_id, planned_month);
alter table no_bonus_report drop column source, drop column superseded_at, drop column recorded_at;
comment on column no_bonus_report.received_by is 'Who filed it';
