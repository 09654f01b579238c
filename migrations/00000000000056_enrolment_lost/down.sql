drop index concurrently if exists enrolment_lost;
