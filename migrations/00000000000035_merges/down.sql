drop table person_merge;
alter table person drop column merged_into;
