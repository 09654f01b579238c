create table app_user (
  id uuid primary key,
  login text not null unique,
  display_name text not null,
  section text not null,
  purposes text[] not null default '{}',
  scopes text[] not null default '{}',
  password_hash text not null,
  is_active boolean not null default true,
  valid_from date not null,
  valid_until date,
  number_from timestamptz,
  number_until timestamptz,
  version integer not null default 1
);
comment on table app_user is 'ユーザ管理簿 (R-140, R-141): people only';
comment on column app_user.purposes is '事務 that the person may handle: enrolment, benefits, collection';
comment on column app_user.number_from is 'Personal-number privilege valid from, until: judged at every use, no job needed (R-142)';

create table api_client (
  id uuid primary key,
  client_key text not null unique,
  name text not null,
  kind text not null check (kind in ('employer_system', 'third_party', 'auditor')),
  scopes text[] not null,
  secret_digest bytea,
  jwks jsonb,
  is_active boolean not null default true,
  version integer not null default 1,
  check (secret_digest is not null or jwks is not null)
);
comment on table api_client is 'Systems that call: each with its scopes and its own key or secret';
comment on column api_client.secret_digest is 'Keyed digest of its 256-bit secret';
comment on column api_client.jwks is 'Its public keys (RFC 7517), for private_key_jwt';
create table client_employer (
  client_id uuid not null references api_client (id),
  employer_id uuid not null,
  valid_from date not null,
  valid_until date,
  primary key (client_id, employer_id, valid_from)
);
comment on table client_employer is 'An employer system is bound to its employers by record, never by what its token says';

create table session (
  id uuid primary key,
  user_id uuid not null references app_user (id),
  authenticated_at timestamptz not null,
  refresh_digest bytea not null unique,
  idle_until timestamptz not null,
  ends_at timestamptz not null,
  ended_at timestamptz,
  end_reason text
);
comment on table session is 'Sign-ins of people (R-144): what ends here ends its access tokens, its refresh token and its grants';
comment on column session.idle_until is 'Ends unless refreshed until then; ends_at in any case';
comment on column session.refresh_digest is 'Keyed digest of the refresh token in use; any earlier one of the session is known by its mark and ends the session';
create index session_ended on session (ended_at) where ended_at is not null;

create table number_grant (
  id uuid primary key,
  session_id uuid not null references session (id),
  user_id uuid not null references app_user (id),
  purpose text not null check (purpose in ('enrolment', 'benefits', 'collection')),
  reason_code text not null,
  case_id uuid not null,
  persons uuid[] not null check (cardinality(persons) between 1 and 20),
  granted_at timestamptz not null,
  expires_at timestamptz not null check (expires_at <= granted_at + interval '5 minutes'),
  revoked_at timestamptz
);
comment on table number_grant is 'Linkage switched on for one purpose, case and up to 20 people (R-111); judged live at every use';
create index number_grant_session on number_grant (session_id);

create table sign_in_delay (
  key bytea primary key,
  failures integer not null,
  not_before timestamptz not null
);
comment on table sign_in_delay is 'Growing delay after failures, by keyed digest of the typed id: the same for ids that do not exist';
create table used_assertion (
  digest bytea primary key,
  expires_at timestamptz not null
);
comment on table used_assertion is 'Client assertions already used: each works once';
create table number_check (
  user_id uuid not null,
  at timestamptz not null,
  matched boolean not null
);
comment on table number_check is 'Yes/no checks of personal numbers, to limit guessing';
create index number_check_user on number_check (user_id, at);

grant select, insert, update on app_user, api_client, client_employer, session, number_grant to kenpo_service;
grant select, insert, update, delete on sign_in_delay, used_assertion, number_check to kenpo_service;

create function tell_access_change() returns trigger language plpgsql as $$
begin
  perform pg_notify('kenpo_access', '');
  return null;
end $$;
create trigger app_user_changed after insert or update on app_user for each statement execute function tell_access_change();
create trigger api_client_changed after insert or update on api_client for each statement execute function tell_access_change();
create trigger client_employer_changed after insert or update on client_employer for each statement execute function tell_access_change();
create trigger session_ended after update of ended_at on session for each statement execute function tell_access_change();
