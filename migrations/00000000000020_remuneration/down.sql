drop table standard_bonus, standard_remuneration;
drop extension btree_gist;
