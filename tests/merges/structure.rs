//! No column that names a person is forgotten when two ids are joined.
use crate::harness::world::World;
use std::collections::BTreeSet;

const STORE: &str = include_str!("../../src/domain/merges/store.rs");
/// Columns that stay as they are, each for its reason.
const STAY: [(&str, &str, &str); 16] = [
    ("person_identity", "person_id", "joined by rule"),
    ("protection", "person_id", "joined by rule"),
    ("standard_bonus", "person_id", "carried over by a statement of its own, and reckoned anew"),
    ("calendar_effect", "person_id", "what a day of the calendar did is not done again"),
    ("calendar_effect", "insured_id", "what a day of the calendar did is not done again"),
    ("determination_left", "person_id", "says whom a run left then"),
    ("determination_foreseen", "person_id", "of a dry run, while it goes on"),
    ("identity_change", "person_id", "says of whom it was asked then: one that waits is turned down"),
    ("voluntary_default", "person_id", "says of whom it was asked then: one that waits is turned down"),
    ("confirmation", "person_id", "read by the dependency that is known now"),
    ("confirmation", "insured_id", "read by the dependency that is known now"),
    ("person", "merged_into", "leads on, through all merges"),
    ("person_merge", "surviving_id", "says what was merged"),
    ("person_merge", "merged_id", "says what was merged"),
    ("notification", "person_id", "carried over by a statement of its own"),
    ("personal_number", "person_id", "handed over through the vault"),
];

#[test]
fn every_column_that_names_a_person_is_carried_over_or_stays_for_a_reason() {
    let w = World::new();
    let columns = w.rows(
        "select distinct c.relname as \"table\", a.attname as \"column\" from pg_attribute a join pg_class c on c.oid = a.attrelid \
         join pg_namespace n on n.oid = c.relnamespace \
         where c.relkind = 'r' and n.nspname in ('public', 'strongroom') and a.attnum > 0 and not a.attisdropped \
           and (a.attname in ('person_id', 'insured_id') or exists (select from pg_constraint k where k.contype = 'f' \
                and k.conrelid = c.oid and k.confrelid = 'person'::regclass and a.attnum = any(k.conkey)))",
    );
    let found: BTreeSet<(String, String)> = columns
        .iter()
        .map(|r| (r["table"].as_str().unwrap().to_owned(), r["column"].as_str().unwrap().to_owned()))
        .collect();
    assert!(found.len() > 14, "{found:?}");
    for (table, column) in &found {
        let stays = STAY.iter().any(|(t, c, _)| t == table && c == column);
        let is_carried = STORE.contains(&format!("(\"{table}\", \"{column}\"),"));
        assert!(stays != is_carried, "{table}.{column}: carried over, or why not?");
    }
    // and the database records nothing there any more under an id that was merged
    for (table, column) in &found {
        let of = STAY.iter().find(|(t, c, _)| t == table && c == column).map(|s| s.2);
        if of.is_some_and(|why| {
            why != "joined by rule" && !why.starts_with("carried over by a statement of its own, and")
        }) {
            continue;
        }
        let guard = if column == "insured_id" { "refuse_merged_insured" } else { "refuse_merged_person" };
        let guards = format!(
            "select 1 as n from pg_trigger where tgrelid = '{table}'::regclass and tgfoid = '{guard}'::regproc"
        );
        assert_eq!(w.rows(&guards).len(), 1, "{table}.{column} has its guard");
    }
    assert!(STAY.iter().all(|(t, c, _)| found.contains(&((*t).into(), (*c).into()))));
}
/// Whatever a program forgets: nothing goes on under an id that was merged.
#[test]
fn the_database_records_nothing_under_an_id_that_was_merged() {
    use diesel::{RunQueryDsl, sql_query};
    let w = World::new();
    let (one, other) = super::twins(&w, "81");
    let again = |table: &str, column: &str, person: uuid::Uuid| {
        let text = format!(
            "insert into {table} select r.* from (select * from {table} where superseded_at is null limit 1) o, \
             lateral jsonb_populate_record(null::{table}, to_jsonb(o) || jsonb_build_object('row_id', gen_random_uuid(), \
               '{column}', '{person}', 'superseded_at', now() + interval '1 day')) r"
        );
        sql_query(text).execute(&mut w.owner())
    };
    for table in ["person_identity", "enrolment"] {
        assert_eq!(again(table, "person_id", other).unwrap(), 1, "{table}: before");
    }
    super::merged(&w, one, other);
    for table in ["person_identity", "enrolment"] {
        let refused = again(table, "person_id", other).unwrap_err().to_string();
        assert!(refused.contains("nothing is recorded under an id that was merged"), "{table}: {refused}");
        assert_eq!(again(table, "person_id", one).unwrap(), 1, "{table}: under the surviving id");
    }
}
