//! What is known now of a person never overlaps, whoever writes it: the database itself refuses it, table by table.
use crate::harness::world::World;
use diesel::{RunQueryDsl, sql_query};
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
