alter table enrolment validate constraint enrolment_prepayment_check;
-- Few of many: those whom the society looks after itself.
create index concurrently if not exists enrolment_own_kind on enrolment (enrolment_type, person_id)
  where superseded_at is null and enrolment_type <> 'compulsory';
