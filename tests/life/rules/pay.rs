//! Standard remuneration and 標準賞与額.
use super::Rule;

pub const RULES: &[Rule] = &[
    (
        "an employer paid a bonus in a month of which it stands reported that none was",
        "select p.person_id, p.employer_id, p.paid_on from bonus_payment p join no_bonus_report n using (employer_id) \
         where p.superseded_at is null and n.superseded_at is null \
           and n.planned_month = date_trunc('month', p.paid_on::timestamp)::date",
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
        "two standard remunerations hold in one month",
        "select a.person_id from standard_remuneration a join standard_remuneration b on a.person_id = b.person_id \
           and a.row_id < b.row_id where a.superseded_at is null and b.superseded_at is null \
           and daterange(a.applies_from, a.applies_until) && daterange(b.applies_from, b.applies_until)",
    ),
    (
        "a standard remuneration holds in a month without a day of cover",
        "select s.person_id, s.applies_from, s.applies_until from standard_remuneration s where s.superseded_at is null \
           and exists (select from generate_series(s.applies_from::timestamp, \
               coalesce(s.applies_until - 1, s.applies_from)::timestamp, interval '1 month') m where not exists ( \
             select from enrolment e where e.person_id = s.person_id and e.superseded_at is null \
               and not isempty(daterange(e.acquired_on, e.lost_on)) \
               and daterange(e.acquired_on, e.lost_on) && daterange(m::date, (m + interval '1 month')::date)))",
    ),
    (
        "what decides an acquisition does not begin in the month of one",
        "select s.person_id, s.rule, s.applies_from from standard_remuneration s where s.superseded_at is null \
           and s.rule in ('acquisition_determination', 'voluntary_continuation_standard') and not exists ( \
             select from enrolment e where e.person_id = s.person_id and e.superseded_at is null \
               and date_trunc('month', e.acquired_on) = s.applies_from \
               and (e.enrolment_type = 'compulsory') = (s.rule = 'acquisition_determination'))",
    ),
    (
        "a revision rests on a month before the acquisition",
        "select s.person_id, s.rule, s.applies_from from standard_remuneration s where s.superseded_at is null \
           and (s.rule = 'occasional_revision' or s.rule like '%leave_end_revision') and not exists ( \
             select from enrolment e where e.person_id = s.person_id and e.superseded_at is null \
               and date_trunc('month', e.acquired_on) <= s.applies_from - interval '3 months' \
               and (e.lost_on is null or e.lost_on > s.applies_from))",
    ),
    (
        "the parts of the offices do not add up to the whole",
        "select s.person_id, s.monthly_yen, s.inputs from standard_remuneration s where s.superseded_at is null \
           and jsonb_array_length(s.inputs -> 'offices') > 0 and s.monthly_yen <> ( \
             select sum((o ->> 'monthly_yen')::bigint) from jsonb_array_elements(s.inputs -> 'offices') o)",
    ),
    (
        // that of the loss has the parts of all: it bears no premium
        "an office has a part in a month in which the person does not work there",
        "select s.person_id, s.applies_from, s.applies_until, o from standard_remuneration s \
           cross join jsonb_array_elements(s.inputs -> 'offices') o \
         where s.superseded_at is null and not exists (select from concurrent_office c where c.person_id = s.person_id \
             and c.superseded_at is null and c.employer_id is not distinct from (o ->> 'employer_id')::uuid \
             and c.name is not distinct from o ->> 'name' and date_trunc('month', c.from_on) <= s.applies_from \
             and (c.until_on is null or s.applies_until <= date_trunc('month', c.until_on) \
               or exists (select from enrolment e where e.person_id = c.person_id and e.superseded_at is null \
                 and e.lost_on = c.until_on))) \
           and not exists (select from enrolment e where e.person_id = s.person_id and e.superseded_at is null \
             and e.employer_id = (o ->> 'employer_id')::uuid and date_trunc('month', e.acquired_on) <= s.applies_from \
             and (e.lost_on is null or s.applies_from < e.lost_on))",
    ),
    (
        "an office has no part in a month in which the person works there",
        "select c.person_id, c.from_on, c.until_on, m from concurrent_office c \
           cross join lateral generate_series(date_trunc('month', c.from_on), \
             date_trunc('month', coalesce(c.until_on, $today)) - case when c.until_on is null then interval '0' else interval '1 month' end, \
             interval '1 month') m \
           join standard_remuneration s on s.person_id = c.person_id and s.superseded_at is null \
             and daterange(s.applies_from, s.applies_until) @> m::date \
         where c.superseded_at is null and not exists (select from jsonb_array_elements(s.inputs -> 'offices') o \
           where c.employer_id is not distinct from (o ->> 'employer_id')::uuid and c.name is not distinct from o ->> 'name')",
    ),
    (
        "a decision that two people withdrew holds",
        "select s.person_id, s.rule, s.applies_from from remuneration_withdrawal w join standard_remuneration s using (decision_id) \
         where w.state = 'withdrawn' and (s.superseded_at is null or s.superseded_at > w.decided_at)",
    ),
    (
        "a decision was withdrawn that rests on no report",
        "select s.person_id, s.rule from remuneration_withdrawal w join standard_remuneration s using (decision_id) \
         where w.state = 'withdrawn' and s.rule <> 'regular_determination' and s.rule not like '%revision'",
    ),
    (
        "定時決定 does not stand by the average of the months with enough days",
        "select s.person_id, s.applies_from, s.monthly_yen, s.inputs from standard_remuneration s \
         cross join lateral (select case when s.inputs ->> 'kind' = 'short' then 11 when s.inputs ->> 'kind' = 'part' and not exists ( \
             select from jsonb_array_elements(s.inputs -> 'months') m where (m ->> 'base_days')::int >= 17 \
               and not coalesce((m ->> 'is_excluded')::boolean, false)) then 15 else 17 end as days) least \
         cross join lateral (select sum((m ->> 'pay_yen')::bigint - coalesce((m ->> 'back_pay_yen')::bigint, 0))::bigint / nullif(count(*), 0) as yen \
           from jsonb_array_elements(s.inputs -> 'months') m where (m ->> 'base_days')::int >= least.days \
             and not coalesce((m ->> 'is_excluded')::boolean, false)) average \
         where s.superseded_at is null and s.rule = 'regular_determination' and not s.inputs ? 'annual' \
           and coalesce(jsonb_array_length(s.inputs -> 'offices'), 0) = 0 and s.monthly_yen <> average.yen",
    ),
    (
        "定時決定 does not stand by the average that the employer reckoned by how much the person works",
        "select s.person_id, s.applies_from, s.monthly_yen, n.form from standard_remuneration s join notification n on n.id = s.source \
         where s.superseded_at is null and s.rule = 'regular_determination' and not s.inputs ? 'annual' and n.kind = 'regular_report' \
           and coalesce(jsonb_array_length(s.inputs -> 'offices'), 0) = 0 and n.form ->> 'applies_from' = to_char(s.applies_from, 'YYYY-MM') \
           and s.monthly_yen <> (n.form ->> 'average_yen')::bigint",
    ),
    (
        "随時改定 rests on a month of too few days",
        "select s.person_id, s.applies_from, s.inputs from standard_remuneration s where s.superseded_at is null \
           and s.rule = 'occasional_revision' and exists (select from jsonb_array_elements(s.inputs -> 'months') m \
             where (m ->> 'base_days')::int < case s.inputs ->> 'kind' when 'short' then 11 else 17 end)",
    ),
    (
        "任意継続 does not stand by the amount that the society set",
        "select s.person_id, s.standard_yen, s.inputs from standard_remuneration s join enrolment e on e.person_id = s.person_id \
           and e.superseded_at is null and e.enrolment_type = 'voluntary_continuation' \
           and date_trunc('month', e.acquired_on) = s.applies_from \
         cross join lateral (select v.average_remuneration_yen as yen, v.ceiling_rule from voluntary_setting v join approval a \
             on a.kind = 'voluntary_setting' and a.subject_id = v.id and a.state = 'approved' \
           where v.valid_from <= e.acquired_on order by v.valid_from desc limit 1) v \
         where s.superseded_at is null and s.rule = 'voluntary_continuation_standard' \
           and s.standard_yen <> case v.ceiling_rule when 'at_loss' then (s.inputs ->> 'at_loss_yen')::bigint \
             else least((s.inputs ->> 'at_loss_yen')::bigint, v.yen) end",
    ),
    (
        "任意継続 does not stand by what was known at the loss",
        "select v.person_id, v.applies_from, v.inputs from standard_remuneration v join enrolment e on e.person_id = v.person_id \
           and e.superseded_at is null and e.enrolment_type = 'voluntary_continuation' \
           and date_trunc('month', e.acquired_on) = v.applies_from \
         cross join lateral (select min(recorded_at) as at from standard_remuneration x where x.decision_id = v.decision_id) d \
         where v.superseded_at is null and v.rule = 'voluntary_continuation_standard' and not exists ( \
           select from standard_remuneration s where s.decision_id <> v.decision_id and (s.person_id = v.person_id \
               or s.person_id in (select id from person where merged_into = v.person_id)) \
             and s.standard_yen = (v.inputs ->> 'at_loss_yen')::bigint and s.recorded_at <= d.at \
             and (s.superseded_at is null or s.superseded_at >= d.at) \
             and daterange(s.applies_from, s.applies_until) @> date_trunc('month', e.acquired_on - 1)::date)",
    ),
    (
        "the bonuses of a fiscal year exceed the cap",
        "select person_id from standard_bonus where superseded_at is null \
         group by person_id, extract(year from month - interval '3 months') having sum(standard_yen) > 5730000",
    ),
    (
        "a 標準賞与額 is not what is left of the bonuses under the cap",
        "select * from (select person_id, month, reported_yen, standard_yen, coalesce(sum(standard_yen) over ( \
             partition by person_id, extract(year from month - interval '3 months') order by month \
             rows between unbounded preceding and 1 preceding), 0) as before \
           from standard_bonus where superseded_at is null) b \
         where standard_yen <> least(reported_yen / 1000 * 1000, 5730000 - before)",
    ),
    (
        "a bonus was paid on a day without cover",
        "select b.person_id, b.paid_on from bonus_payment b where b.superseded_at is null and not exists (select from enrolment e \
           where e.person_id = b.person_id and e.superseded_at is null and daterange(e.acquired_on, e.lost_on) @> b.paid_on)",
    ),
    (
        "a bonus was paid by an employer at which the person did not work that day",
        "select b.person_id, b.paid_on from bonus_payment b where b.superseded_at is null and not exists ( \
           select from enrolment e where e.person_id = b.person_id and e.superseded_at is null \
             and e.employer_id = b.employer_id and daterange(e.acquired_on, e.lost_on) @> b.paid_on \
           union all select from concurrent_office c where c.person_id = b.person_id and c.superseded_at is null \
             and c.employer_id = b.employer_id and daterange(c.from_on, c.until_on) @> b.paid_on)",
    ),
    (
        "a month's 標準賞与額 is not what its payments make",
        "select b.person_id, b.month from standard_bonus b where b.superseded_at is null and b.reported_yen <> ( \
           select coalesce(sum(p.paid_yen), 0) from bonus_payment p where p.person_id = b.person_id and p.superseded_at is null \
             and date_trunc('month', p.paid_on)::date = b.month)",
    ),
    (
        "a payment has no 標準賞与額",
        "select p.person_id, p.paid_on from bonus_payment p where p.superseded_at is null and not exists ( \
           select from standard_bonus b where b.person_id = p.person_id and b.superseded_at is null \
             and b.month = date_trunc('month', p.paid_on))",
    ),
    (
        "a bonus bears a premium or none against the month of the loss",
        "select b.person_id, b.month, b.no_premium from standard_bonus b where b.superseded_at is null \
           and (b.no_premium is not null) <> (select bool_and(exists (select from enrolment e where e.person_id = p.person_id \
               and e.superseded_at is null and daterange(e.acquired_on, e.lost_on) @> p.paid_on \
               and date_trunc('month', e.lost_on) = b.month and e.acquired_on < b.month and not exists ( \
                 select from enrolment n where n.person_id = p.person_id and n.superseded_at is null \
                   and n.enrolment_type = 'compulsory' and n.acquired_on >= e.lost_on and date_trunc('month', n.acquired_on) = b.month \
                   and not isempty(daterange(n.acquired_on, n.lost_on))))) \
             from bonus_payment p where p.person_id = b.person_id and p.superseded_at is null \
               and date_trunc('month', p.paid_on) = b.month)",
    ),
];
