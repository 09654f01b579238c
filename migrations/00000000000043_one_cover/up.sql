-- Nobody is insured and somebody's dependent on one day (健康保険法3条7項): looked at when the transaction ends, since a decision
-- may close the one after it has begun the other. What overlaps within one table, its exclusion constraint refuses.
create function refuse_two_covers() returns trigger language plpgsql as $$
begin
  if exists (select from enrolment e join dependency d on d.person_id = e.person_id and d.superseded_at is null
               and daterange(d.recognised_on, d.removed_on) && daterange(e.acquired_on, e.lost_on)
             where e.person_id = new.person_id and e.superseded_at is null) then
    raise exception 'insured and a dependent on one day' using errcode = 'exclusion_violation', constraint = 'one_cover_at_a_time';
  end if;
  return null;
end $$;
create constraint trigger enrolment_beside_dependency after insert on enrolment
  deferrable initially deferred for each row execute function refuse_two_covers();
create constraint trigger dependency_beside_enrolment after insert on dependency
  deferrable initially deferred for each row execute function refuse_two_covers();
