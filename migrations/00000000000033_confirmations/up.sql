create table confirmation_campaign (
  id uuid primary key,
  name text not null,
  as_of date not null,
  due_on date not null,
  remind_on date[] not null,
  employer_ids uuid[],
  age_from smallint check (age_from between 0 and 74),
  age_below smallint check (age_below between 1 and 75),
  recognised_before date,
  takes_late_answers boolean not null,
  state text not null check (state in ('planned', 'running')),
  member_count integer check (member_count >= 0),
  version integer not null default 1,
  created_at timestamptz not null,
  created_by uuid not null,
  started_at timestamptz,
  started_by uuid,
  check (age_below > age_from),
  check ((state = 'planned') = (started_at is null)),
  check ((state = 'planned') = (member_count is null))
);
comment on table confirmation_campaign is '現況確認 (R-016): a yearly confirmation of dependents, whom it asks about, by when, and when it reminds';
comment on column confirmation_campaign.as_of is 'Day on which the dependents are covered and for which the rule is asked';
comment on column confirmation_campaign.due_on is 'Last day for answers; on the day after it open rows are overdue';
comment on column confirmation_campaign.remind_on is 'Days on which employers with open rows are reminded';
comment on column confirmation_campaign.employer_ids is 'Only dependents in the affairs of these employers; all when null';
comment on column confirmation_campaign.age_from is 'Only those who have reached this age on the as-of day';
comment on column confirmation_campaign.age_below is 'Only those who have not reached this age on the as-of day';
comment on column confirmation_campaign.recognised_before is 'Only those who were recognised before this day';
comment on column confirmation_campaign.takes_late_answers is 'What overdue means: employers may still answer, or staff alone does';
comment on column confirmation_campaign.member_count is 'Dependents that it took when it started';

create table confirmation (
  id uuid primary key,
  campaign_id uuid not null references confirmation_campaign (id),
  dependent_id uuid not null,
  person_id uuid not null references person (id),
  insured_id uuid not null references person (id),
  employer_id uuid not null references employer (id),
  state text not null check (state in ('open', 'answered', 'overdue', 'confirmed', 'removal_found')),
  version integer not null default 1,
  decided_at timestamptz,
  decided_by uuid,
  removed_on date,
  removal_reason text,
  created_at timestamptz not null,
  unique (campaign_id, dependent_id),
  check ((state in ('confirmed', 'removal_found')) = (decided_at is not null)),
  check ((state = 'removal_found') = (removed_on is not null)),
  check ((removed_on is null) = (removal_reason is null))
);
comment on table confirmation is 'A dependent in a campaign of 現況確認: what is asked, answered and decided';
comment on column confirmation.insured_id is 'Insured person under whom the dependent is';
comment on column confirmation.employer_id is 'Employer that answers';
comment on column confirmation.state is 'Where it stands; a row of a dependent who is none any more for another reason is shown as ended';
comment on column confirmation.removed_on is 'First day not recognised any more, as decided';
create index confirmation_campaign_order on confirmation (campaign_id, id);
create index confirmation_employer on confirmation (employer_id, id);
create index confirmation_open on confirmation (campaign_id, employer_id) where state = 'open';
create index confirmation_dependent on confirmation (dependent_id);

create table confirmation_answer (
  row_id uuid primary key,
  confirmation_id uuid not null references confirmation (id),
  still_qualifies boolean not null,
  facts jsonb not null,
  ceased_on date,
  removal_reason text,
  answer text check (answer in ('yes', 'no', 'needs_evidence')),
  failed_test text,
  documents_needed text[] not null,
  counted_income_yen bigint check (counted_income_yen >= 0),
  income_limit_yen bigint check (income_limit_yen > 0),
  rule_version text not null,
  inputs jsonb not null,
  trace jsonb not null,
  by_employer boolean not null,
  received_on date not null,
  recorded_at timestamptz not null,
  recorded_by uuid not null,
  superseded_at timestamptz,
  check (still_qualifies = (ceased_on is null)),
  check ((ceased_on is null) = (removal_reason is null))
);
comment on table confirmation_answer is 'Answers to a confirmation, by knowledge: what was stated, and what the rule of recognition makes of it';
comment on column confirmation_answer.facts is 'What was stated';
comment on column confirmation_answer.ceased_on is 'First day not a dependent any more, as stated';
comment on column confirmation_answer.answer is 'What the rule answered; null where it knows no rule for the day';
comment on column confirmation_answer.inputs is 'Facts that the rule was given: the stored ones and those of the answer';
comment on column confirmation_answer.trace is 'Steps of the rule with their figures';
comment on column confirmation_answer.by_employer is 'Filed by the employer; else by staff, for one that came on paper';
create unique index confirmation_answer_known on confirmation_answer (confirmation_id) where superseded_at is null;
create index confirmation_answer_confirmation on confirmation_answer (confirmation_id, recorded_at);

create table confirmation_reminder (
  id uuid primary key,
  campaign_id uuid not null references confirmation_campaign (id),
  employer_id uuid not null references employer (id),
  remind_on date not null,
  open_count integer not null check (open_count > 0),
  recorded_at timestamptz not null,
  unique (campaign_id, employer_id, remind_on)
);
comment on table confirmation_reminder is 'Employers that were reminded of open confirmations, by day';
comment on column confirmation_reminder.open_count is 'Rows that were open then';

grant select, insert, update on confirmation_campaign, confirmation, confirmation_answer to kenpo_service;
grant select, insert on confirmation_reminder to kenpo_service;
create trigger keep_history before update on confirmation_answer for each row execute function refuse_rewrite();

-- The kinds of work that the calendar has by now, and this one.
do $$
declare known text;
begin
  select pg_get_constraintdef(oid) into strict known from pg_constraint
    where conname = 'calendar_run_kind_check' and conrelid = 'calendar_run'::regclass;
  alter table calendar_run drop constraint calendar_run_kind_check;
  execute format('alter table calendar_run add constraint calendar_run_kind_check check (%s or kind = %L)',
    substring(known from '^CHECK (.*)$'), 'confirmations');
end $$;
comment on column calendar_run.affected_count is 'Changes that the day made: covers, which stand in calendar_effect, and rows of confirmations';
