drop index job_done;
