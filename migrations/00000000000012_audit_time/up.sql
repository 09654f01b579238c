-- An export by times asks for the first and the last entry of a range of times: the block ranges of the index by time have no order.
create index audit_entry_time on audit_entry (at);
