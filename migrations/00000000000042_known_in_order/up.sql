-- A row is not closed before it was recorded, whatever the clock of a server says: such a transaction is asked to try again.
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
