-- 現況確認: what was known of a confirmation at an instant. An update keeps what stood before it; whoever updates says when.
alter table confirmation add column changed_at timestamptz, add column removal_note text;
comment on column confirmation.changed_at is 'Since when it is known as it stands; null: since it was made';
comment on column confirmation.removal_note is 'Why in words, where somebody was removed for whom the answer said: still a dependent';

create table confirmation_past (
  row_id uuid primary key default gen_random_uuid(),
  confirmation_id uuid not null references confirmation (id),
  state text not null,
  version integer not null,
  decided_at timestamptz,
  removed_on date,
  removal_reason text,
  removal_note text,
  recorded_at timestamptz not null,
  superseded_at timestamptz not null check (superseded_at >= recorded_at)
);
comment on table confirmation_past is 'How confirmations stood before, by knowledge: written by a trigger at each update, never changed';
comment on column confirmation_past.recorded_at is 'Known since';
comment on column confirmation_past.superseded_at is 'Known until';
create index confirmation_past_confirmation on confirmation_past (confirmation_id, recorded_at);
grant select, insert on confirmation_past to kenpo_service;

create function keep_confirmation() returns trigger language plpgsql as $$
begin
  if new.changed_at is null then
    raise exception 'an update of a confirmation says when';
  end if;
  new.changed_at := greatest(new.changed_at, old.changed_at, old.created_at);
  insert into confirmation_past (confirmation_id, state, version, decided_at, removed_on, removal_reason, removal_note, recorded_at, superseded_at)
    values (old.id, old.state, old.version, old.decided_at, old.removed_on, old.removal_reason, old.removal_note,
      coalesce(old.changed_at, old.created_at), new.changed_at);
  return new;
end $$;
create trigger keep_past before update on confirmation for each row execute function keep_confirmation();

-- What the society sets of the recognition of dependents, with a second person's check.
create table recognition_setting (
  id uuid primary key,
  contract_income_from date not null check (contract_income_from >= date '2026-04-01'),
  requested_at timestamptz not null,
  requested_by uuid not null
);
comment on table recognition_setting is '被扶養者認定の設定: what the society sets of the recognition of dependents. The row that a second person approved last counts (approval of kind recognition_setting); rows are only added';
comment on column recognition_setting.contract_income_from is 'First day of recognition for which the income by the labour contract counts';
grant select, insert on recognition_setting to kenpo_service;
comment on column approval.kind is 'What the second person looks at: keyed_notification, a form that staff keyed from paper, compared with the paper; voluntary_setting, settings of 任意継続; recognition_setting, settings of the recognition of dependents; protection_lift, the end of a 支援措置; person_merge, two ids of one person';
