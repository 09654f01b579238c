create schema strongroom;
revoke all on schema strongroom from public;
grant usage on schema strongroom to kenpo_strongroom;
create table strongroom.personal_number (
  row_id uuid primary key,
  person_id uuid not null,
  version integer not null,
  key_id uuid not null,
  ciphertext bytea not null,
  blind_index bytea not null,
  registered_at timestamptz not null,
  registered_by uuid not null,
  change_reason text not null,
  superseded_at timestamptz,
  unique (person_id, version)
);
comment on table strongroom.personal_number is '個人番号管理ファイル (R-100, R-104, R-114): AES-256-GCM-SIV under a data key per person; the wrapped keys live in the key store, outside the database';
comment on column strongroom.personal_number.blind_index is 'HMAC of the number under a key of its own, for the duplicate check (R-101) only';
create unique index personal_number_live on strongroom.personal_number (person_id) where superseded_at is null;
create unique index personal_number_owner on strongroom.personal_number (blind_index) where superseded_at is null;
create table strongroom.pending_number (
  row_id uuid primary key,
  notification_id uuid not null,
  slot text not null,
  key_id uuid not null,
  ciphertext bytea not null,
  blind_index bytea not null,
  is_clash boolean not null,
  created_at timestamptz not null,
  unique (notification_id, slot)
);
comment on table strongroom.pending_number is 'Numbers of notifications not yet decided; deleted on return or withdrawal, moved on acceptance';
comment on column strongroom.pending_number.is_clash is 'The number is registered for somebody: shown to the privileged only, never to the submitter';
create index pending_number_index on strongroom.pending_number (blind_index);
create table strongroom.raw_file (
  submission_id uuid primary key,
  key_id uuid not null,
  ciphertext bytea not null,
  created_at timestamptz not null
);
comment on table strongroom.raw_file is 'Received files as they came, encrypted, until their last row is decided';
grant select, insert, update, delete on all tables in schema strongroom to kenpo_strongroom;
