drop table public_expense;
alter table employer_record drop column branch_office_code;
