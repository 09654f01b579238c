drop trigger keep_history on employer_record; drop table dependency, enrolment, person_identity, person; drop function refuse_rewrite;
