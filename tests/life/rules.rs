//! What holds of everybody at any time, looked at in the tables.
use crate::harness::world::World;

/// A rule, and the rows that break it.
const RULES: &[(&str, &str)] = &[
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
        "a dependent is recognised on a day without cover of the insured person",
        "select d.person_id from dependency d where d.superseded_at is null \
           and not isempty(daterange(d.recognised_on, d.removed_on)) and not exists (select from enrolment e \
             where e.person_id = d.insured_id and e.superseded_at is null \
               and daterange(e.acquired_on, e.lost_on) @> daterange(d.recognised_on, d.removed_on))",
    ),
    (
        "a month of cover has no standard remuneration",
        "select e.person_id, m from enrolment e cross join lateral generate_series(date_trunc('month', e.acquired_on), \
             date_trunc('month', coalesce(e.lost_on - 1, e.acquired_on)), interval '1 month') m \
         where e.superseded_at is null and not isempty(daterange(e.acquired_on, e.lost_on)) and not exists ( \
           select from standard_remuneration s where s.person_id = e.person_id and s.superseded_at is null \
             and daterange(s.applies_from, s.applies_until) @> m::date)",
    ),
    (
        "a cover that runs has no standard remuneration without end",
        "select e.person_id from enrolment e where e.superseded_at is null and e.lost_on is null and not exists ( \
           select from standard_remuneration s where s.person_id = e.person_id and s.superseded_at is null \
             and s.applies_until is null)",
    ),
    (
        "a standard remuneration holds in a month without a day of cover",
        "select s.person_id, s.applies_from, s.applies_until from standard_remuneration s where s.superseded_at is null \
           and exists (select from generate_series(s.applies_from::timestamp, \
               coalesce(s.applies_until - 1, s.applies_from)::timestamp, interval '1 month') m where not exists ( \
             select from enrolment e where e.person_id = s.person_id and e.superseded_at is null \
               and daterange(e.acquired_on, e.lost_on) && daterange(m::date, (m + interval '1 month')::date)))",
    ),
    (
        "the bonuses of a fiscal year exceed the cap",
        "select person_id from standard_bonus where superseded_at is null \
         group by person_id, extract(year from month - interval '3 months') having sum(standard_yen) > 5730000",
    ),
    (
        "a bonus was paid on a day without cover",
        "select b.person_id from bonus_payment b where b.superseded_at is null and not exists (select from enrolment e \
           where e.person_id = b.person_id and e.superseded_at is null and daterange(e.acquired_on, e.lost_on) @> b.paid_on)",
    ),
    (
        "a month's 標準賞与額 is not what its payments make",
        "select b.person_id, b.month from standard_bonus b where b.superseded_at is null and b.reported_yen <> ( \
           select coalesce(sum(p.paid_yen), 0) from bonus_payment p where p.person_id = b.person_id and p.superseded_at is null \
             and date_trunc('month', p.paid_on)::date = b.month)",
    ),
    (
        "a leave has a day without cover",
        "select l.person_id from leave_period l where l.superseded_at is null and not exists (select from enrolment e \
           where e.person_id = l.person_id and e.superseded_at is null and e.acquired_on <= l.starts_on \
             and (e.lost_on is null or e.lost_on > coalesce(l.ended_on, l.planned_ends_on)))",
    ),
    (
        "an identity has a gap",
        "select person_id from (select person_id, valid_to, lead(valid_from) over (partition by person_id order by valid_from) as next \
           from person_identity where superseded_at is null) i where valid_to is distinct from next",
    ),
    (
        "the planned loss is not the 75th birthday",
        "select e.person_id from enrolment e join person_identity i on i.person_id = e.person_id and i.superseded_at is null \
           and i.valid_to is null \
         where e.superseded_at is null and e.lost_on is null \
           and e.planned_loss_on <> (i.birth_on + interval '75 years')::date",
    ),
    (
        "somebody is covered after the 75th birthday",
        "select e.person_id from enrolment e join person_identity i on i.person_id = e.person_id and i.superseded_at is null \
           and i.valid_to is null \
         where e.superseded_at is null and e.lost_on > greatest((i.birth_on + interval '75 years')::date, e.acquired_on)",
    ),
];

/// Every rule holds.
#[track_caller]
pub fn hold(w: &World, when: &str) {
    for (rule, broken) in RULES {
        let rows = w.rows(broken);
        assert!(rows.is_empty(), "{when}: {rule}: {rows:?}");
    }
}
