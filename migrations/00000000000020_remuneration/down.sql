drop table standard_bonus, standard_remuneration;
