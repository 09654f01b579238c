-- Roles are of the whole cluster, so they are made only when missing. kenpo_service does not inherit: what it may do in the
-- strongroom or to the order of the trail, it may do only after SET ROLE.
do $$
begin
  if not exists (select from pg_roles where rolname = 'kenpo_service') then create role kenpo_service login noinherit; end if;
  if not exists (select from pg_roles where rolname = 'kenpo_strongroom') then create role kenpo_strongroom nologin; end if;
  if not exists (select from pg_roles where rolname = 'kenpo_sequencer') then create role kenpo_sequencer nologin; end if;
exception when duplicate_object or unique_violation then null; -- another database of this cluster was faster
end $$;
grant kenpo_strongroom to kenpo_service;
grant kenpo_sequencer to kenpo_service;
-- The server tells lock time-outs from other failures by their words.
do $$
begin
  alter role kenpo_service set lc_messages = 'C';
exception when insufficient_privilege then raise notice 'set lc_messages = C for kenpo_service as a superuser';
end $$;
revoke create on schema public from public;
grant usage on schema public to kenpo_service, kenpo_sequencer, kenpo_strongroom;
-- The server refuses to start on a schema that it does not know.
grant select on __diesel_schema_migrations to kenpo_service;
