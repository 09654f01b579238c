create sequence receipt_number;
create table submission (
  id uuid primary key,
  receipt_number text not null unique,
  employer_id uuid not null references employer (id),
  client_id uuid not null,
  channel text not null check (channel in ('api_json', 'api_file')),
  preparer_name text not null,
  file_name text,
  profile text,
  media_sequence text,
  made_on date,
  file_digest bytea,
  declared_count integer,
  read_count integer not null,
  confirmed_count integer,
  confirmed_at timestamptz,
  file_result text not null check (file_result in ('accepted', 'partially_accepted', 'rejected')),
  findings jsonb not null default '[]',
  received_at timestamptz not null,
  version integer not null default 1
);
comment on table submission is '受領管理簿 (R-087): what arrived, from whom, how many records were read (R-088)';
comment on column submission.file_digest is 'Keyed digest of the bytes: the same file twice is refused';
comment on column submission.declared_count is 'Records on the slip; read_count those that were read; confirmed_count those that the employer confirmed';
comment on column submission.media_sequence is 'Sequence of the medium in a file, which a made_on day has once';
create unique index submission_file_once on submission (employer_id, file_digest) where file_result <> 'rejected';
create unique index submission_media_once on submission (employer_id, media_sequence, made_on, profile) where file_result <> 'rejected' and media_sequence is not null;
create index submission_employer on submission (employer_id, id);

create table notification (
  id uuid primary key,
  submission_id uuid not null references submission (id),
  row_number integer not null,
  employer_id uuid not null references employer (id),
  kind text not null,
  state text not null check (state in ('accepted', 'review', 'precheck', 'rejected', 'applied', 'returned', 'withdrawn')),
  office_number text,
  form jsonb,
  carries_number boolean not null default false,
  findings jsonb not null default '[]',
  person_id uuid,
  result jsonb,
  reasons jsonb not null default '[]',
  decided_at timestamptz,
  decided_by uuid,
  resubmission_of uuid references notification (id),
  version integer not null default 1,
  received_at timestamptz not null,
  unique (submission_id, row_number)
);
comment on table notification is '届出: one record of one form. The form holds no personal number; those wait in the strongroom';
comment on column notification.state is 'accepted/review/precheck wait for staff; applied and returned are decided; rejected never passed intake';
comment on column notification.form is 'What the form states, without personal numbers';
comment on column notification.carries_number is 'A number waits with it in the strongroom: the decision is a use of it';
create index notification_employer on notification (employer_id, id);
create index notification_waiting on notification (state, id) where state in ('accepted', 'review', 'precheck');
create index notification_office_number on notification (employer_id, kind, office_number) where state in ('accepted', 'review', 'precheck');
grant select, insert, update on submission, notification to kenpo_service;
grant usage on sequence receipt_number to kenpo_service;
