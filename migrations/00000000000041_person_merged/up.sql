create index concurrently if not exists person_merged on person (merged_into) where merged_into is not null;
