drop table leave_period;
delete from standard_remuneration where rule in ('maternity_leave_end_revision', 'childcare_leave_end_revision');
alter table standard_remuneration drop constraint standard_remuneration_rule_check;
alter table standard_remuneration add constraint standard_remuneration_rule_check
  check (rule in ('acquisition_determination', 'regular_determination', 'occasional_revision'));
