alter table standard_remuneration drop constraint standard_remuneration_rule_check;
alter table standard_remuneration add constraint standard_remuneration_rule_check check (rule in (
  'acquisition_determination', 'regular_determination', 'occasional_revision',
  'maternity_leave_end_revision', 'childcare_leave_end_revision'));

create table leave_period (
  row_id uuid primary key,
  leave_id uuid not null,
  person_id uuid not null references person (id),
  employer_id uuid not null references employer (id),
  leave_type text not null check (leave_type in ('maternity', 'childcare', 'birth_time')),
  starts_on date not null,
  planned_ends_on date not null,
  ended_on date,
  expected_birth_on date,
  born_on date,
  is_multiple boolean not null,
  child_name_kana text,
  child_name text,
  worked_days smallint not null check (worked_days between 0 and 28),
  rule text not null check (rule = 'exemption_months'),
  rule_version text not null,
  exempt_months date[] not null,
  exempt_bonus_months date[] not null,
  inputs jsonb not null,
  trace jsonb not null,
  start_received_on date not null,
  end_received_on date,
  recorded_at timestamptz not null,
  recorded_by uuid not null,
  superseded_at timestamptz,
  source uuid,
  check (planned_ends_on >= starts_on),
  check (ended_on >= starts_on),
  constraint leave_period_one_at_a_time
    exclude using gist (person_id with =, daterange(starts_on, coalesce(ended_on, planned_ends_on), '[]') with &&)
    where (superseded_at is null)
);
comment on table leave_period is '産前産後休業・育児休業等 (R-013): leaves of insured persons with the months that they exempt, by validity and by knowledge; of one person never two at a time';
comment on column leave_period.leave_id is 'Stays the same over all versions of one leave';
comment on column leave_period.leave_type is '産前産後休業, 育児休業 or 出生時育児休業';
comment on column leave_period.planned_ends_on is '満了予定日: the last day as planned';
comment on column leave_period.ended_on is '終了年月日: the last day once the end was notified, or the day before a loss of cover';
comment on column leave_period.expected_birth_on is '出産予定日';
comment on column leave_period.born_on is 'Day of birth of the child, once known';
comment on column leave_period.is_multiple is '多胎妊娠: 98 days before the birth instead of 42';
comment on column leave_period.worked_days is '就業(予定)日数 of a birth-time leave';
comment on column leave_period.exempt_months is 'First days of the months without the monthly premium, of this leave and those that count with it';
comment on column leave_period.exempt_bonus_months is 'First days of the months in which a bonus bears no premium';
comment on column leave_period.inputs is 'Facts that the rule decided the months on: every leave of the child';
comment on column leave_period.trace is 'Steps of the rule with their figures (R-047)';
comment on column leave_period.start_received_on is '開始受付日';
comment on column leave_period.end_received_on is '終了受付日';
comment on column leave_period.source is 'Notification that this version came from';
create index leave_period_person on leave_period (person_id, starts_on);
create index leave_period_leave on leave_period (leave_id);

grant select, insert, update on leave_period to kenpo_service;
create trigger keep_history before update on leave_period for each row execute function refuse_rewrite();
