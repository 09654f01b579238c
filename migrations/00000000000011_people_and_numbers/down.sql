drop index strongroom.raw_file_key, strongroom.pending_number_key, strongroom.personal_number_key;
comment on column strongroom.personal_number.key_id is null;
comment on table strongroom.personal_number is '個人番号管理ファイル (R-100, R-104, R-114): AES-256-GCM-SIV under a data key per person; the wrapped keys live in the key store, outside the database';
delete from strongroom.personal_number where erased_at is not null;
alter table strongroom.personal_number drop constraint personal_number_erased, drop erased_at,
  alter ciphertext set not null, alter blind_index set not null;
drop index enrolment_numbered, enrolment_symbol, person_identity_open, person_identity_known;
create index person_identity_known on person_identity (person_id, valid_from) where superseded_at is null;
drop index dependency_branch;
alter table dependency drop enrolment_id;
