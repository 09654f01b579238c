create table audit_entry (
  id uuid primary key,
  at timestamptz not null,
  xid bigint not null default (pg_current_xact_id()::text::bigint),
  operation text not null,
  kind text not null,
  status smallint not null,
  outcome text not null check (outcome in ('allowed', 'refused', 'failed')),
  code text,
  actor_kind text not null,
  actor_id uuid,
  actor_name text,
  client_id uuid,
  session_id uuid,
  zone text not null,
  address text not null,
  terminal text,
  request_id uuid not null,
  subject_kind text,
  subject_id uuid,
  employer_id uuid,
  persons uuid[] not null default '{}',
  disclosed text[] not null default '{}',
  purpose text,
  reason_code text,
  case_id uuid,
  policies text[] not null default '{}',
  row_count integer,
  repeats integer not null default 1,
  detail jsonb
);
comment on table audit_entry is 'One entry for every operation asked for, answered or refused (R-160). Insert only: the service may not update, delete or truncate.';
comment on column audit_entry.xid is 'Transaction that wrote the entry: tells the sequencer which entries it can not have seen yet';
comment on column audit_entry.disclosed is 'Field classes that left the house in this answer';
comment on column audit_entry.repeats is 'How many equal refusals of one source this entry stands for';
create index audit_entry_xid on audit_entry (xid);
create index audit_entry_persons on audit_entry using gin (persons);
create index audit_entry_actor on audit_entry (actor_id, at);
create index audit_entry_at on audit_entry using brin (at) with (autosummarize = on);

create table audit_position (
  seq bigint primary key,
  entry_id uuid not null unique references audit_entry (id),
  link bytea not null check (length(link) = 32)
);
comment on table audit_position is 'Dense order of committed entries, given afterwards by the sequencer and only ever continued: a past window never changes; lists and exports read up to max(seq)';
comment on column audit_position.link is 'SHA-256 over the previous link and the canonical text of the entry';

create table audit_lease (
  name text primary key,
  holder uuid not null,
  until timestamptz not null,
  last_xid bigint not null,
  open_xids bigint[] not null default '{}'
);
comment on table audit_lease is 'Who sequences now, and up to where; one row';
comment on column audit_lease.last_xid is 'Every entry of a transaction below this one has its position, but for those in open_xids; 0 when the holder has not looked through the whole trail yet';
comment on column audit_lease.open_xids is 'Transactions below last_xid that were still open when it was written';

grant select, insert on audit_entry to kenpo_service;
grant select on audit_position to kenpo_service;
grant select on audit_entry to kenpo_sequencer;
grant select, insert on audit_position to kenpo_sequencer;
grant select, insert, update on audit_lease to kenpo_sequencer;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the trail is never changed';
end $$;
create trigger audit_entry_is_final before update or delete or truncate on audit_entry execute function refuse_change();
create trigger audit_position_is_final before update or delete or truncate on audit_position execute function refuse_change();
