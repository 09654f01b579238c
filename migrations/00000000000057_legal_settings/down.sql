delete from approval where kind = 'recognition_setting' and subject_id in (select id from recognition_setting where name is not null);
delete from recognition_setting where name is not null;
alter table recognition_setting
  drop constraint recognition_setting_whole,
  drop column source, drop column value, drop column valid_from, drop column name,
  alter column contract_income_from set not null;
comment on table recognition_setting is '被扶養者認定の設定: what the society sets of the recognition of dependents. The row that a second person approved last counts (approval of kind recognition_setting); rows are only added';
comment on column recognition_setting.contract_income_from is 'First day of recognition for which the income by the labour contract counts';
