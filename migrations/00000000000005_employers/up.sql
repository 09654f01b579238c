create table employer (
  id uuid primary key,
  version integer not null default 1,
  created_at timestamptz not null
);
comment on table employer is '適用事業所: the identity that stays; facts are in employer_record';
create table employer_record (
  row_id uuid primary key,
  employer_id uuid not null references employer (id),
  valid_from date not null,
  valid_to date,
  symbol text not null,
  society_number text not null,
  prefecture_code text,
  district_code text,
  office_symbol text,
  office_number text,
  name text not null,
  name_kana text,
  postal_code text,
  address text,
  owner_name text,
  phone text,
  accepts_pension_layout boolean not null default false,
  early_filing_days smallint not null default 0 check (early_filing_days in (0, 14)),
  recorded_at timestamptz not null,
  recorded_by uuid not null,
  superseded_at timestamptz,
  check (valid_to is null or valid_to > valid_from)
);
comment on table employer_record is 'What was valid when (valid_from, valid_to) and what we knew when (recorded_at, superseded_at)';
comment on column employer_record.symbol is '記号 of its insured persons';
comment on column employer_record.society_number is '健保組合の事業所番号, names the office in KPFD files';
comment on column employer_record.accepts_pension_layout is 'SHFD files are taken from this employer';
create index employer_record_known on employer_record (employer_id, valid_from) where superseded_at is null;
create unique index employer_record_society_number on employer_record (society_number) where superseded_at is null and valid_to is null;
create table insured_number_counter (
  symbol text primary key,
  last_number integer not null default 0
);
comment on table insured_number_counter is 'Last 番号 given under a 記号';
grant select, insert, update on employer, employer_record, insured_number_counter to kenpo_service;
