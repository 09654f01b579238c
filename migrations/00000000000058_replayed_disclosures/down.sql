alter table idempotency drop column disclosed, drop column persons;
