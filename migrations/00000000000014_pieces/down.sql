alter table person_identity drop states;
