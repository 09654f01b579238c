-- A campaign ends: closed when everybody is decided, or cancelled.
alter table confirmation_campaign
  drop constraint confirmation_campaign_state_check,
  drop constraint confirmation_campaign_check1,
  drop constraint confirmation_campaign_check2,
  add column ended_at timestamptz,
  add column ended_by uuid,
  add column cancel_reason text,
  add constraint confirmation_campaign_state_check check (state in ('planned', 'running', 'closed', 'cancelled')),
  add constraint confirmation_campaign_started_check check (
    (started_at is null) = (member_count is null) and (state <> 'planned' or started_at is null)
    and (state not in ('running', 'closed') or started_at is not null)),
  add constraint confirmation_campaign_ended_check check (
    (ended_at is not null) = (state in ('closed', 'cancelled')) and (ended_by is null) = (ended_at is null)
    and (cancel_reason is not null) = (state = 'cancelled'));
comment on column confirmation_campaign.state is 'planned: made, asks nobody; running: asks; closed: everybody is decided; cancelled: what was not decided never will be';
comment on column confirmation_campaign.ended_at is 'When it was closed or cancelled';
comment on column confirmation_campaign.cancel_reason is 'Why it was cancelled, in words';
comment on column confirmation.state is 'Where it stands. A row that nobody decided is shown as cancelled with its campaign, and as ended once the campaign is closed or the dependent is none any more for another reason';

alter table confirmation_answer add column employer_finding jsonb;
comment on column confirmation_answer.employer_finding is 'What the employer that answered is told of it: the rule asked with what it stated, without what the society found of the family';

-- What staff filed from paper is decided by another one (R-096).
create function refuse_own_answer() returns trigger language plpgsql as $$
begin
  if new.decided_by is not null and old.decided_by is null and exists (
      select from confirmation_answer a where a.confirmation_id = new.id and a.superseded_at is null and not a.by_employer
        and a.recorded_by = new.decided_by) then
    raise exception 'whoever filed an answer does not decide on it';
  end if;
  return new;
end $$;
create trigger another_decides before update on confirmation for each row execute function refuse_own_answer();

-- A recognition without a yes of the rule has its reason, and only a recognition has one.
alter table dependent_recognition add constraint dependent_recognition_departure_check check (
  (departure is null or is_recognised) and (not is_recognised or departure is not null or coalesce(answer, '') = 'yes'));

create index confirmation_insured on confirmation (insured_id);
create index confirmation_person on confirmation (person_id);
