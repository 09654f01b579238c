//! A member with ten years of history: as of a past day beside the present.
use crate::{
    http::{self, Burst, Load},
    report::Row,
    society::Society,
};
use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types as t};
use std::time::Duration;
use uuid::Uuid;

const CONNECTIONS: usize = 16;
/// People with such a history.
const PEOPLE: usize = 2_000;
const PAST: &str = "2018-06-15";

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
}
/// The member itself, and the standard remuneration of the month.
pub fn reads(society: &Society, seconds: u64) -> Vec<Row> {
    let people = people(society);
    let measure = |path: &dyn Fn(&Uuid) -> String| -> Burst {
        let load = Load {
            address: society.address(),
            token: society.staff_token(),
            paths: people.iter().map(path).collect(),
            connections: CONNECTIONS,
        };
        http::run(&load, Duration::from_secs(1), || 0.0);
        http::run(&load, Duration::from_secs(seconds), || society.server_cpu())
    };
    let today = society.today();
    let row = |what: &str, past: Burst, now: Burst| {
        Row::beside(
            &format!("{what}, ten years of history, {CONNECTIONS} connections"),
            &past,
            now.per_second,
            "of today",
        )
    };
    let member = |as_of: &str| measure(&|id| format!("/v1/members/{id}?as_of={as_of}"));
    let standard =
        |as_of: &str| measure(&|id| format!("/v1/members/{id}/standard-remunerations?as_of={as_of}"));
    let today = today.to_string();
    let plain = measure(&|id| format!("/v1/members/{id}"));
    let (now, past) = (member(&today), member(PAST));
    vec![
        Row::beside("GET member as of today, the same people", &now, plain.per_second, "without as_of"),
        row("GET member as of 2018", past, now),
        row("standard remuneration as of 2018", standard(PAST), standard(&today)),
    ]
}
/// People of the society who were insured by then, with a new address and a new standard remuneration every year since, of which each was
/// corrected once.
fn people(society: &Society) -> Vec<Uuid> {
    let mut owner = society.owner();
    owner
        .batch_execute(&format!(
            "set session_replication_role = replica; \
             create temp table old as select person_id, employer_id, acquired_on from enrolment \
               where superseded_at is null and acquired_on < '2016-01-01' order by person_id limit {PEOPLE}; \
             create temp table first as select i.* from person_identity i join old using (person_id) \
               where i.valid_to is null and i.superseded_at is null and i.change_reason = 'acquisition'; \
             update person_identity i set superseded_at = i.recorded_at + interval '1 minute' from first f where i.row_id = f.row_id; \
             insert into person_identity (row_id, person_id, valid_from, valid_to, name, name_raw, name_search, name_kana, kana_search, \
                 birth_on, sex, resident_postal_code, resident_address, states, change_reason, received_on, recorded_at, recorded_by, \
                 superseded_at) \
               select gen_random_uuid(), person_id, case y when 2016 then valid_from else make_date(y, 4, 1) end, \
                 case when y < 2025 then make_date(y + 1, 4, 1) end, name, name_raw, name_search, name_kana, kana_search, birth_on, sex, \
                 resident_postal_code, resident_address || y, array['resident_address'], 'address', received_on, \
                 recorded_at + s * interval '1 hour', recorded_by, case when s = 0 then recorded_at + interval '1 hour' end \
               from first cross join generate_series(2016, 2025) y cross join generate_series(0, 1) s; \
             delete from standard_remuneration where person_id in (select person_id from old); \
             insert into standard_remuneration (row_id, decision_id, person_id, employer_id, rule, rule_version, applies_from, \
                 applies_until, grade, standard_yen, monthly_yen, inputs, trace, received_on, recorded_at, recorded_by, superseded_at) \
               select gen_random_uuid(), gen_random_uuid(), person_id, employer_id, 'regular_determination', '2022-10', \
                 make_date(y, 9, 1), case when y < 2026 then make_date(y + 1, 9, 1) end, 20, 260000, 255000 + s, '{{}}', \
                 '{{\"rule\": \"regular_determination\", \"rule_version\": \"2022-10\", \"steps\": []}}', make_date(y, 7, 10), \
                 make_date(y, 8, 1) + s * interval '1 hour', person_id, case when s = 0 then make_date(y, 8, 1) + interval '1 hour' end \
               from old cross join generate_series(2016, 2026) y cross join generate_series(0, 1) s; \
             reset session_replication_role; analyze person_identity; analyze standard_remuneration"
        ))
        .unwrap();
    let rows: Vec<Id> = sql_query("select person_id as id from old").load(&mut owner).unwrap();
    rows.into_iter().map(|r| r.id).collect()
}
