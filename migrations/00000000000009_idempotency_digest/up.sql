comment on column idempotency.key is 'Keyed digest of the key that the caller sent: a key is the caller''s own text, and none of it is kept';
