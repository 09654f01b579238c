alter table enrolment add column prepayment_code text;
alter table enrolment add constraint enrolment_prepayment_check
  check (prepayment_code in ('none', 'half_year', 'full_year') and (prepayment_code is null or enrolment_type <> 'compulsory')) not valid;
comment on column enrolment.prepayment_code is '前納区分 (R-044) that the person asked for; only of 任意継続 and 特例退職';
comment on column enrolment.planned_loss_on is '喪失予定年月日: the 75th birthday, when 後期高齢者医療 takes over; of 任意継続 the end of the two years when that comes first';

create table voluntary_setting (
  id uuid primary key,
  valid_from date not null,
  office_id uuid not null references employer (id),
  average_remuneration_yen bigint not null check (average_remuneration_yen > 0),
  ceiling_rule text not null check (ceiling_rule in ('statutory', 'below_average', 'at_loss', 'above_average')),
  rule_amount_yen bigint,
  special_retiree_yen bigint,
  requested_at timestamptz not null,
  requested_by uuid not null,
  check ((rule_amount_yen is not null) = (ceiling_rule in ('below_average', 'above_average')))
);
comment on table voluntary_setting is '任意継続・特例退職の設定: what the society sets, by the day from which it holds. A row counts once a second person approved it (approval of kind voluntary_setting); rows are only added';
comment on column voluntary_setting.office_id is 'The society''s own 事業所 under whose 記号 these insured persons are numbered; no system of an employer is ever bound to it';
comment on column voluntary_setting.average_remuneration_yen is 'Average of the standard remuneration of all insured on the 30 September that counts (健康保険法47条1項2号), not its grade';
comment on column voluntary_setting.ceiling_rule is 'Which ceiling the society''s rules (規約) set';
comment on column voluntary_setting.rule_amount_yen is '標準報酬月額 that the rules set, for a ceiling below or above the average';
comment on column voluntary_setting.special_retiree_yen is '標準報酬月額 of 特例退職被保険者; null: the society is no 特定健康保険組合 and enrols none';
create index voluntary_setting_day on voluntary_setting (valid_from desc, requested_at desc);
create index voluntary_setting_office on voluntary_setting (office_id);
grant select, insert on voluntary_setting to kenpo_service;

-- The society's own office is no employer's: whatever an administrator types, nobody's system comes to look at its people.
create function refuse_own_office() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('own-office', 0));
  if tg_table_name = 'voluntary_setting' then
    if exists (select from client_employer where employer_id = new.office_id) then
      raise exception 'a system is bound to this office';
    end if;
  elsif exists (select from voluntary_setting s where s.office_id = new.employer_id and not exists (
      select from approval a where a.kind = 'voluntary_setting' and a.subject_id = s.id and a.state = 'rejected')) then
    raise exception 'no system is bound to the society''s own office';
  end if;
  return new;
end $$;
create trigger own_office before insert or update on client_employer for each row execute function refuse_own_office();
create trigger own_office before insert on voluntary_setting for each row execute function refuse_own_office();

comment on column approval.kind is 'keyed_notification: a form that staff keyed from paper, compared with the paper by a second person; voluntary_setting: settings of 任意継続';
comment on column approval.subject_id is 'What it is about: the notification, or the row of settings';

-- Whatever words these may have by now, and some more.
do $$
declare
  more record;
  known text;
begin
  for more in select * from (values
    ('approval', 'approval_kind_check', 'kind', array['voluntary_setting']),
    ('calendar_run', 'calendar_run_kind_check', 'kind', array['voluntary_term_end']),
    ('standard_remuneration', 'standard_remuneration_rule_check', 'rule',
      array['voluntary_continuation_standard', 'special_retiree_standard'])) as m(in_table, name, in_column, words)
  loop
    select pg_get_constraintdef(oid) into strict known from pg_constraint
      where conname = more.name and conrelid = more.in_table::regclass;
    execute format('alter table %I drop constraint %I', more.in_table, more.name);
    execute format('alter table %I add constraint %I check (%s or %I = any (%L::text[]))', more.in_table, more.name,
      substring(known from '^CHECK (.*)$'), more.in_column, more.words);
  end loop;
end $$;
