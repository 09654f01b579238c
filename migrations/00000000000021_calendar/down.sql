drop index person_identity_birth;
drop table calendar_effect, calendar_run;
