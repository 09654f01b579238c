alter table enrolment drop constraint enrolment_no_overlap;
alter table enrolment add constraint enrolment_no_overlap
  exclude using gist (person_id with =, daterange(acquired_on, lost_on) with &&) where (superseded_at is null);
