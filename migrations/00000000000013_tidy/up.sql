create index job_done on job (finished_at) where finished_at is not null and error_code is null;
