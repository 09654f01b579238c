drop table loss_decision;
