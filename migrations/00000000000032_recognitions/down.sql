drop table dependent_recognition;
