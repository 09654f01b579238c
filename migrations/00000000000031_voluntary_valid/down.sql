select 1; -- a constraint stays valid
