drop table confirmation_reminder, confirmation_answer, confirmation, confirmation_campaign;
delete from calendar_run where kind = 'confirmations';
