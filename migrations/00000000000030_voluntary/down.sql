delete from standard_remuneration where rule in ('voluntary_continuation_standard', 'special_retiree_standard');
alter table standard_remuneration drop constraint standard_remuneration_rule_check;
alter table standard_remuneration add constraint standard_remuneration_rule_check check (rule in (
  'acquisition_determination', 'regular_determination', 'occasional_revision',
  'maternity_leave_end_revision', 'childcare_leave_end_revision', 'two_offices'));
delete from calendar_effect where run_id in (select id from calendar_run where kind = 'voluntary_term_end');
delete from calendar_run where kind = 'voluntary_term_end';
alter table calendar_run drop constraint calendar_run_kind_check;
alter table calendar_run add constraint calendar_run_kind_check check (kind in ('loss_at_75'));
delete from approval where kind = 'voluntary_setting';
alter table approval drop constraint approval_kind_check;
alter table approval add constraint approval_kind_check check (kind in ('keyed_notification'));
drop trigger own_office on client_employer;
drop table voluntary_setting;
drop function refuse_own_office;
alter table enrolment drop column prepayment_code;
