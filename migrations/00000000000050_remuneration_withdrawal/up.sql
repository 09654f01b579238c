create table remuneration_withdrawal (
  id uuid primary key,
  decision_id uuid not null,
  reason text not null check (length(reason) between 1 and 200),
  state text not null check (state in ('requested', 'withdrawn', 'rejected')),
  requested_by uuid not null,
  requested_at timestamptz not null,
  decided_by uuid,
  decided_at timestamptz,
  check ((state = 'requested') = (decided_at is null) and (decided_at is null) = (decided_by is null)),
  constraint remuneration_withdrawal_by_another check (decided_by <> requested_by)
);
create unique index remuneration_withdrawal_once on remuneration_withdrawal (decision_id) where state <> 'rejected';
create index remuneration_withdrawal_asked on remuneration_withdrawal (requested_at desc, id desc);
comment on table remuneration_withdrawal is '標準報酬月額の決定の取消: a decision made in error, withdrawn by two people (approval of kind remuneration_withdrawal); the decision itself stays in the history';
comment on column remuneration_withdrawal.decision_id is 'The decision, over all its versions; it has no row of its own that could be referred to';
comment on column remuneration_withdrawal.reason is 'Why, in words of staff; holds no personal number';
comment on column remuneration_withdrawal.state is 'requested: waits for the second person; withdrawn: the decision holds no more; rejected: it stands';
comment on column approval.kind is 'What the second person looks at: keyed_notification, a form that staff keyed from paper, compared with the paper; voluntary_setting, settings of 任意継続; recognition_setting, settings of the recognition of dependents; protection_lift, the end of a 支援措置; person_merge, two ids of one person; remuneration_withdrawal, a decision of standard remuneration made in error';
comment on column approval.subject_id is 'What it is about: the notification, the row of settings, the version of the protection, the merge, the withdrawal';
grant select, insert, update on remuneration_withdrawal to kenpo_service;
