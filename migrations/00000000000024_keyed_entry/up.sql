alter table submission drop constraint submission_channel_check;
alter table submission add constraint submission_channel_check check (channel in ('api_json', 'api_file', 'paper'));

create table approval (
  id uuid primary key,
  kind text not null check (kind in ('keyed_notification')),
  subject_id uuid not null,
  digest bytea not null,
  state text not null check (state in ('requested', 'approved', 'rejected')),
  requested_by uuid not null,
  requested_at timestamptz not null,
  decided_by uuid,
  decided_at timestamptz,
  differences jsonb not null default '[]',
  unique (kind, subject_id),
  check ((state = 'requested') = (decided_by is null)),
  check ((decided_by is null) = (decided_at is null)),
  constraint approval_by_another check (decided_by <> requested_by)
);
comment on table approval is 'What one person asked for and another must look at before it holds (R-096); the two are never the same';
comment on column approval.kind is 'keyed_notification: a form that staff keyed from paper, compared with the paper by a second person';
comment on column approval.subject_id is 'What it is about: the notification';
comment on column approval.digest is 'Keyed digest of what was asked for: what is approved is what was requested';
comment on column approval.differences is 'What the second person found to differ: pointers into the form, and notes';
grant select, insert, update on approval to kenpo_service;
