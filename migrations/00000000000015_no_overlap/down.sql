alter table dependency drop constraint dependency_no_overlap;
alter table enrolment drop constraint enrolment_no_overlap;
alter table person_identity drop constraint person_identity_no_overlap;
drop extension btree_gist;
