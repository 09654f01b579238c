create table protection (
  row_id uuid primary key,
  protection_id uuid not null,
  person_id uuid not null references person (id),
  reason text not null check (reason in ('domestic_violence', 'stalking', 'child_abuse', 'other_abuse')),
  authority text not null check (authority in ('municipality', 'police', 'women_support_centre', 'child_guidance_centre', 'court', 'other')),
  authority_name text not null,
  valid_from date not null,
  valid_to date,
  received_on date not null,
  letter_name text,
  letter_postal_code text,
  letter_address text not null,
  change text not null check (change in ('set', 'prolonged', 'lifted', 'lift_refused', 'merged')),
  recorded_at timestamptz not null,
  recorded_by uuid not null,
  superseded_at timestamptz,
  check (valid_to >= valid_from)
);
comment on table protection is '支援措置 (domestic violence, stalking, abuse): while one is valid today, where the person is reaches neither insured person, family nor employer; by validity and by knowledge';
comment on column protection.protection_id is 'Stays the same over all versions of one protection';
comment on column protection.authority is 'Kind of the office that asked for it; authority_name is which one';
comment on column protection.valid_to is 'First day on which it does not hold any more; null until it is lifted';
comment on column protection.received_on is 'When the society received the request that this version follows';
comment on column protection.letter_address is 'Where letters to the person go while it holds, with letter_name and letter_postal_code; shown to 適用 and 給付 alone';
comment on column protection.change is 'What made this version';
create unique index protection_known on protection (protection_id) where superseded_at is null;
create index protection_person on protection (person_id) where superseded_at is null;
grant select, insert, update on protection to kenpo_service;
create trigger keep_history before update on protection for each row execute function refuse_rewrite();

-- Which things a second person looks at is the program's list; the table holds the form of the word.
alter table approval drop constraint approval_kind_check;
alter table approval add constraint approval_kind_check check (kind ~ '^[a-z_]{1,40}$') not valid;
comment on column approval.kind is 'What the second person looks at: keyed_notification, a form that staff keyed from paper, compared with the paper; voluntary_setting, settings of 任意継続; protection_lift, the end of a 支援措置; person_merge, two ids of one person';
comment on column approval.subject_id is 'What it is about: the notification, the row of settings, the version of the protection, the merge';
