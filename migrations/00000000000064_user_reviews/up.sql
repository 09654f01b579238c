create table user_review (
  id uuid primary key,
  user_id uuid not null references app_user (id),
  reasons text[] not null,
  finding text not null check (finding in ('keep', 'reduce', 'end')),
  note text not null check (length(note) between 1 and 200),
  reviewed_by uuid not null,
  reviewed_at timestamptz not null,
  constraint user_review_of_another check (reviewed_by <> user_id)
);
comment on table user_review is '点検・見直し (R-144): what the データ保護担当者 found of an id that gave reason to look at it';
comment on column user_review.reasons is 'What gave reason then';
create index user_review_user on user_review (user_id, reviewed_at desc);
create index number_grant_user on number_grant (user_id, granted_at);
grant select, insert on user_review to kenpo_service;
