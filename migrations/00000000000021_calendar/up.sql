create table calendar_run (
  id uuid primary key,
  kind text not null check (kind in ('loss_at_75')),
  due_on date not null,
  state text not null check (state in ('due', 'done', 'failed')),
  attempts integer not null default 0,
  affected_count integer,
  worker uuid,
  tried_at timestamptz,
  try_again_at timestamptz,
  problem text,
  created_at timestamptz not null,
  unique (kind, due_on),
  check ((state = 'done') = (affected_count is not null)),
  check ((state = 'failed') = (problem is not null)),
  check ((state = 'failed') = (try_again_at is not null)),
  check ((state = 'due') = (tried_at is null))
);
comment on table calendar_run is 'What happens by the calendar: one row for each kind of work and day (JST). A day is done once, in order; one that failed holds those after it';
comment on column calendar_run.attempts is 'How often it failed, and the time it was done';
comment on column calendar_run.affected_count is 'Persons whose records the day changed; rows of calendar_effect';
comment on column calendar_run.worker is 'Id that the worker drew when it started';
comment on column calendar_run.problem is 'Code of the problem of the last attempt';
create index calendar_run_order on calendar_run (due_on desc, id desc);
create index calendar_run_open on calendar_run (kind, due_on) where state <> 'done';

create table calendar_effect (
  id uuid primary key,
  run_id uuid not null references calendar_run (id),
  effect text not null check (effect in ('insured_lost', 'dependent_lost_with_insured', 'dependent_lost')),
  person_id uuid not null references person (id),
  insured_id uuid not null references person (id),
  employer_id uuid not null references employer (id),
  effective_on date not null
);
comment on table calendar_effect is 'Whose records a day of the calendar changed, and how';
comment on column calendar_effect.insured_id is 'The insured person: the person itself, or under whom it was a dependent';
create index calendar_effect_run on calendar_effect (run_id, id);

grant select, insert, update on calendar_run to kenpo_service;
grant select, insert on calendar_effect to kenpo_service;

-- By day of birth: who loses cover at 75, and who comes to an age in a period.
create index person_identity_birth on person_identity (birth_on, person_id) where superseded_at is null;
