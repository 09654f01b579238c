delete from approval where kind = 'recognition_setting';
drop table recognition_setting;
drop trigger keep_past on confirmation;
drop function keep_confirmation();
drop table confirmation_past;
alter table confirmation drop column removal_note, drop column changed_at;
