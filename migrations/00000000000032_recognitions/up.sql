create table dependent_recognition (
  row_id uuid primary key,
  dependent_id uuid not null,
  occasion text not null check (occasion in ('recognition', 'confirmation')),
  examined_on date not null,
  is_recognised boolean not null,
  answer text check (answer in ('yes', 'no', 'needs_evidence')),
  failed_test text,
  documents_needed text[] not null,
  counted_income_yen bigint check (counted_income_yen >= 0),
  income_limit_yen bigint check (income_limit_yen > 0),
  rule text not null check (rule = 'dependent_recognition'),
  rule_version text not null,
  inputs jsonb not null,
  trace jsonb not null,
  departure text,
  departure_note text,
  received_on date not null,
  recorded_at timestamptz not null,
  recorded_by uuid not null,
  superseded_at timestamptz,
  source uuid,
  check (departure is not null or departure_note is null)
);
comment on table dependent_recognition is '被扶養者の認定・現況確認 (R-006, R-016): on which facts somebody was found to be a dependent, or not any more; by the day that was looked at and by knowledge';
comment on column dependent_recognition.dependent_id is 'Recognition that was examined, as in dependency';
comment on column dependent_recognition.occasion is 'recognition: 認定; confirmation: 現況確認';
comment on column dependent_recognition.examined_on is 'Day for which the rule was asked: the day of recognition, or the as-of day of the campaign';
comment on column dependent_recognition.is_recognised is 'What staff decided';
comment on column dependent_recognition.answer is 'What the rule answered; null where it knows no rule for the day';
comment on column dependent_recognition.failed_test is 'First condition that the rule found not met';
comment on column dependent_recognition.documents_needed is 'Documents that the rule still asked for';
comment on column dependent_recognition.counted_income_yen is 'Income that was held against the limit';
comment on column dependent_recognition.income_limit_yen is 'Limit of income on the day';
comment on column dependent_recognition.inputs is 'Facts that the rule was given: those of the form, of the register and of the evidence seen';
comment on column dependent_recognition.trace is 'Steps of the rule with their figures (R-047)';
comment on column dependent_recognition.departure is 'Why staff recognised although the rule did not answer yes, as a code';
comment on column dependent_recognition.departure_note is 'The same in words';
comment on column dependent_recognition.source is 'Notification or confirmation that it was decided with';
create unique index dependent_recognition_known on dependent_recognition (dependent_id, examined_on, occasion) where superseded_at is null;
create index dependent_recognition_dependent on dependent_recognition (dependent_id, examined_on);

grant select, insert, update on dependent_recognition to kenpo_service;
create trigger keep_history before update on dependent_recognition for each row execute function refuse_rewrite();
