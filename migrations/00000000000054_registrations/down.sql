drop table voluntary_default;
drop table identity_change;
delete from approval where kind in ('identity_change', 'voluntary_default');
comment on column approval.kind is 'What the second person looks at: keyed_notification, a form that staff keyed from paper, compared with the paper; voluntary_setting, settings of 任意継続; recognition_setting, settings of the recognition of dependents; protection_lift, the end of a 支援措置; person_merge, two ids of one person; remuneration_withdrawal, a decision of standard remuneration made in error';
comment on column approval.subject_id is 'What it is about: the notification, the row of settings, the version of the protection, the merge, the withdrawal';
