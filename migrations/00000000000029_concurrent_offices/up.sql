-- Whatever words the rule may have by now, and one more.
do $$
declare known text;
begin
  select pg_get_constraintdef(oid) into strict known from pg_constraint
    where conname = 'standard_remuneration_rule_check' and conrelid = 'standard_remuneration'::regclass;
  alter table standard_remuneration drop constraint standard_remuneration_rule_check;
  execute format('alter table standard_remuneration add constraint standard_remuneration_rule_check check (rule = %L or %s)',
                 'two_offices', substring(known from '^CHECK (.*)$'));
end $$;

create table concurrent_office (
  row_id uuid primary key,
  office_id uuid not null,
  person_id uuid not null references person (id),
  employer_id uuid references employer (id),
  name text,
  office_number text,
  from_on date not null,
  until_on date,
  monthly_yen bigint not null check (monthly_yen between 0 and 9999999),
  received_on date not null,
  recorded_at timestamptz not null,
  recorded_by uuid not null,
  superseded_at timestamptz,
  source uuid,
  check (until_on >= from_on),
  check ((employer_id is null) <> (name is null)),
  constraint concurrent_office_one_at_a_time
    exclude using gist (person_id with =, coalesce(employer_id::text, name) with =, daterange(from_on, until_on) with &&)
    where (superseded_at is null)
);
comment on table concurrent_office is '二以上事業所勤務 (健康保険法44条3項): where an insured person works beside the office that the cover is of (主たる事業所), by validity and by knowledge';
comment on column concurrent_office.office_id is 'Stays the same over all versions of one employment';
comment on column concurrent_office.employer_id is 'Employer of this society; otherwise its name';
comment on column concurrent_office.name is 'Name of an office outside this society';
comment on column concurrent_office.office_number is '被保険者整理番号 at an employer of this society';
comment on column concurrent_office.from_on is 'First day on which the person works there too';
comment on column concurrent_office.until_on is 'First day on which the person does not any more';
comment on column concurrent_office.monthly_yen is '報酬月額 there as first reported; later reports stand in the decisions';
comment on column concurrent_office.source is 'Notification that this version came from';
create index concurrent_office_person on concurrent_office (person_id, from_on);
create index concurrent_office_employer on concurrent_office (employer_id, person_id) where superseded_at is null and employer_id is not null;

grant select, insert, update on concurrent_office to kenpo_service;
create trigger keep_history before update on concurrent_office for each row execute function refuse_rewrite();
