drop table insured_number_counter, employer_record, employer;
