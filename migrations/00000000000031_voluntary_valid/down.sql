drop index enrolment_own_kind;
