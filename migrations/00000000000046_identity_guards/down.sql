delete from calendar_run where kind = 'protections';
drop index protection_end;
drop trigger under_nobody_merged on dependency;
do $$
declare of text;
begin
  foreach of in array array['person_identity', 'enrolment', 'dependency', 'standard_remuneration', 'standard_bonus', 'bonus_payment',
      'concurrent_office', 'leave_period', 'protection', 'public_expense'] loop
    execute format('drop trigger of_nobody_merged on %I', of);
  end loop;
end $$;
drop function refuse_merged_person();
drop function refuse_merged_insured();
