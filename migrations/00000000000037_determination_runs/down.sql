drop table determination_foreseen, determination_left, determination_run;
