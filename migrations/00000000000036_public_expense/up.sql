create table public_expense (
  row_id uuid primary key,
  public_expense_id uuid not null,
  person_id uuid not null references person (id),
  payer_number text not null check (payer_number ~ '^[0-9]{8}$'),
  recipient_number text not null check (recipient_number ~ '^[0-9]{7}$'),
  valid_from date not null,
  valid_to date,
  received_on date not null,
  change text not null check (change in ('recorded', 'corrected', 'merged')),
  recorded_at timestamptz not null,
  recorded_by uuid not null,
  superseded_at timestamptz,
  check (valid_to >= valid_from),
  constraint public_expense_no_overlap
    exclude using gist (person_id with =, payer_number with =, daterange(valid_from, valid_to) with &&) where (superseded_at is null)
);
comment on table public_expense is '公費 (R-020): which public payer bears what for a person, from and until when, by validity and by knowledge; not for employers';
comment on column public_expense.public_expense_id is 'Stays the same over all versions of one item';
comment on column public_expense.payer_number is '公費負担者番号: 8 digits, the last a check digit';
comment on column public_expense.recipient_number is '公費負担医療の受給者番号: 7 digits';
comment on column public_expense.valid_from is '受給開始年月日';
comment on column public_expense.valid_to is 'First day after the 受給終了年月日; that of valid_from says that it never held';
create unique index public_expense_known on public_expense (public_expense_id) where superseded_at is null;
create index public_expense_person on public_expense (person_id, valid_from);
grant select, insert, update on public_expense to kenpo_service;
create trigger keep_history before update on public_expense for each row execute function refuse_rewrite();

alter table employer_record add branch_office_code text;
comment on column employer_record.branch_office_code is '本支部コード: the branch of the society that looks after the employer, where it has branches';
