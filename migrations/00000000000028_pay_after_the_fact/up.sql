create table bonus_payment (
  row_id uuid primary key,
  payment_id uuid not null,
  person_id uuid not null references person (id),
  employer_id uuid not null references employer (id),
  paid_on date not null,
  paid_yen bigint not null check (paid_yen between 0 and 9999999999),
  received_on date not null,
  recorded_at timestamptz not null,
  recorded_by uuid not null,
  superseded_at timestamptz,
  source uuid
);
comment on table bonus_payment is '賞与支払 (R-040): each bonus as it was paid, by knowledge; the 標準賞与額 of its month is reckoned from these';
comment on column bonus_payment.payment_id is 'Stays the same over all versions of one payment';
comment on column bonus_payment.paid_yen is '賞与額 in money and in kind, before it is cut below 1,000 yen';
comment on column bonus_payment.source is 'Notification that this version came from';
create unique index bonus_payment_once on bonus_payment (person_id, employer_id, paid_on) where superseded_at is null;
create index bonus_payment_person on bonus_payment (person_id, paid_on);
create index bonus_payment_employer on bonus_payment (employer_id, paid_on) where superseded_at is null;

-- What was paid so far stands in the accepted forms; the months that they made are known.
insert into bonus_payment (row_id, payment_id, person_id, employer_id, paid_on, paid_yen, received_on, recorded_at, recorded_by, source)
select gen_random_uuid(), gen_random_uuid(), n.person_id, n.employer_id, (n.form->>'paid_on')::date,
  (n.form->>'cash_yen')::bigint + coalesce((n.form->>'in_kind_yen')::bigint, 0),
  (n.received_at at time zone 'Asia/Tokyo')::date, b.recorded_at, b.recorded_by, n.id
from notification n
join standard_bonus b on b.person_id = n.person_id and b.month = date_trunc('month', (n.form->>'paid_on')::date)::date
  and b.superseded_at is null
where n.kind = 'bonus_report' and n.state = 'applied' and exists (
  select from enrolment e where e.person_id = n.person_id and e.superseded_at is null
    and e.acquired_on <= (n.form->>'paid_on')::date and (e.lost_on is null or e.lost_on > (n.form->>'paid_on')::date));

alter table standard_bonus add column no_premium text check (no_premium = 'loss_month');
comment on column standard_bonus.no_premium is 'Why it bears no premium though it counts for the cap: loss_month, paid in the month of the loss before it (健康保険法156条3項)';

create table no_bonus_report (
  id uuid primary key,
  employer_id uuid not null references employer (id),
  planned_month date not null check (extract(day from planned_month) = 1),
  next_planned_month date check (extract(day from next_planned_month) = 1 and next_planned_month > planned_month),
  preparer_name text not null,
  received_at timestamptz not null,
  received_by uuid not null,
  unique (employer_id, planned_month)
);
comment on table no_bonus_report is '賞与不支給報告書 (施行規則27条): an employer paid nobody a bonus in the month for which one was planned';
comment on column no_bonus_report.planned_month is '賞与支払予定年月: first day of the month';
comment on column no_bonus_report.next_planned_month is '変更後の賞与支払予定月: first day of the month, where the employer plans another';
comment on column no_bonus_report.preparer_name is '届出書の作成者氏名 (R-085)';
comment on column no_bonus_report.received_by is 'Who filed it';

grant select, insert, update on bonus_payment to kenpo_service;
grant select, insert on no_bonus_report to kenpo_service;
create trigger keep_history before update on bonus_payment for each row execute function refuse_rewrite();
