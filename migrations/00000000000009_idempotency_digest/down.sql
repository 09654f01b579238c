comment on column idempotency.key is null;
