drop table determination_lane;
alter table determination_run drop column lanes;
alter table determination_run drop column not_looked_at_count;
create or replace function refuse_rewrite() returns trigger language plpgsql as $$
begin
  if old.superseded_at is not null or new.superseded_at is null
     or (to_jsonb(new) - 'superseded_at') is distinct from (to_jsonb(old) - 'superseded_at') then
    raise exception 'history is not overwritten';
  end if;
  if new.superseded_at < old.recorded_at then
    raise exception 'history is not closed before it was recorded' using errcode = 'serialization_failure';
  end if;
  return new;
end $$;
