drop trigger dependency_beside_enrolment on dependency;
drop trigger enrolment_beside_dependency on enrolment;
drop function refuse_two_covers();
