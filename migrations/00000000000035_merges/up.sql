alter table approval validate constraint approval_kind_check;

alter table person add merged_into uuid references person (id);
comment on column person.merged_into is '名寄せ (R-008): this id turned out to be the same human being as that one, under which the records go on; an id that was merged into this one before leads there at once';

create table person_merge (
  id uuid primary key,
  surviving_id uuid not null references person (id),
  merged_id uuid not null references person (id),
  reason text not null check (reason in ('employer_move', 'dependent_became_insured', 'double_entry')),
  state text not null check (state in ('requested', 'merged', 'rejected')),
  surviving_version integer not null,
  merged_version integer not null,
  records text not null,
  requested_by uuid not null,
  requested_at timestamptz not null,
  decided_by uuid,
  decided_at timestamptz,
  check (surviving_id <> merged_id),
  check ((state = 'requested') = (decided_by is null)),
  check ((decided_by is null) = (decided_at is null))
);
comment on table person_merge is '名寄せ (R-008, R-009): two person ids that one person of 適用 holds for one human being, and what another said of it';
comment on column person_merge.surviving_id is 'The id under which both histories go on';
comment on column person_merge.merged_id is 'The id that answers with the other one from then on';
comment on column person_merge.surviving_version is 'Version of the person when it was asked for, as merged_version: a change of either since then needs another request';
comment on column person_merge.records is 'Digest of the ids of all records of both that were known when it was asked for: another one when one of them changed since';
create unique index person_merge_open on person_merge (least(surviving_id, merged_id), greatest(surviving_id, merged_id)) where state = 'requested';
create unique index person_merge_once on person_merge (merged_id) where state = 'merged';
create index person_merge_surviving on person_merge (surviving_id);
grant select, insert, update on person_merge to kenpo_service;
