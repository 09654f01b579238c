create table user_instruction (
  id uuid primary key,
  user_id uuid not null,
  login text not null,
  is_new boolean not null,
  content jsonb not null,
  digest bytea not null,
  renews_credentials boolean not null,
  releases_lock boolean not null,
  reason text not null check (length(reason) between 1 and 200),
  state text not null check (state in ('instructed', 'executed', 'confirmed', 'rejected', 'withdrawn')),
  instructed_by uuid not null,
  instructed_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > instructed_at),
  executed_by uuid,
  executed_at timestamptz,
  confirmed_by uuid,
  confirmed_at timestamptz,
  ended_by uuid,
  ended_at timestamptz,
  end_reason text,
  first_part bytea,
  second_part bytea,
  activated_at timestamptz,
  check ((executed_by is null) = (executed_at is null) and (confirmed_by is null) = (confirmed_at is null) and (ended_by is null) = (ended_at is null)),
  check (state <> 'instructed' or executed_by is null and confirmed_by is null and ended_by is null),
  check (state <> 'executed' or executed_by is not null and confirmed_by is null and ended_by is null),
  check (state <> 'confirmed' or executed_by is not null and confirmed_by is not null and ended_by is null),
  check (state not in ('rejected', 'withdrawn') or ended_by is not null and confirmed_by is null),
  constraint user_instruction_two_roles check (executed_by <> instructed_by and executed_by <> confirmed_by),
  constraint user_instruction_of_another check (user_id <> instructed_by and user_id <> executed_by and user_id <> confirmed_by and user_id <> ended_by)
);
comment on table user_instruction is 'What the データ保護担当者 instructs to be registered of a person, the IT section executes and the officer confirms (R-143)';
comment on column user_instruction.content is 'What is to hold of the person, whole: as it is registered when it is confirmed';
comment on column user_instruction.digest is 'Keyed digest of user and content: what is executed and confirmed is what was instructed';
comment on column user_instruction.first_part is 'Keyed digest of the half of the activation code that was shown to who executed';
comment on column user_instruction.second_part is 'Keyed digest of the half that was shown to who confirmed';
comment on column user_instruction.ended_by is 'Who rejected it or took it back; the nil id where it lapsed';
create index user_instruction_user on user_instruction (user_id, confirmed_at);
create unique index user_instruction_open on user_instruction (user_id) where state in ('instructed', 'executed');
create unique index user_instruction_login on user_instruction (login) where is_new and state in ('instructed', 'executed');
grant select, insert, update on user_instruction to kenpo_service;

-- What was instructed stays, and so does what was decided on it.
create function keep_instruction() returns trigger language plpgsql as $$
begin
  if (new.id, new.user_id, new.login, new.is_new, new.content, new.digest, new.renews_credentials, new.releases_lock, new.reason, new.instructed_by,
      new.instructed_at, new.expires_at) is distinct from
     (old.id, old.user_id, old.login, old.is_new, old.content, old.digest, old.renews_credentials, old.releases_lock, old.reason, old.instructed_by,
      old.instructed_at, old.expires_at) then
    raise exception 'an instruction is not rewritten';
  end if;
  if old.state in ('confirmed', 'rejected', 'withdrawn') and
     (to_jsonb(new) - 'activated_at') is distinct from (to_jsonb(old) - 'activated_at') then
    raise exception 'an instruction is carried out once';
  end if;
  if old.state = 'executed' and (new.state = 'instructed' or (new.executed_by, new.executed_at, new.first_part) is distinct from
      (old.executed_by, old.executed_at, old.first_part)) or old.state = 'instructed' and new.state = 'confirmed'
      or old.activated_at is not null and new.activated_at is distinct from old.activated_at then
    raise exception 'what was done on an instruction stays';
  end if;
  return new;
end $$;
create trigger keep_instruction before update on user_instruction for each row execute function keep_instruction();
create function begin_instruction() returns trigger language plpgsql as $$
begin
  if current_user = 'kenpo_service' and new.state <> 'instructed' then
    raise exception 'an instruction begins by being instructed' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger begin_instruction before insert on user_instruction for each row execute function begin_instruction();
-- Of a lock only its release is ever written, once.
create function keep_lock() returns trigger language plpgsql as $$
begin
  if old.released_at is not null or (new.row_id, new.user_id, new.reason, new.locked_at, new.locked_by) is distinct from
      (old.row_id, old.user_id, old.reason, old.locked_at, old.locked_by) then
    raise exception 'history is not overwritten';
  end if;
  return new;
end $$;
create trigger keep_history before update on user_lock for each row execute function keep_lock();

alter table user_entry add column instruction_id uuid references user_instruction (id);
alter table user_privilege add column instruction_id uuid references user_instruction (id);
alter table user_lock add column released_under uuid references user_instruction (id);
comment on column user_entry.instruction_id is 'Under which it was registered; absent for those entered when the system was set up';
comment on column user_privilege.instruction_id is 'Under which it was registered; absent for those entered when the system was set up';
alter table app_user add column signed_out_at timestamptz, add column usable_since timestamptz not null default now();
comment on column app_user.signed_out_at is 'When the password was taken away, so that a new one is chosen: what was signed in before is over';
comment on column app_user.usable_since is 'From when an id that is not used is counted as idle (R-145), if nobody signed in since';

-- Whatever the program does: the service registers nothing that was not instructed, executed and confirmed.
create function refuse_unconfirmed() returns trigger language plpgsql as $$
begin
  if current_user = 'kenpo_service' and not exists (
      select from user_instruction i where i.id = new.instruction_id and i.user_id = new.user_id and i.state = 'confirmed') then
    raise exception 'nothing is registered of a person that was not confirmed' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger confirmed_alone before insert on user_entry for each row execute function refuse_unconfirmed();
create trigger confirmed_alone before insert on user_privilege for each row execute function refuse_unconfirmed();
create index session_of_user on session (user_id, authenticated_at);
