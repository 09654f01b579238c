drop table approval;
alter table submission drop constraint submission_channel_check;
alter table submission add constraint submission_channel_check check (channel in ('api_json', 'api_file'));
