drop table audit_position; drop table audit_entry; drop table audit_lease; drop function refuse_change;
