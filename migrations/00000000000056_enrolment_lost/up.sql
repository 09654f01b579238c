create index concurrently if not exists enrolment_lost on enrolment (lost_on, enrolment_id) where superseded_at is null and lost_on is not null;
