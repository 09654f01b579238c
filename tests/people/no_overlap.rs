//! What is known now of a person never overlaps, whoever writes it: the database itself refuses it, table by table.
use crate::harness::world::World;
use diesel::{PgConnection, RunQueryDsl, connection::SimpleConnection, sql_query};
use uuid::Uuid;

/// A row of a table: columns that are the same in every one, and those that say from when until when.
struct Table {
    name: &'static str,
    constraint: &'static str,
    /// The column of what stays the same over all versions, where a row is another one's version.
    of: &'static str,
    same: fn(&World, Uuid) -> String,
    columns: &'static str,
    days: (&'static str, &'static str),
    /// The first row; one that begins on its last day; one that begins after it.
    first: (&'static str, &'static str),
    meets: (&'static str, &'static str),
    after: (&'static str, &'static str),
}
const TABLES: [Table; 4] = [
    Table {
        name: "standard_remuneration",
        constraint: "standard_remuneration_one_at_a_time",
        of: "decision_id",
        columns: "employer_id, rule, rule_version, grade, standard_yen, monthly_yen, inputs, trace, received_on",
        same: |w, _| {
            format!(
                "'{}', 'acquisition_determination', '2016-10', 20, 260000, 250000, '{{}}', '{{}}', '2020-04-01'",
                w.employer
            )
        },
        days: ("applies_from", "applies_until"),
        first: ("2026-04-01", "2026-09-01"),
        meets: ("2026-08-01", "2026-12-01"),
        after: ("2026-09-01", "2026-12-01"),
    },
    Table {
        name: "leave_period",
        constraint: "leave_period_one_at_a_time",
        of: "leave_id",
        columns: "employer_id, leave_type, is_multiple, worked_days, rule, rule_version, exempt_months, exempt_bonus_months, inputs, \
                  trace, start_received_on",
        same: |w, _| {
            format!(
                "'{}', 'childcare', false, 0, 'exemption_months', '2022-10', '{{}}', '{{}}', '{{}}', '{{}}', '2026-04-01'",
                w.employer
            )
        },
        // the last day is one of the leave
        days: ("starts_on", "planned_ends_on"),
        first: ("2026-04-01", "2026-04-30"),
        meets: ("2026-04-30", "2026-05-31"),
        after: ("2026-05-01", "2026-05-31"),
    },
    Table {
        name: "concurrent_office",
        constraint: "concurrent_office_one_at_a_time",
        of: "office_id",
        columns: "name, monthly_yen, received_on",
        same: |_, _| "'別の見本株式会社', 100000, '2026-04-01'".into(),
        days: ("from_on", "until_on"),
        first: ("2026-04-01", "2026-05-01"),
        meets: ("2026-04-30", "2026-06-01"),
        after: ("2026-05-01", "2026-06-01"),
    },
    Table {
        name: "public_expense",
        constraint: "public_expense_no_overlap",
        of: "public_expense_id",
        columns: "payer_number, recipient_number, received_on, change",
        same: |_, _| "'21136015', '1234567', '2026-04-01', 'recorded'".into(),
        days: ("valid_from", "valid_to"),
        first: ("2026-04-01", "2027-04-01"),
        meets: ("2027-03-31", "2028-04-01"),
        after: ("2027-04-01", "2028-04-01"),
    },
];
impl Table {
    fn insert(&self, w: &World, person: Uuid, days: (&str, &str)) -> Result<usize, String> {
        let Self { name, of, columns, days: (from, until), .. } = self;
        let id = Uuid::now_v7();
        let sql = format!(
            "insert into {name} (row_id, {of}, person_id, {columns}, {from}, {until}, recorded_at, recorded_by) \
             values ('{id}', '{id}', '{person}', {}, '{}', '{}', now(), '{person}')",
            (self.same)(w, person),
            days.0,
            days.1
        );
        sql_query(sql).execute(&mut w.owner()).map_err(|e| e.to_string())
    }
}

#[test]
fn two_of_one_time_can_not_be_stored_in_any_history() {
    let w = World::new();
    let person = w.member("7", "ミホン　ナナ", "見本　七", "2000-07-07");
    let other = w.member("8", "ミホン　ハチ", "見本　八", "1990-08-08");
    for t in &TABLES {
        assert_eq!(t.insert(&w, person, t.first), Ok(1), "{}", t.name);
        for days in [t.first, t.meets] {
            let refused = t.insert(&w, person, days).unwrap_err();
            assert!(refused.contains(t.constraint), "{}: {refused}", t.name);
        }
        assert_eq!(t.insert(&w, person, t.after), Ok(1), "{}: the days after are free", t.name);
        assert_eq!(t.insert(&w, other, t.first), Ok(1), "{}: those of another person, too", t.name);
        // what is not known any more bars nothing
        w.run(&format!("update {} set superseded_at = now() where person_id = '{person}'", t.name));
        assert_eq!(t.insert(&w, person, t.meets), Ok(1), "{}", t.name);
    }
}
/// Runs a text in a transaction that stays open, and has what is looked at in the end looked at now.
fn open(w: &World, text: &str) -> Result<PgConnection, String> {
    let mut conn = w.owner();
    let text = format!("begin; set local lock_timeout = '200ms'; {text}; set constraints all immediate");
    conn.batch_execute(&text).map_err(|e| e.to_string()).map(|()| conn)
}
/// What a row guard looks at, the other transaction must not write meanwhile: the second of two waits, and sees what the first one committed.
#[track_caller]
fn second_waits(w: &World, first: &str, second: &str, refusal: &str) {
    let mut held = open(w, first).unwrap();
    let waits = open(w, second).map(|_| "passed").unwrap_err();
    assert!(waits.contains("lock timeout"), "{waits}");
    held.batch_execute("commit").unwrap();
    let refused = open(w, second).map(|_| "passed").unwrap_err();
    assert!(refused.contains(refusal), "{refused}");
}
#[test]
fn of_two_transactions_at_once_one_can_not_store_a_second_cover() {
    let w = World::new();
    let parent = w.member("7", "ミホン　ナナ", "見本　七", "1970-07-07");
    let kids = ["8", "9"].map(|n| w.member(n, "ミホン　コ", "見本　子", &format!("2000-08-0{n}")));
    for (kid, swapped) in kids.into_iter().zip([false, true]) {
        w.run(&format!("update enrolment set superseded_at = now() where person_id = '{kid}'"));
        let insured = format!(
            "insert into enrolment select (jsonb_populate_record(null::enrolment, to_jsonb(e) || jsonb_build_object( \
               'row_id', gen_random_uuid(), 'enrolment_id', gen_random_uuid(), 'superseded_at', null))).* \
             from enrolment e where person_id = '{kid}' limit 1"
        );
        let dependent = format!(
            "insert into dependency (row_id, dependent_id, person_id, insured_id, employer_id, branch, relationship, lives_together, \
               recognised_on, recognition_reason, received_on, recorded_at, recorded_by) \
             values (gen_random_uuid(), gen_random_uuid(), '{kid}', '{parent}', '{}', '01', 'child', true, \
               '2026-04-01', 'other', '2026-04-01', now(), '{parent}')",
            w.employer
        );
        let (first, second) = if swapped { (&dependent, &insured) } else { (&insured, &dependent) };
        second_waits(&w, first, second, "insured and a dependent on one day");
    }
}
#[test]
fn of_two_transactions_at_once_one_can_not_store_a_second_protection() {
    let w = World::new();
    let person = w.member("7", "ミホン　ナナ", "見本　七", "2000-07-07");
    let protected = |from: &str, until: &str| {
        format!(
            "insert into protection (row_id, protection_id, person_id, reason, authority, authority_name, valid_from, valid_to, received_on, \
               letter_address, change, recorded_at, recorded_by) \
             values (gen_random_uuid(), gen_random_uuid(), '{person}', 'stalking', 'police', '架空警察署', '{from}', {until}, '{from}', \
               '架空県架空市１', 'set', '2026-11-22T00:00:00Z', '{person}')"
        )
    };
    let (first, second) = (protected("2026-11-01", "'2027-04-01'"), protected("2027-03-31", "null"));
    second_waits(&w, &first, &second, "two protections on one day");
    // the days after are free, and so is what is over when it is recorded
    for (from, until) in [("2027-04-01", "null"), ("2026-11-01", "'2026-11-22'")] {
        open(&w, &protected(from, until)).unwrap().batch_execute("commit").unwrap();
    }
}
