create table determination_run (
  id uuid primary key,
  year smallint not null check (year between 2007 and 2198),
  employer_id uuid references employer (id),
  is_dry boolean not null,
  state text not null check (state in ('waiting', 'running', 'done', 'cancelled', 'failed')),
  position uuid not null,
  chunks integer not null default 0,
  total_count integer,
  decided_count integer not null default 0,
  left_count integer not null default 0,
  first_count integer not null default 0,
  grade_changes jsonb not null default '{}',
  requested_by uuid not null,
  requested_at timestamptz not null,
  worked_at timestamptz,
  ended_at timestamptz,
  problem text,
  check ((state in ('waiting', 'running')) = (ended_at is null))
);
comment on table determination_run is '定時決定の一括処理: one order to decide the waiting 算定基礎届 of a year, done in chunks, each a transaction that moves it on';
comment on column determination_run.year is 'Year of the regular determination: forms that apply from its September';
comment on column determination_run.employer_id is 'Only forms of this employer; of all when null';
comment on column determination_run.is_dry is 'Nothing but this row and what belongs to it is written: counts and differences are foreseen';
comment on column determination_run.position is 'Id of the last form looked at; forms are looked at in the order of their ids, up to the id of the run';
comment on column determination_run.chunks is 'Chunks done; the job of the next one names this number, so that a chunk is done once';
comment on column determination_run.total_count is 'Forms that waited when the first chunk began';
comment on column determination_run.left_count is 'Forms looked at and left waiting; rows of determination_left';
comment on column determination_run.first_count is 'Decided for whom no standard remuneration was stored before';
comment on column determination_run.grade_changes is 'How many of those decided rise or fall by how many grades: {"-2": 5, "0": 100}';
comment on column determination_run.worked_at is 'When the last chunk was done or tried';
comment on column determination_run.problem is 'Code of the problem of the last chunk, while it is tried again or when it failed for good';
-- One order at a time: two would only wait for one another.
create unique index determination_run_open on determination_run ((true)) where state in ('waiting', 'running');

create table determination_left (
  run_id uuid not null references determination_run (id),
  notification_id uuid not null,
  employer_id uuid not null references employer (id),
  person_id uuid,
  reason text not null,
  reason_ja text not null,
  reason_en text not null,
  primary key (run_id, notification_id)
);
comment on table determination_left is 'Forms that a run left waiting, and why: what staff looks at one by one';
comment on column determination_left.notification_id is 'The form; no reference, which would wait for whoever decides it while a dry run looks at it';
comment on column determination_left.person_id is 'Insured person, as far as known';
comment on column determination_left.reason is 'Code of the problem that the decision of this form alone would answer';

create table determination_foreseen (
  run_id uuid not null references determination_run (id),
  person_id uuid not null,
  employer_id uuid not null references employer (id),
  primary key (run_id, person_id, employer_id)
);
comment on table determination_foreseen is 'Whom a dry run foresaw a decision for, while it goes on: a second form of the same person and employer would not be decided';

grant select, insert, update on determination_run to kenpo_service;
grant select, insert on determination_left to kenpo_service;
grant select, insert, delete on determination_foreseen to kenpo_service;
