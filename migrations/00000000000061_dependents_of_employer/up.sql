create index concurrently if not exists dependency_employer on dependency (employer_id, dependent_id) where superseded_at is null;
