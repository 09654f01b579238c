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
