-- A kept answer that goes out again discloses again. Rows from before tell of nobody; they are forgotten after 72 hours.
alter table idempotency
  add column persons uuid[] not null default '{}',
  add column disclosed text[] not null default '{}';
comment on column idempotency.persons is 'Persons whose data the kept answer holds: the entry of a replay names them too';
comment on column idempotency.disclosed is 'Field classes that the kept answer holds';
