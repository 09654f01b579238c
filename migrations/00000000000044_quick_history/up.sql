-- As before, but the rows are compared as they are stored: written out as JSON, facts and traces cost more than the whole of an update.
create or replace function refuse_rewrite() returns trigger language plpgsql as $$
declare
  closed timestamptz := new.superseded_at;
begin
  new.superseded_at := old.superseded_at;
  if old.superseded_at is not null or closed is null or new *<> old then
    raise exception 'history is not overwritten';
  end if;
  if closed < old.recorded_at then
    raise exception 'history is not closed before it was recorded' using errcode = 'serialization_failure';
  end if;
  new.superseded_at := closed;
  return new;
end $$;

alter table determination_run add column not_looked_at_count integer;
comment on column determination_run.not_looked_at_count is 'Forms of the year that waited when the run ended and that it does not look at: in review, before the check of a keyed form, or filed after the order';

alter table determination_run add column lanes smallint not null default 1;
comment on column determination_run.lanes is 'In how many lanes its forms are worked off side by side, each with those whose id ends so (last byte modulo lanes)';
create table determination_lane (
  run_id uuid not null references determination_run (id),
  lane smallint not null check (lane >= 0),
  position uuid not null,
  chunks integer not null default 0,
  is_done boolean not null default false,
  decided_count integer not null default 0,
  left_count integer not null default 0,
  first_count integer not null default 0,
  grade_changes jsonb not null default '{}',
  worked_at timestamptz,
  primary key (run_id, lane)
);
comment on table determination_lane is 'How far a lane of a bulk determination is: what its chunks move on, each in its transaction; what the run decided is the sum';
comment on column determination_lane.position is 'Id of the last form looked at; forms are looked at in the order of their ids, up to the id of the run';
comment on column determination_lane.chunks is 'Chunks done; the job of the next one names this number, so that a chunk is done once';
comment on column determination_lane.grade_changes is 'How many of those decided rise or fall by how many grades: {"-2": 5, "0": 100}';
comment on column determination_run.position is 'Of a run from before there were lanes: id of the last form looked at';
comment on column determination_run.chunks is 'Of a run from before there were lanes: chunks done; and so are its counts, to which those of its lanes are added';
grant select, insert, update on determination_lane to kenpo_service;
