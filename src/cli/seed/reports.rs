//! 算定基礎届 of invented people, as the intake keeps them: by the database alone, for the tests and the benchmarks.
use crate::kernel::clock::Clock;
use diesel::{PgConnection, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types as t};

/// Files a report of that year for the first `people` of the insured (by id), one submission for each employer: pay from 180,000 yen on that
/// moves between the years by up to some grades, one report in fifty with too few days in one month, one in a hundred with too few in all.
/// Their ids run with their number and lie before every id that is made now.
/// # Errors
/// Database errors.
pub fn regular(conn: &mut PgConnection, clock: &Clock, year: i32, people: i32) -> anyhow::Result<()> {
    conn.batch_execute("create temp table seed_report (g bigint, id uuid, submission uuid, employer uuid, person uuid, office text, form jsonb)")?;
    sql_query(
        "insert into seed_report \
         select g, (lpad(to_hex(1500000000000 + ($1 - 2000) * 1000000000::bigint + g), 12, '0') || '7' || substr(md5('r' || g), 1, 3) || '8' \
             || substr(md5('s' || g), 1, 15))::uuid, \
           md5('submission/' || $1 || '/' || employer_id)::uuid, employer_id, person_id, office_number, \
           jsonb_build_object('kind', 'regular_report', 'office_number', office_number, 'name_kana', name_kana, 'birth_on', birth_on, \
             'applies_from', $1 || '-09', 'previous_remuneration_yen', 260000, 'previous_revised_in', ($1 - 1) || '-09', \
             'months', (select jsonb_agg(jsonb_build_object('month', m, 'base_days', case when g % 100 = 7 or g % 50 = 3 and m = 5 \
                          then 10 else 30 end, 'cash_yen', pay + m * 100, 'in_kind_yen', 0, 'total_yen', pay + m * 100) order by m) \
                        from generate_series(4, 6) m), \
             'grand_total_yen', pay * 3 + 1500, 'average_yen', pay + 500, 'aged_70_or_over', false, 'two_or_more_offices', false, \
             'short_time_worker', false, 'over_70_only', false, 'revision_planned', false, 'joined_mid_month', false, \
             'on_leave', false, 'part_time_worker', false, 'annual_average', false) \
         from (select row_number() over (order by e.person_id) as g, e.person_id, e.employer_id, e.office_number, i.name_kana, i.birth_on \
               from enrolment e join person_identity i on i.person_id = e.person_id and i.superseded_at is null and i.valid_to is null \
               where e.superseded_at is null and e.lost_on is null order by e.person_id limit $2) p \
         cross join lateral (select 180000 + (g * 37 % 500) * 1000 + ((g * 13 + $1 * 7) % 9 - 3) * 9000 as pay) q",
    )
    .bind::<t::Integer, _>(year)
    .bind::<t::Integer, _>(people)
    .execute(conn)?;
    let now = clock.now();
    sql_query(
        "insert into submission (id, receipt_number, employer_id, client_id, channel, preparer_name, declared_count, read_count, \
           file_result, received_at) \
         select submission, 'S' || $1 || '-' || left(submission::text, 8), employer, employer, 'api_json', '見本 花子', count(*), \
           count(*), 'accepted', $2 from seed_report group by submission, employer",
    )
    .bind::<t::Integer, _>(year)
    .bind::<t::Timestamptz, _>(now)
    .execute(conn)?;
    sql_query(
        "insert into notification (id, submission_id, row_number, employer_id, kind, state, office_number, form, person_id, received_at) \
         select id, submission, row_number() over (partition by submission order by g), employer, 'regular_report', 'accepted', \
           office, form, person, $1 from seed_report order by g",
    )
    .bind::<t::Timestamptz, _>(now)
    .execute(conn)?;
    conn.batch_execute("drop table seed_report; analyze notification")?;
    Ok(())
}
