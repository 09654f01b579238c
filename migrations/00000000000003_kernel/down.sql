drop table job; drop table idempotency;
