drop table concurrent_office;
delete from standard_remuneration where rule = 'two_offices';
