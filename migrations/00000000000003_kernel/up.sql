create table idempotency (
  caller uuid not null,
  operation text not null,
  key text not null check (length(key) between 8 and 128),
  request_digest bytea not null,
  status smallint,
  location text,
  body text,
  subject_id uuid,
  employer_id uuid,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (caller, operation, key)
);
comment on table idempotency is 'Answers of requests that carried an Idempotency-Key, written in the transaction of the work. Never a body that can hold a personal number';
comment on column idempotency.request_digest is 'HMAC of path and body: keyed, because a number could be guessed from a plain digest';
comment on column idempotency.status is 'Null while the first request is under way; then status, location and body of its answer';
create index idempotency_expires on idempotency (expires_at);

create table job (
  id uuid primary key,
  kind text not null,
  payload jsonb not null,
  run_at timestamptz not null,
  attempts integer not null default 0,
  leased_until timestamptz,
  finished_at timestamptz,
  error_code text,
  created_at timestamptz not null
);
comment on table job is 'Work that follows a commit; enqueued in the transaction of its cause. Payloads name ids only, never personal data';
comment on column job.leased_until is 'A worker has it until then; one that died leaves it to the next';
create index job_due on job (run_at) where finished_at is null;

grant select, insert, update, delete on idempotency to kenpo_service;
grant select, insert, update, delete on job to kenpo_service;
