-- What staff registers without a form takes a second person too: names and contact details, and premiums of 任意継続 that were not paid.
create table identity_change (
  id uuid primary key,
  person_id uuid not null references person (id),
  kind text not null check (kind in ('name', 'contact')),
  stated jsonb not null,
  person_version integer not null
);
create index identity_change_person on identity_change (person_id);
comment on table identity_change is '氏名・連絡先の変更の登録: what one person of staff asked for without a form, and another decides on (approval of kind identity_change)';
comment on column identity_change.person_id is 'Insured person or dependent; stays the id of then when ids are joined';
comment on column identity_change.kind is 'name: 氏名・振り仮名; contact: 連絡先住所 and phone';
comment on column identity_change.stated is 'What is asked for, as it was sent; holds no personal number';
comment on column identity_change.person_version is 'How often the person had changed when it was asked for: approved is what was asked for of that person';
grant select, insert on identity_change to kenpo_service;

create table voluntary_default (
  id uuid primary key,
  person_id uuid not null references person (id),
  premium text not null check (premium in ('first', 'monthly')),
  due_on date not null,
  acquired_on date not null
);
create index voluntary_default_person on voluntary_default (person_id);
comment on table voluntary_default is '任意継続の保険料未納の登録: a premium that was not paid, as one person of 徴収 asked for and another decides on (approval of kind voluntary_default)';
comment on column voluntary_default.person_id is 'Insured person; stays the id of then when ids are joined';
comment on column voluntary_default.premium is 'first: 初めて納付すべき保険料; monthly: that of a later month';
comment on column voluntary_default.due_on is '納付期日';
comment on column voluntary_default.acquired_on is '資格取得年月日 of the cover that would end';
grant select, insert on voluntary_default to kenpo_service;

comment on column approval.kind is 'What the second person looks at: keyed_notification, a form that staff keyed from paper, compared with the paper; voluntary_setting, settings of 任意継続; recognition_setting, settings of the recognition of dependents; protection_lift, the end of a 支援措置; person_merge, two ids of one person; remuneration_withdrawal, a decision of standard remuneration made in error; identity_change, a name or contact details; voluntary_default, a premium of 任意継続 that was not paid';
comment on column approval.subject_id is 'What it is about: the notification, the row of settings, the version of the protection, the merge, the withdrawal, the change, the unpaid premium';
