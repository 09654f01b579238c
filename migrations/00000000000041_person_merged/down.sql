drop index concurrently if exists person_merged;
