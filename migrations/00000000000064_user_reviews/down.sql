drop index number_grant_user;
drop table user_review;
