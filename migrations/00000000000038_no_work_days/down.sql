alter table leave_period drop column no_work_days;
