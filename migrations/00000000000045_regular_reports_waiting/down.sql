drop index concurrently if exists notification_regular_waiting;
