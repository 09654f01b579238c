-- Any named value of law, not the start of income by the labour contract alone. Rows from before keep their column, and are read as that start.
alter table recognition_setting
  alter column contract_income_from drop not null,
  add column name text,
  add column valid_from date,
  add column value bigint check (value >= 0),
  add column source text check (length(source) between 1 and 100),
  add constraint recognition_setting_whole check (
    num_nonnulls(name, valid_from, value, source) = case when contract_income_from is null then 4 else 0 end
  );
comment on table recognition_setting is '法定値の設定: what the society sets in the place of a value of law that the program brings (dependents, short-time workers, share of the cost of care). A row counts once a second person approved it (approval of kind recognition_setting); of two for one name and day the one approved last; rows are only added';
comment on column recognition_setting.contract_income_from is 'Of rows from before the other columns: first day of recognition for which the income by the labour contract counts; of these rows the one approved last counts. Not written any more';
comment on column recognition_setting.name is 'What is set: a name of the table of src/domain/eligibility/rules/parameters.rs';
comment on column recognition_setting.valid_from is 'First day for which the value counts, until the next value or row of the table';
comment on column recognition_setting.value is 'In the unit that the name tells: yen, years, percent, minutes, months, a count; 1 or 0 for what merely holds or does not';
comment on column recognition_setting.source is 'Law, notice or decision of the society, in words; holds no personal number';
