delete from approval where kind = 'remuneration_withdrawal';
drop table remuneration_withdrawal;
