drop index audit_entry_time;
