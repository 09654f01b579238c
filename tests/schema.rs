//! The schema: every table says what it is, and the roles may do what docs/authorisation-and-audit.md says and nothing else.
use crate::harness::{cluster::Template, world::World};
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    migration::{Migration, MigrationSource},
    pg::Pg,
    sql_query, sql_types as t,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::collections::BTreeMap;

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = t::Text)]
    text: String,
}
fn texts(sql: &str) -> Vec<String> {
    let w = World::new();
    let rows: Vec<Text> = sql_query(sql).load(&mut w.owner()).unwrap();
    rows.into_iter().map(|r| r.text).collect()
}

#[test]
fn every_table_says_what_it_is() {
    let silent = texts(
        "select n.nspname || '.' || c.relname as text from pg_class c join pg_namespace n on n.oid = c.relnamespace \
         where c.relkind = 'r' and n.nspname in ('public', 'strongroom') and c.relname <> '__diesel_schema_migrations' \
         and obj_description(c.oid, 'pg_class') is null order by 1",
    );
    assert_eq!(silent, Vec::<String>::new());
}

/// The table of rights: object → role → rights.
type Rights = BTreeMap<String, BTreeMap<String, String>>;
const ROLES: [&str; 3] = ["kenpo_service", "kenpo_strongroom", "kenpo_sequencer"];

fn documented() -> Rights {
    let mut rights = Rights::new();
    for line in include_str!("../docs/authorisation-and-audit.md").lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let ["", object, service, strongroom, sequencer, ""] = cells.as_slice() else { continue };
        let Some(object) = object.strip_prefix('`').and_then(|o| o.strip_suffix('`')) else { continue };
        let cells = [service, strongroom, sequencer];
        let held = ROLES.iter().zip(cells).filter(|(_, c)| !c.is_empty());
        rights.insert(object.into(), held.map(|(r, c)| ((*r).into(), c.to_string())).collect());
    }
    assert!(rights.len() > 10, "the table of rights is gone");
    rights
}
#[test]
fn the_roles_may_do_what_is_documented_and_nothing_else() {
    let granted = texts(
        "select o.name || '|' || coalesce(r.rolname, 'PUBLIC') || '|' || string_agg(lower(a.privilege_type), ' ' order by a.privilege_type) as text \
         from (select case when n.nspname = 'public' then '' else n.nspname || '.' end || c.relname as name, c.relacl as acl, c.relowner as owner \
               from pg_class c join pg_namespace n on n.oid = c.relnamespace \
               where c.relkind in ('r', 'S', 'v') and n.nspname in ('public', 'strongroom') \
               union all select 'schema ' || nspname, nspacl, nspowner from pg_namespace where nspname in ('public', 'strongroom')) o \
         cross join lateral aclexplode(o.acl) a left join pg_roles r on r.oid = a.grantee \
         where a.grantee <> o.owner and coalesce(r.rolname, '') <> 'pg_database_owner' group by o.name, r.rolname order by 1",
    );
    let mut found = Rights::new();
    for line in granted {
        let parts: Vec<&str> = line.split('|').collect();
        let [object, role, rights] = parts.as_slice() else { panic!("{line}") };
        found.entry((*object).into()).or_default().insert((*role).into(), (*rights).into());
    }
    // Anybody may look into the schema public; there is nothing in it that is granted to anybody.
    if let Some(public) = found.get_mut("schema public") {
        assert_eq!(public.remove("PUBLIC").unwrap_or_else(|| "usage".into()), "usage");
    }
    assert_eq!(found, documented(), "left: the database; right: docs/authorisation-and-audit.md");
    let every = texts(
        "select case when n.nspname = 'public' then '' else n.nspname || '.' end || c.relname as text from pg_class c \
         join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'v') and n.nspname in ('public', 'strongroom')",
    );
    for table in every {
        assert!(documented().contains_key(&table), "{table} is missing in the table of rights");
    }
}

kenpo::row! {
    /// Four columns, in the order in which one statement below names them.
    pub struct Named {
        /// First.
        one: t::Integer => i32,
        /// Second.
        two: t::Nullable<t::Integer> => Option<i32>,
        /// Third.
        three: t::Integer => i32,
        /// Fourth.
        four: t::Integer => i32,
    }
}
#[test]
fn a_row_is_read_by_name_in_whatever_order_the_columns_come() {
    let w = World::new();
    let read = |columns: &str| sql_query(format!("select {columns}")).get_result::<Named>(&mut w.owner());
    let mut orders = 0;
    for first in 1..=4 {
        for step in [1, 3] {
            let names = ["1 as one", "null::int as two", "3 as three", "4 as four"];
            let columns: Vec<&str> = (0..4).map(|n| names[(first + n * step) % 4]).collect();
            let row = read(&format!("{}, 9 as five", columns.join(", "))).unwrap();
            assert_eq!((row.one, row.two, row.three, row.four), (1, None, 3, 4), "{columns:?}");
            orders += 1;
        }
    }
    assert_eq!(orders, 8);
    let lacks = read("1 as one, 2 as two, 3 as three").unwrap_err();
    assert!(lacks.to_string().contains("four"), "{lacks}");
    assert!(read("1 as one, 2 as two, null::int as three, 4 as four").is_err());
}

const MIGRATIONS: EmbeddedMigrations = embed_migrations!();
/// A database as an earlier release left it.
static AT_31: Template = Template::new("at_31", |url| {
    let mut conn = PgConnection::establish(url).unwrap();
    let all: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().unwrap();
    let mut old: Vec<_> =
        all.iter().filter(|m| m.name().version().to_string().as_str() <= "00000000000031").collect();
    old.sort_by_key(|m| m.name().version().to_string());
    conn.applied_migrations().unwrap(); // makes the table that notes them
    for m in old {
        conn.run_migration(m.as_ref()).unwrap();
    }
});
#[test]
fn what_waited_for_a_second_person_before_still_does_after_the_words_became_a_pattern() {
    let db = AT_31.fresh_database();
    let mut conn = PgConnection::establish(&db.url_for("kenpo")).unwrap();
    let ask = |kind: &str| {
        format!(
            "insert into approval (id, kind, subject_id, digest, state, requested_by, requested_at) \
             values (gen_random_uuid(), '{kind}', gen_random_uuid(), '\\x00', 'requested', gen_random_uuid(), now())"
        )
    };
    for kind in ["keyed_notification", "voluntary_setting"] {
        conn.batch_execute(&ask(kind)).unwrap();
    }
    conn.batch_execute(&ask("person_merge")).unwrap_err();
    conn.run_pending_migrations(MIGRATIONS).unwrap();
    for kind in ["keyed_notification", "voluntary_setting", "protection_lift", "person_merge"] {
        conn.batch_execute(&ask(kind)).unwrap();
    }
    conn.batch_execute(&ask("No word")).unwrap_err();
    let kept = "select count(*)::text as text from approval";
    assert_eq!(sql_query(kept).get_result::<Text>(&mut conn).unwrap().text, "6");
}
/// The down step of the leaves on a society that has some, and the up step after it.
#[test]
fn the_down_step_of_leaves_takes_them_back() {
    use crate::filing::{NANA, accept, count, decide, filed, id};
    use serde_json::json;
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let accepted =
        |form: serde_json::Value| decide(&staff, filed(&w, &employer, &form), &accept()).expect(200);
    let hired = accepted(crate::filing::acquisition(NANA, "2025-04-01", None));
    let member = id(&hired["outcome"]["member_id"]);
    let named = |kind: &str| json!({ "kind": kind, "office_number": NANA.office_number, "name_kana": NANA.kana, "birth_on": NANA.birth_on });
    let mut leave = named("childcare_leave_report");
    for (key, value) in [
        ("application", "new"),
        ("starts_on", "2026-05-01"),
        ("ends_on", "2026-07-31"),
        ("child_name_kana", "ミホン　コ"),
        ("child_birth_on", "2026-03-03"),
    ] {
        leave[key] = json!(value);
    }
    accepted(leave.clone());
    let mut after = named("leave_end_revision_report");
    for key in ["child_name_kana", "child_birth_on"] {
        after[key] = leave[key].clone();
    }
    let month = |n: u8| json!({ "month": n, "base_days": 30, "cash_yen": 235_000, "total_yen": 235_000 });
    (after["leave"], after["requested"], after["ends_on"]) =
        (json!("childcare"), json!(true), json!("2026-07-31"));
    (after["applies_from"], after["months"]) = (json!("2026-11"), json!([month(8), month(9), month(10)]));
    accepted(after);
    w.run(include_str!("../migrations/00000000000023_leaves/down.sql"));
    assert_eq!(count(&w, "select count(*) as n from pg_class where relname = 'leave_period'"), 0);
    let rows = format!(
        "select rule, applies_until, superseded_at from standard_remuneration where person_id = '{member}'"
    );
    let rows = w.rows(&rows);
    assert!(rows.iter().all(|r| r["rule"] == "acquisition_determination"), "{rows:?}");
    assert!(
        rows.iter().any(|r| r["superseded_at"].is_null() && r["applies_until"] == "2026-11-01"),
        "what it had cut stays cut: {rows:?}"
    );
    w.run(include_str!("../migrations/00000000000023_leaves/up.sql"));
    assert_eq!(count(&w, "select count(*) as n from leave_period"), 0);
}
