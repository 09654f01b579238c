drop table confirmation_reminder, confirmation_answer, confirmation, confirmation_campaign;
delete from calendar_run where kind = 'confirmations';
alter table calendar_run drop constraint calendar_run_kind_check;
alter table calendar_run add constraint calendar_run_kind_check check (kind in ('loss_at_75', 'voluntary_term_end'));
