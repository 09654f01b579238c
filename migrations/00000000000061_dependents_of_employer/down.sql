drop index concurrently if exists dependency_employer;
