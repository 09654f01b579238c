drop table notification, submission; drop sequence receipt_number;
