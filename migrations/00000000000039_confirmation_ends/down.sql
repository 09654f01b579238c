delete from confirmation_reminder where campaign_id in (select id from confirmation_campaign where state = 'cancelled');
delete from confirmation_answer where confirmation_id in (
  select c.id from confirmation c join confirmation_campaign g on g.id = c.campaign_id where g.state = 'cancelled');
delete from confirmation where campaign_id in (select id from confirmation_campaign where state = 'cancelled');
delete from confirmation_campaign where state = 'cancelled';
alter table confirmation_campaign
  drop constraint confirmation_campaign_state_check,
  drop constraint confirmation_campaign_started_check,
  drop constraint confirmation_campaign_ended_check;
update confirmation_campaign set state = 'running' where state = 'closed';
alter table confirmation_campaign
  drop column ended_at, drop column ended_by, drop column cancel_reason,
  add constraint confirmation_campaign_state_check check (state in ('planned', 'running')),
  add constraint confirmation_campaign_check1 check ((state = 'planned') = (started_at is null)),
  add constraint confirmation_campaign_check2 check ((state = 'planned') = (member_count is null));
