-- What is known now never overlaps: one identity of a person on a day, one qualification, one insured person whose dependent one is.
create extension if not exists btree_gist;
alter table person_identity add constraint person_identity_no_overlap
  exclude using gist (person_id with =, daterange(valid_from, valid_to) with &&) where (superseded_at is null);
alter table enrolment add constraint enrolment_no_overlap
  exclude using gist (person_id with =, daterange(acquired_on, lost_on) with &&) where (superseded_at is null);
alter table dependency add constraint dependency_no_overlap
  exclude using gist (person_id with =, daterange(recognised_on, removed_on) with &&) where (superseded_at is null);
