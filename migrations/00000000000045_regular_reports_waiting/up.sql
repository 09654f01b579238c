create index concurrently if not exists notification_regular_waiting on notification ((form ->> 'applies_from'), id) where kind = 'regular_report' and state = 'accepted';
