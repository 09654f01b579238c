drop trigger protection_beside_protection on protection;
drop function refuse_two_protections();
create or replace function refuse_two_covers() returns trigger language plpgsql as $$
declare
  meets boolean;
begin
  if tg_table_name = 'enrolment' then
    select into meets exists (select from enrolment e join dependency d on d.person_id = e.person_id and d.superseded_at is null
        and daterange(d.recognised_on, d.removed_on) && daterange(e.acquired_on, e.lost_on)
      where e.row_id = new.row_id and e.superseded_at is null);
  else
    select into meets exists (select from dependency d join enrolment e on e.person_id = d.person_id and e.superseded_at is null
        and daterange(e.acquired_on, e.lost_on) && daterange(d.recognised_on, d.removed_on)
      where d.row_id = new.row_id and d.superseded_at is null);
  end if;
  if meets then
    raise exception 'insured and a dependent on one day' using errcode = 'exclusion_violation', constraint = 'one_cover_at_a_time';
  end if;
  return null;
end $$;
