create table person (
  id uuid primary key,
  version integer not null default 1,
  number_state text not null default 'not_registered' check (number_state in ('registered', 'not_registered')),
  number_reason text,
  created_at timestamptz not null,
  check (number_state = 'registered' or number_reason is not null)
);
comment on table person is 'Immutable id of a human being: survives moves between employers (R-007, R-008)';
comment on column person.number_reason is '未登録理由: absence of the personal number must be explained';

create table person_identity (
  row_id uuid primary key,
  person_id uuid not null references person (id),
  valid_from date not null,
  valid_to date,
  name text not null,
  name_raw text not null,
  name_search text not null,
  name_kana text not null,
  kana_search text not null,
  birth_on date not null,
  sex text not null check (sex in ('male', 'female', 'unset')),
  resident_postal_code text,
  resident_address text,
  resident_address_kana text,
  contact_postal_code text,
  contact_address text,
  phone text,
  change_reason text not null,
  received_on date not null,
  recorded_at timestamptz not null,
  recorded_by uuid not null,
  superseded_at timestamptz,
  source uuid,
  check (valid_to is null or valid_to > valid_from)
);
comment on table person_identity is '5 information items and addresses (R-011, R-012), by validity and by knowledge';
comment on column person_identity.name_raw is 'Name as it was received, before anything was normalised';
comment on column person_identity.name_search is 'Folded for search; name_kana likewise in kana_search';
comment on column person_identity.source is 'Notification that it came from';
create index person_identity_known on person_identity (person_id, valid_from) where superseded_at is null;
create index person_identity_kana on person_identity (kana_search text_pattern_ops, person_id) where superseded_at is null;

create table enrolment (
  row_id uuid primary key,
  enrolment_id uuid not null,
  person_id uuid not null references person (id),
  employer_id uuid not null references employer (id),
  enrolment_type text not null check (enrolment_type in ('compulsory', 'voluntary_continuation', 'special_retiree')),
  symbol text not null,
  number text not null,
  branch text not null check (branch ~ '^[0-9]{2}$'),
  office_number text,
  acquired_on date not null,
  acquisition_reason text not null,
  acquisition_received_on date not null,
  planned_loss_on date,
  lost_on date,
  loss_reason text,
  loss_received_on date,
  short_time_worker boolean not null default false,
  remuneration_yen bigint,
  recorded_at timestamptz not null,
  recorded_by uuid not null,
  superseded_at timestamptz,
  source uuid,
  check (lost_on is null or lost_on > acquired_on or lost_on = acquired_on),
  check ((lost_on is null) = (loss_reason is null))
);
comment on table enrolment is '被保険者資格 (R-010): a change writes a new row of the same enrolment_id and closes the old one by superseded_at';
comment on column enrolment.enrolment_id is 'Stays the same over all versions of one enrolment';
comment on column enrolment.branch is '枝番: 00 is the insured person';
comment on column enrolment.planned_loss_on is 'Day of the 75th birthday, when 後期高齢者医療 takes over';
create unique index enrolment_one_live on enrolment (person_id) where superseded_at is null and lost_on is null;
create unique index enrolment_known_row on enrolment (enrolment_id) where superseded_at is null;
create unique index enrolment_number on enrolment (symbol, number, branch) where superseded_at is null and lost_on is null;
create index enrolment_person on enrolment (person_id, acquired_on desc);
create index enrolment_employer on enrolment (employer_id, person_id) where superseded_at is null;

create table dependency (
  row_id uuid primary key,
  dependent_id uuid not null,
  person_id uuid not null references person (id),
  insured_id uuid not null references person (id),
  employer_id uuid not null references employer (id),
  branch text not null check (branch ~ '^[0-9]{2}$'),
  relationship text not null,
  lives_together boolean,
  occupation text,
  income_yen bigint,
  recognised_on date not null,
  recognition_reason text not null,
  removed_on date,
  removal_reason text,
  received_on date not null,
  recorded_at timestamptz not null,
  recorded_by uuid not null,
  superseded_at timestamptz,
  source uuid,
  check (removed_on is null or removed_on >= recognised_on),
  check ((removed_on is null) = (removal_reason is null))
);
comment on table dependency is '被扶養者 (R-006): who is recognised under which insured person, from and until when';
comment on column dependency.dependent_id is 'Stays the same over all versions of one recognition';
comment on column dependency.removed_on is 'First day not recognised any more';
create unique index dependency_one_live on dependency (person_id) where superseded_at is null and removed_on is null;
create unique index dependency_known_row on dependency (dependent_id) where superseded_at is null;
create index dependency_insured on dependency (insured_id, recognised_on) where superseded_at is null;
create index dependency_person on dependency (person_id);

grant select, insert, update on person, person_identity, enrolment, dependency to kenpo_service;

-- History is never overwritten: of a row that was written, only superseded_at may still be set, once.
create function refuse_rewrite() returns trigger language plpgsql as $$
begin
  if old.superseded_at is not null or new.superseded_at is null
     or (to_jsonb(new) - 'superseded_at') is distinct from (to_jsonb(old) - 'superseded_at') then
    raise exception 'history is not overwritten';
  end if;
  return new;
end $$;
create trigger keep_history before update on person_identity for each row execute function refuse_rewrite();
create trigger keep_history before update on enrolment for each row execute function refuse_rewrite();
create trigger keep_history before update on dependency for each row execute function refuse_rewrite();
create trigger keep_history before update on employer_record for each row execute function refuse_rewrite();
