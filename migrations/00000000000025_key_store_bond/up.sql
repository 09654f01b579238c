create table strongroom.key_store_bond (
  only_one boolean primary key default true check (only_one),
  id uuid not null,
  turn bigint not null check (turn >= 0)
);
comment on table strongroom.key_store_bond is 'Which key store belongs to this database: the store says the same; written at first use';
comment on column strongroom.key_store_bond.turn is 'Goes up with each sweep of keys, here first and then in the store: an old copy of either is known by it';
grant select, insert, update on strongroom.key_store_bond to kenpo_strongroom;
