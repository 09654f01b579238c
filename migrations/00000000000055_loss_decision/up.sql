create table loss_decision (
  id uuid primary key,
  cover_id uuid not null,
  lost_on date not null,
  reason text not null,
  rule text not null,
  rule_version text not null,
  inputs jsonb not null,
  trace jsonb not null,
  recorded_at timestamptz not null,
  recorded_by uuid not null,
  source uuid
);
comment on table loss_decision is '資格喪失・被扶養者でなくなる日の決定: by which rule and facts a cover ends on a day (R-047). Rows are only added; one speaks for a version of the cover with the same day and reason';
comment on column loss_decision.cover_id is 'Enrolment (enrolment_id) or dependency (dependent_id) that ends; over all its versions, so that it has no row of its own that could be referred to';
comment on column loss_decision.lost_on is 'First day not covered';
comment on column loss_decision.reason is '喪失理由, as in the cover';
comment on column loss_decision.rule is 'Rule that decided, with rule_version';
comment on column loss_decision.inputs is 'Facts that the rule was given';
comment on column loss_decision.trace is 'Steps of the rule with their figures, as they are read aloud';
comment on column loss_decision.source is 'Notification that led to it; null for the calendar and for premiums that were not paid';
create index loss_decision_cover on loss_decision (cover_id, lost_on);
grant select, insert on loss_decision to kenpo_service;
