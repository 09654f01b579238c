alter table leave_period add column no_work_days date[] not null default '{}';
comment on column leave_period.no_work_days is 'Days without work between the leave before and this one, as the form names them: with them two leaves join';
