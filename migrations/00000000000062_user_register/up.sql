create table user_entry (
  row_id uuid primary key,
  user_id uuid not null references app_user (id),
  display_name text not null,
  section text not null check (section in ('enrolment_1', 'enrolment_2', 'benefits', 'collection', 'review', 'data_protection', 'it', 'planning', 'internal_audit')),
  duties text[] not null,
  purposes text[] not null check (purposes <@ array['enrolment', 'benefits', 'collection']),
  scopes text[] not null,
  valid_from timestamptz not null,
  valid_until timestamptz,
  recorded_at timestamptz not null,
  recorded_by uuid not null,
  superseded_at timestamptz,
  check (valid_until > valid_from),
  constraint user_entry_once exclude using gist (user_id with =, tstzrange(valid_from, valid_until) with &&) where (superseded_at is null),
  constraint user_entry_one_role check (not duties @> array['data_protection_officer', 'id_administration'])
);
comment on table user_entry is 'ユーザ管理簿 (R-141): what held of a person''s id, from when until when, and since when that is known';
comment on column user_entry.duties is '担当: what the person answers for beyond the work of the section';
comment on column user_entry.purposes is '事務 that the person may handle: enrolment, benefits, collection';
comment on column user_entry.valid_until is 'Exclusive; judged at every use, so that an end set ahead needs no job (R-142)';
create index user_entry_user on user_entry (user_id);

create table user_privilege (
  row_id uuid primary key,
  user_id uuid not null references app_user (id),
  valid_from timestamptz not null,
  valid_until timestamptz,
  recorded_at timestamptz not null,
  recorded_by uuid not null,
  superseded_at timestamptz,
  check (valid_until > valid_from),
  constraint user_privilege_once exclude using gist (user_id with =, tstzrange(valid_from, valid_until) with &&) where (superseded_at is null)
);
comment on table user_privilege is 'The personal-number privilege with dates of its own, apart from those of the id (R-142, R-155)';
comment on column user_privilege.valid_until is 'Exclusive; judged at every use';
create index user_privilege_user on user_privilege (user_id);

create table user_lock (
  row_id uuid primary key,
  user_id uuid not null references app_user (id),
  reason text not null check (reason in ('suspended', 'suspicion', 'lost_credentials')),
  locked_at timestamptz not null,
  locked_by uuid not null,
  released_at timestamptz,
  released_by uuid,
  check ((released_at is null) = (released_by is null))
);
comment on table user_lock is 'Ids that were locked at once, whatever their dates say';
create unique index user_lock_open on user_lock (user_id) where released_at is null;
create index user_lock_user on user_lock (user_id, locked_at);

grant select, insert, update on user_entry, user_privilege, user_lock to kenpo_service;

insert into user_entry (row_id, user_id, display_name, section, duties, purposes, scopes, valid_from, valid_until, recorded_at, recorded_by)
  select gen_random_uuid(), id, display_name, section, '{}', purposes, scopes, valid_from::timestamp at time zone 'Asia/Tokyo',
    (valid_until + 1)::timestamp at time zone 'Asia/Tokyo', now(), '00000000-0000-0000-0000-000000000000' from app_user
  where valid_until is null or valid_until >= valid_from;
insert into user_privilege (row_id, user_id, valid_from, valid_until, recorded_at, recorded_by)
  select gen_random_uuid(), id, number_from, number_until, now(), '00000000-0000-0000-0000-000000000000' from app_user
  where number_from is not null and (number_until is null or number_until > number_from);
insert into user_lock (row_id, user_id, reason, locked_at, locked_by)
  select gen_random_uuid(), id, 'suspended', now(), '00000000-0000-0000-0000-000000000000' from app_user where not is_active;

-- Nothing reads these any more; they are dropped with the next release.
alter table app_user alter column display_name drop not null, alter column section drop not null, alter column valid_from drop not null,
  alter column password_hash drop not null;
comment on table app_user is 'People who sign in (R-140): an id and its credentials; what held of it is in user_entry';
comment on column app_user.password_hash is 'Absent until the person chose a password';

create trigger keep_history before update on user_entry for each row execute function refuse_rewrite();
create trigger keep_history before update on user_privilege for each row execute function refuse_rewrite();
create trigger user_entry_changed after insert or update on user_entry for each statement execute function tell_access_change();
create trigger user_privilege_changed after insert or update on user_privilege for each statement execute function tell_access_change();
create trigger user_lock_changed after insert or update on user_lock for each statement execute function tell_access_change();
