-- 賞与不支給報告書 is notified like any other form: staff decides it, a later one corrects or takes back an earlier one, and what was known stays.
alter table no_bonus_report add column recorded_at timestamptz;
alter table no_bonus_report add column superseded_at timestamptz;
alter table no_bonus_report add column source uuid;
update no_bonus_report set recorded_at = received_at;
alter table no_bonus_report alter column recorded_at set not null;
alter table no_bonus_report drop constraint no_bonus_report_employer_id_planned_month_key;
create unique index no_bonus_report_once on no_bonus_report (employer_id, planned_month) where superseded_at is null;
comment on column no_bonus_report.received_by is 'Who accepted it; of those from before they were notified, who filed it';
comment on column no_bonus_report.source is 'Notification that this version came from; none of those from before they were notified';
grant update on no_bonus_report to kenpo_service;
create trigger keep_history before update on no_bonus_report for each row execute function refuse_rewrite();
