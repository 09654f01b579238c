//! Cover, of the insured person and the family; who they are; what the calendar brings.
use super::Rule;

pub const RULES: &[Rule] = &[
    (
        "two covers of one person have a day in common",
        "select a.person_id from enrolment a join enrolment b on a.person_id = b.person_id and a.row_id < b.row_id \
         where a.superseded_at is null and b.superseded_at is null \
           and daterange(a.acquired_on, a.lost_on) && daterange(b.acquired_on, b.lost_on)",
    ),
    (
        "somebody is insured and a dependent on one day",
        "select e.person_id from enrolment e join dependency d on d.person_id = e.person_id \
         where e.superseded_at is null and d.superseded_at is null \
           and daterange(e.acquired_on, e.lost_on) && daterange(d.recognised_on, d.removed_on)",
    ),
    (
        "somebody is a dependent twice on one day",
        "select a.person_id from dependency a join dependency b on a.person_id = b.person_id and a.row_id < b.row_id \
         where a.superseded_at is null and b.superseded_at is null \
           and daterange(a.recognised_on, a.removed_on) && daterange(b.recognised_on, b.removed_on)",
    ),
    (
        "a dependent is recognised on a day without cover of the insured person",
        "select d.person_id, d.recognised_on, d.removed_on from dependency d where d.superseded_at is null \
           and not isempty(daterange(d.recognised_on, d.removed_on)) and not exists (select from enrolment e \
             where e.person_id = d.insured_id and e.superseded_at is null \
               and daterange(e.acquired_on, e.lost_on) @> daterange(d.recognised_on, d.removed_on))",
    ),
    (
        "an identity has a gap",
        "select person_id from (select person_id, valid_to, lead(valid_from) over (partition by person_id order by valid_from) as next \
           from person_identity where superseded_at is null) i where valid_to is distinct from next",
    ),
    (
        "two names or addresses of one person hold on one day at one instant",
        "select a.person_id, a.valid_from from person_identity a join person_identity b on a.person_id = b.person_id \
           and a.row_id < b.row_id where daterange(a.valid_from, a.valid_to) && daterange(b.valid_from, b.valid_to) \
           and tstzrange(a.recorded_at, a.superseded_at) && tstzrange(b.recorded_at, b.superseded_at)",
    ),
    (
        "two protections of one person hold today",
        "select person_id from protection where superseded_at is null and daterange(valid_from, valid_to) @> $today \
         group by person_id having count(*) > 1",
    ),
    (
        "one payer bears twice for a person on one day",
        "select a.person_id, a.payer_number from public_expense a join public_expense b on a.person_id = b.person_id \
           and a.payer_number = b.payer_number and a.row_id < b.row_id where a.superseded_at is null and b.superseded_at is null \
           and daterange(a.valid_from, a.valid_to) && daterange(b.valid_from, b.valid_to)",
    ),
    (
        "something is known of an id that became another",
        "select p.id as person_id from person p where p.merged_into is not null and exists ( \
           select person_id from enrolment e where e.person_id = p.id and e.superseded_at is null \
           union all select person_id from standard_remuneration s where s.person_id = p.id and s.superseded_at is null \
           union all select person_id from standard_bonus b where b.person_id = p.id and b.superseded_at is null \
           union all select person_id from leave_period l where l.person_id = p.id and l.superseded_at is null \
           union all select insured_id from dependency d where p.id in (d.person_id, d.insured_id) and d.superseded_at is null)",
    ),
    (
        "a dependent who was found to be none is one still",
        "select c.person_id, c.removed_on from confirmation c join dependency d on d.dependent_id = c.dependent_id \
           and d.superseded_at is null where c.state = 'removal_found' and c.decided_at >= d.recorded_at \
           and coalesce(d.removed_on > c.removed_on, true)",
    ),
    (
        "somebody is covered on a day of which nothing is known of the person",
        "select e.person_id, e.acquired_on from enrolment e where e.superseded_at is null \
           and not isempty(daterange(e.acquired_on, e.lost_on)) and not exists (select from person_identity i \
             where i.person_id = e.person_id and i.superseded_at is null and i.valid_from <= e.acquired_on)",
    ),
    (
        "somebody has two days of birth",
        "select person_id from person_identity where superseded_at is null group by person_id having count(distinct birth_on) > 1",
    ),
    (
        "the planned loss is neither the 75th birthday nor the end of the two years",
        "select e.person_id, e.planned_loss_on from enrolment e join person_identity i on i.person_id = e.person_id \
           and i.superseded_at is null and i.valid_to is null \
         where e.superseded_at is null and e.lost_on is null and e.planned_loss_on <> least( \
           $75, case when e.enrolment_type = 'voluntary_continuation' \
             then $two_years end)",
    ),
    (
        "somebody is covered after the 75th birthday",
        "select e.person_id from enrolment e join person_identity i on i.person_id = e.person_id and i.superseded_at is null \
           and i.valid_to is null \
         where e.superseded_at is null and (e.lost_on > greatest($75, e.acquired_on) \
           or e.lost_on is null and $75 < $today \
             and greatest(i.recorded_at, e.recorded_at) < $today::timestamp at time zone 'Asia/Tokyo')",
    ),
    (
        "任意継続 lasts longer than two years",
        // what was recorded today, after the two years, the calendar ends when it looks next
        "select person_id, acquired_on, lost_on from (select *, $two_years as over_on from enrolment \
             where superseded_at is null and enrolment_type = 'voluntary_continuation') e \
         where lost_on > over_on or lost_on is null and over_on <= $today \
           and recorded_at < $today::timestamp at time zone 'Asia/Tokyo'",
    ),
    (
        "任意継続 does not begin with the loss of cover by employment, or was asked for before it",
        "select v.person_id, v.acquired_on from enrolment v where v.superseded_at is null \
           and v.enrolment_type = 'voluntary_continuation' and (v.acquisition_received_on < v.acquired_on or not exists ( \
             select from enrolment e where e.person_id = v.person_id and e.superseded_at is null \
               and e.enrolment_type = 'compulsory' and e.lost_on = v.acquired_on and e.acquired_on < e.lost_on))",
    ),
    (
        "somebody continues voluntarily who did not leave an employer",
        "select v.person_id, e.loss_reason from enrolment v join enrolment e on e.person_id = v.person_id \
           and e.lost_on = v.acquired_on and e.enrolment_type = 'compulsory' and e.acquired_on < e.lost_on \
         where v.superseded_at is null and e.superseded_at is null and v.enrolment_type = 'voluntary_continuation' \
           and not isempty(daterange(v.acquired_on, v.lost_on)) and e.loss_reason <> 'retirement'",
    ),
    (
        "somebody works at another office on a day without the cover beside which it is",
        "select o.person_id, o.from_on, o.until_on from concurrent_office o where o.superseded_at is null \
           and not exists (select from enrolment e where e.person_id = o.person_id and e.superseded_at is null \
             and e.employer_id is distinct from o.employer_id and e.enrolment_type = 'compulsory' \
             and daterange(e.acquired_on, e.lost_on) @> daterange(o.from_on, o.until_on))",
    ),
    (
        "a leave has a day without cover",
        "select l.person_id, l.starts_on, l.ended_on from leave_period l where l.superseded_at is null \
           and not exists (select from enrolment e where e.person_id = l.person_id and e.superseded_at is null \
             and e.acquired_on <= l.starts_on and (e.lost_on is null or e.lost_on > coalesce(l.ended_on, l.planned_ends_on)))",
    ),
    (
        "somebody is on two leaves on one day",
        "select a.person_id from leave_period a join leave_period b on a.person_id = b.person_id and a.row_id < b.row_id \
         where a.superseded_at is null and b.superseded_at is null \
           and daterange(a.starts_on, coalesce(a.ended_on, a.planned_ends_on), '[]') \
             && daterange(b.starts_on, coalesce(b.ended_on, b.planned_ends_on), '[]')",
    ),
    (
        "a month is exempt that has no day of a leave, or for a bonus that is not exempt for the month",
        "select l.person_id, m from leave_period l cross join unnest(l.exempt_months || l.exempt_bonus_months) m \
         where l.superseded_at is null and (not m = any(l.exempt_months) or not exists (select from leave_period k \
           where k.person_id = l.person_id and k.employer_id = l.employer_id and k.superseded_at is null \
             and daterange(k.starts_on, coalesce(k.ended_on, k.planned_ends_on), '[]') \
               && daterange(m, (m + interval '1 month')::date)))",
    ),
    (
        "a day of the calendar is missing, waits, or was tried twice",
        "select kind, count(*) from calendar_run group by kind \
         having count(*) <> $today - min(due_on) + 1 or max(due_on) <> $today \
           or bool_or(state <> 'done' or attempts <> 1)",
    ),
    (
        "the calendar changed somebody twice for one reason, or otherwise than its day counts",
        "select r.id from calendar_run r left join calendar_effect e on e.run_id = r.id \
         where r.kind in ('loss_at_75', 'voluntary_term_end') group by r.id, r.affected_count \
         having r.affected_count <> count(e.id) or count(e.id) <> count(distinct (e.person_id, e.effect)) filter (where e.id is not null)",
    ),
];
