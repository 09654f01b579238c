drop table no_bonus_report;
alter table standard_bonus drop column no_premium;
drop table bonus_payment;
