//! J4, step 1: an employer's software asks ahead what the 算定 of its 500 people would change.
use crate::{
    filing::tables,
    harness::{steps::Steps, world::World},
};
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use kenpo::cli::seed;
use serde_json::{Value, json};

const PEOPLE: i32 = 500;
const FAMILIES: [(&str, &str); 10] = [
    ("佐藤", "ｻﾄｳ"),
    ("鈴木", "ｽｽﾞｷ"),
    ("高橋", "ﾀｶﾊｼ"),
    ("田中", "ﾀﾅｶ"),
    ("伊藤", "ｲﾄｳ"),
    ("渡辺", "ﾜﾀﾅﾍﾞ"),
    ("山本", "ﾔﾏﾓﾄ"),
    ("中村", "ﾅｶﾑﾗ"),
    ("小林", "ｺﾊﾞﾔｼ"),
    ("加藤", "ｶﾄｳ"),
];
const GIVEN: [(&str, &str); 11] = [
    ("翔", "ｼｮｳ"),
    ("陽菜", "ﾋﾅ"),
    ("蓮", "ﾚﾝ"),
    ("結衣", "ﾕｲ"),
    ("大翔", "ﾋﾛﾄ"),
    ("葵", "ｱｵｲ"),
    ("颯太", "ｿｳﾀ"),
    ("さくら", "ｻｸﾗ"),
    ("悠真", "ﾕｳﾏ"),
    ("凛", "ﾘﾝ"),
    ("湊", "ﾐﾅﾄ"),
];
/// Pay of the `g`-th person: every third stays in grade 20, every third rises by three grades, every third falls by three.
fn pay(g: i32) -> i64 {
    [260_000, 320_000, 200_000][usize::try_from(g % 3).unwrap()]
}
/// A row of the layout 2225700 for the `g`-th person of the seed.
fn row(g: i32) -> String {
    let n = usize::try_from(g).unwrap();
    let ((family, family_kana), (given, given_kana)) = (FAMILIES[n % 10], GIVEN[n % 11]);
    let birth =
        NaiveDate::from_ymd_opt(1962, 1, 1).unwrap() + Days::new(u64::try_from(g * 37 % 14_000).unwrap());
    let (era, first) =
        if birth < NaiveDate::from_ymd_opt(1989, 1, 8).unwrap() { (5, 1925) } else { (7, 1988) };
    let birth = format!("{era},{:02}{:02}{:02}", birth.year() - first, birth.month(), birth.day());
    let pay = pay(g);
    let month = format!("{pay:07}");
    format!(
        "2225700,21,97,ｱｵｲ,{number},{family_kana} {given_kana},{family}　{given},{birth},9,08,09,0260,0260,9,07,04,,,,,04,05,06,30,31,30,\
         {month},{month},{month},0000000,0000000,0000000,{month},{month},{month},{sum:07},{pay:07},,,,,,,,,,,,,,,",
        number = 100 + g,
        sum = 3 * pay,
    )
}
/// The employer's real file of sample 05 with these people in it.
fn file() -> Vec<u8> {
    let sample = include_bytes!("../../samples/05_santei_ok/SHFD0006.CSV");
    let (text, _) = encoding_rs::SHIFT_JIS.decode_without_bom_handling(sample);
    let head: Vec<&str> = text.split("\r\n").take_while(|line| *line != "[data]").collect();
    let rows: Vec<String> = (1..=PEOPLE).map(row).collect();
    let text = format!("{}\r\n[data]\r\n{}\r\n", head.join("\r\n"), rows.join("\r\n"));
    encoding_rs::SHIFT_JIS.encode(&text).0.into_owned()
}

#[test]
fn the_determination_of_500_people_is_seen_ahead_by_grades() {
    let w = World::starting("2026-07-10T09:00:00+09:00".parse::<DateTime<Utc>>().unwrap());
    let s = Steps { w: &w };
    let employer = w.client("employer");
    seed::people(&mut w.owner(), &w.clock, &[w.employer], (PEOPLE, 0)).unwrap();
    w.run(
        "set session_replication_role = replica; \
         insert into standard_remuneration (row_id, decision_id, person_id, employer_id, rule, rule_version, applies_from, grade, \
           standard_yen, monthly_yen, inputs, trace, received_on, recorded_at, recorded_by) \
         select gen_random_uuid(), gen_random_uuid(), person_id, employer_id, 'acquisition_determination', '1', '2025-04-01', 20, 260000, \
           255000, jsonb_build_object('acquired_on', '2025-04-01', 'monthly_yen', 255000, 'periods', '[]'::jsonb), '{}', '2025-04-01', \
           '2025-04-01', person_id from enrolment",
    );
    let before = tables(&w);
    let path = format!(
        "/v1/notification-files?employer_id={}&file_name=SHFD0006.CSV&preparer_name=hanako&validate_only=true",
        w.employer
    );
    let dry = s
        .step(("createNotificationFile", 1), "employer system", 200, || employer.post(&path).csv(&file()))
        .body;
    assert_eq!(tables(&w), before, "nothing is stored");
    assert_eq!((&dry["read_count"], &dry["file_result"]), (&json!(PEOPLE), &json!("accepted")));
    let of = |rest: i32| json!((1..=PEOPLE).filter(|g| g % 3 == rest).count());
    assert_eq!(
        dry["grade_changes"],
        json!([{ "grades": -3, "persons": of(2) }, { "grades": 0, "persons": of(0) }, { "grades": 3, "persons": of(1) }])
    );
    let records = dry["records"].as_array().unwrap();
    for (record, g) in records.iter().zip(1..) {
        let lines = record["consequences"].as_array().unwrap();
        let line = lines.iter().find(|l| l["field"] == "standard_yen");
        let told = line.map(|l| (l["before"].clone(), l["after"].clone()));
        let wanted = (json!("260000"), Value::from(pay(g).to_string()));
        assert_eq!(told.as_ref(), Some(&wanted), "{g}: {record}");
    }
    assert_eq!(records.len(), 500);
}
