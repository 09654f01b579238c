drop index confirmation_person, confirmation_insured;
alter table dependent_recognition drop constraint dependent_recognition_departure_check;
drop trigger another_decides on confirmation;
drop function refuse_own_answer;
alter table confirmation_answer drop column employer_finding;
delete from confirmation_campaign where state = 'cancelled' and started_at is null;
alter table confirmation_campaign
  drop constraint confirmation_campaign_state_check,
  drop constraint confirmation_campaign_started_check,
  drop constraint confirmation_campaign_ended_check;
update confirmation_campaign set state = 'running' where state in ('closed', 'cancelled');
alter table confirmation_campaign
  drop column ended_at, drop column ended_by, drop column cancel_reason,
  add constraint confirmation_campaign_state_check check (state in ('planned', 'running')),
  add constraint confirmation_campaign_check1 check ((state = 'planned') = (started_at is null)),
  add constraint confirmation_campaign_check2 check ((state = 'planned') = (member_count is null));
