-- A trusted extension: the owner of the database creates it without being a superuser.
create extension if not exists btree_gist;

create table standard_remuneration (
  row_id uuid primary key,
  decision_id uuid not null,
  person_id uuid not null references person (id),
  employer_id uuid not null references employer (id),
  rule text not null check (rule in ('acquisition_determination', 'regular_determination', 'occasional_revision')),
  rule_version text not null,
  applies_from date not null check (extract(day from applies_from) = 1),
  applies_until date check (extract(day from applies_until) = 1),
  grade smallint not null check (grade between 1 and 50),
  standard_yen bigint not null check (standard_yen > 0),
  monthly_yen bigint not null check (monthly_yen >= 0),
  inputs jsonb not null,
  trace jsonb not null,
  received_on date not null,
  recorded_at timestamptz not null,
  recorded_by uuid not null,
  superseded_at timestamptz,
  source uuid,
  check (applies_until > applies_from),
  constraint standard_remuneration_one_at_a_time
    exclude using gist (person_id with =, daterange(applies_from, applies_until) with &&) where (superseded_at is null)
);
comment on table standard_remuneration is '標準報酬月額 (R-040): which decision holds in which months, by validity and by knowledge; of one person never two at a time';
comment on column standard_remuneration.decision_id is 'Stays the same over all versions of one decision';
comment on column standard_remuneration.rule is 'Rule of law that decided';
comment on column standard_remuneration.applies_from is 'First day of the first month';
comment on column standard_remuneration.applies_until is 'First day of the first month in which it does not hold any more; null until a later decision or a loss ends it';
comment on column standard_remuneration.monthly_yen is '報酬月額 behind the grade';
comment on column standard_remuneration.inputs is 'Facts that the rule decided on';
comment on column standard_remuneration.trace is 'Steps of the rule with their figures: what the decision is explained with (R-047)';
comment on column standard_remuneration.source is 'Notification that it came from';
create index standard_remuneration_person on standard_remuneration (person_id, applies_from);
create index standard_remuneration_decision on standard_remuneration (decision_id);

create table standard_bonus (
  row_id uuid primary key,
  bonus_id uuid not null,
  person_id uuid not null references person (id),
  employer_id uuid not null references employer (id),
  rule text not null check (rule = 'standard_bonus'),
  rule_version text not null,
  month date not null check (extract(day from month) = 1),
  reported_yen bigint not null check (reported_yen >= 0),
  standard_yen bigint not null check (standard_yen >= 0),
  inputs jsonb not null,
  trace jsonb not null,
  received_on date not null,
  recorded_at timestamptz not null,
  recorded_by uuid not null,
  superseded_at timestamptz,
  source uuid
);
comment on table standard_bonus is '標準賞与額 (R-040): one for each person and month of payment, after the cap of the fiscal year, by knowledge';
comment on column standard_bonus.bonus_id is 'Stays the same over all versions of one month';
comment on column standard_bonus.month is 'First day of the month of payment';
comment on column standard_bonus.reported_yen is 'Sum of the bonuses reported for the month';
comment on column standard_bonus.standard_yen is 'What is left of it below 1,000 yen cut off and the yearly cap kept';
comment on column standard_bonus.inputs is 'Facts that the rule decided on';
comment on column standard_bonus.trace is 'Steps of the rule with their figures';
comment on column standard_bonus.source is 'Notification that stated the last bonus of the month';
create unique index standard_bonus_month on standard_bonus (person_id, month) where superseded_at is null;
create index standard_bonus_person on standard_bonus (person_id, month);

grant select, insert, update on standard_remuneration, standard_bonus to kenpo_service;
create trigger keep_history before update on standard_remuneration for each row execute function refuse_rewrite();
create trigger keep_history before update on standard_bonus for each row execute function refuse_rewrite();
