-- 枝番 is counted under one 記号・番号, so a dependency knows the enrolment it was recognised under.
alter table dependency add enrolment_id uuid;
comment on column dependency.enrolment_id is 'Enrolment of the insured person under whose 記号・番号 the 枝番 was given; null for what was recorded before it was kept';
create unique index dependency_branch on dependency (enrolment_id, branch) where superseded_at is null;

-- What is known of one person never overlaps: one identity from a day on, and one without an end.
drop index person_identity_known;
create unique index person_identity_known on person_identity (person_id, valid_from) where superseded_at is null;
create unique index person_identity_open on person_identity (person_id) where superseded_at is null and valid_to is null;

-- Lists by 記号 and 番号 go through these, in the order of the page.
create index enrolment_symbol on enrolment (symbol, person_id) where superseded_at is null;
create index enrolment_numbered on enrolment (number, symbol, person_id);

-- A number that was registered by mistake leaves a row without it.
alter table strongroom.personal_number add erased_at timestamptz, alter ciphertext drop not null, alter blind_index drop not null,
  add constraint personal_number_erased check (
    (erased_at is null) = (ciphertext is not null) and (erased_at is null) = (blind_index is not null)
    and (erased_at is null or superseded_at is not null));
comment on table strongroom.personal_number is '個人番号管理ファイル (R-100, R-104, R-114): AES-256-GCM-SIV under a data key per version; the wrapped keys live in the key store, outside the database';
comment on column strongroom.personal_number.erased_at is 'It was registered by mistake: the number is taken out and its key destroyed; that there was a version stays';
comment on column strongroom.personal_number.key_id is 'Data key of this version; versions written before each had its own share one';
-- The sweep asks of every kept key whether anything here needs it.
create index personal_number_key on strongroom.personal_number (key_id);
create index pending_number_key on strongroom.pending_number (key_id);
create index raw_file_key on strongroom.raw_file (key_id);
