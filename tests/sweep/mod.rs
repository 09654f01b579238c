//! Every operation of the router × nobody, a stranger, a caller without the scope and the right caller: the class of the answer,
//! and exactly one entry each, counted in the table. What can go wrong has a name in [`judge::Fault`].
mod confirming;
mod continuing;
mod examples;
mod judge;
mod pages;
pub mod registering;
pub mod society;
pub mod table;
mod withdrawing;

use crate::harness::caller::{Caller, Response};
use cedar_policy::{ActionConstraint, Effect, PolicySet};
use diesel::{PgConnection, RunQueryDsl, sql_query, sql_types as t};
use examples::Examples;
use judge::{Expected, Seen, Told, Written, judge};
use kenpo::{
    app,
    cli::seed,
    kernel::{policy::BUILT_IN, route},
};
use society::Society;
use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};
use table::{Body, Row, Stranger, Who};
use uuid::Uuid;

kenpo::row! {
    /// An entry.
    pub struct EntryRow {
        /// Operation.
        operation: t::Text => String,
        /// Kind.
        kind: t::Text => String,
        /// Outcome.
        outcome: t::Text => String,
        /// Status.
        status: t::SmallInt => i16,
        /// Actor.
        actor_id: t::Nullable<t::Uuid> => Option<Uuid>,
        /// Kind of the thing.
        subject_kind: t::Nullable<t::Text> => Option<String>,
        /// Policies.
        policies: t::Array<t::Text> => Vec<String>,
        /// Persons.
        persons: t::Array<t::Uuid> => Vec<Uuid>,
        /// Field classes.
        disclosed: t::Array<t::Text> => Vec<String>,
        /// 事務.
        purpose: t::Nullable<t::Text> => Option<String>,
    }
}
kenpo::row! {
    /// A count.
    pub struct Count {
        /// It.
        n: t::BigInt => i64,
    }
}
fn count(owner: &mut PgConnection) -> i64 {
    sql_query("select count(*) as n from audit_entry").get_result::<Count>(owner).unwrap().n
}
fn entries_of(owner: &mut PgConnection, request: &str) -> Vec<Written> {
    let Ok(request) = request.parse::<Uuid>() else { return Vec::new() };
    let sql = "select operation, kind, outcome, status, actor_id, subject_kind, policies, persons, disclosed, purpose \
               from audit_entry where request_id = $1";
    let rows: Vec<EntryRow> = sql_query(sql).bind::<t::Uuid, _>(request).load(owner).unwrap();
    rows.into_iter()
        .map(|r| Written {
            operation: r.operation,
            kind: r.kind,
            outcome: r.outcome,
            status: u16::try_from(r.status).unwrap(),
            actor: r.actor_id,
            subject: r.subject_kind,
            policies: r.policies,
            persons: r.persons,
            disclosed: r.disclosed,
            purpose: r.purpose,
        })
        .collect()
}
/// Everybody in the register whose id stands in a text.
fn people_in(owner: &mut PgConnection, text: &str) -> Vec<Uuid> {
    let all: Vec<seed::Known> = sql_query("select id from person").load(owner).unwrap();
    all.into_iter().map(|p| p.id).filter(|id| text.contains(&id.to_string())).collect()
}
/// By operation, the policies that may permit it, as they are written.
fn permitting() -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for p in BUILT_IN
        .1
        .iter()
        .flat_map(|text| PolicySet::from_str(text).unwrap().policies().cloned().collect::<Vec<_>>())
    {
        let actions = match p.action_constraint() {
            ActionConstraint::Eq(one) => vec![one],
            ActionConstraint::In(some) => some,
            ActionConstraint::Any => Vec::new(),
        };
        for action in actions.into_iter().filter(|_| p.effect() == Effect::Permit) {
            let id = p.annotation("id").unwrap().to_owned();
            all.entry(action.id().unescaped().to_owned()).or_default().insert(id);
        }
    }
    all
}
/// Asks an operation as its row says.
pub fn send(s: &Society, caller: &Caller, row: &Row, of: &route::Row) -> Response {
    // Registering the number was the member's second version.
    let version = match row.id {
        "requestContactChange" | "requestNameChange" => "\"2\"",
        "prolongProtection" => "\"3\"",
        "correctPublicExpense" => "\"2\"",
        "liftProtection" => "\"4\"",
        "decideConfirmation" => "\"2\"",
        "executeUserInstruction" => &s.registering.to_execute.tag,
        "confirmUserInstruction" => &s.registering.to_confirm.tag,
        _ => "\"1\"",
    };
    let path = format!("{}{}", table::path(s, row.id, of.path), (row.query)(s));
    let ask = caller.ask(of.method.name(), path).header("if-match", version).header("accept-language", "en");
    let ask = ask.key(&Uuid::now_v7().to_string().replace('-', "x"));
    match (row.body)(s) {
        Body::None => ask.send(b""),
        Body::Json(body) => ask.json(&body),
        Body::Patch(body) => ask.merge_patch(&body),
        Body::Csv(bytes) => ask.csv(bytes),
    }
}
/// Sends one request and looks at the answer and at the table.
fn look(s: &Society, caller: &Caller, row: &Row, of: &route::Row, own: Option<Uuid>) -> (Seen, Response) {
    let mut owner = s.w.owner();
    let before = count(&mut owner);
    let r = send(s, caller, row, of);
    let holds = |id: &String| r.text.contains(id.as_str());
    let seen = Seen {
        status: r.status,
        entries: entries_of(&mut owner, r.header("x-request-id")),
        grown: count(&mut owner) - before,
        shows_foreign_row: s.foreign().iter().any(holds),
        shows_own_row: own.is_some_and(|id| holds(&id.to_string())),
        shows_number: r.text.contains("\"personal_number\":")
            || r.text.contains(&seed::fictitious_number(society::NUMBER)),
        // of the log, the people of its entries
        shown_people: if of.scope.starts_with("audit:") {
            Vec::new()
        } else {
            people_in(&mut owner, &r.text)
        },
    };
    (seen, r)
}
struct Sweep<'a> {
    s: &'a Society,
    examples: Examples,
    faults: Vec<String>,
    permitting: BTreeMap<String, BTreeSet<String>>,
}
impl Sweep<'_> {
    fn one(&mut self, row: &Row, of: &route::Row, who: &str, by: (&Caller, Option<Uuid>), e: Expected) {
        let (mut seen, r) = look(self.s, by.0, row, of, e.own_row);
        seen.shows_foreign_row &= who == "a stranger";
        let is_problem = r.header("content-type") == "application/problem+json";
        assert!(!is_problem || r.header("content-language") == "en", "{}: not as it was asked", row.id);
        if who == "the right caller" {
            self.examples.keep(row.id, &(row.body)(self.s), &r);
        }
        for fault in judge(&e, &seen) {
            let query = (row.query)(self.s);
            self.faults.push(format!("{}{query} by {who}: {fault:?} ({} {})", row.id, r.status, r.text));
        }
    }
    fn row(&mut self, row: &Row, of: &route::Row) {
        let s = self.s;
        let expect = |status: &'static [u16], actor: Option<Uuid>| Expected {
            operation: row.id.into(),
            status,
            actor,
            entries: 1,
            numbers: 0,
            own_row: None,
            told: None,
        };
        let nobody = s.w.nobody();
        if row.right != Who::Anybody {
            self.one(row, of, "nobody", (&nobody, None), expect(&[401], None));
        }
        let (stranger, id) = &s.callers.stranger;
        match row.stranger {
            Stranger::None => {}
            Stranger::Hidden => {
                self.one(row, of, "a stranger", (stranger, Some(*id)), expect(&[404], Some(*id)));
            }
            Stranger::Own => {
                let own_row = Some(s.own[row.id]);
                let expected = Expected { own_row, ..expect(&[200], Some(*id)) };
                self.one(row, of, "a stranger", (stranger, Some(*id)), expected);
            }
        }
        if row.right != Who::Anybody {
            let (narrow, id) = s.without(row.right, of.scope);
            // who lacks nothing but the linkage is told to switch it on: its token has the scope
            let status: &[u16] = if of.scope.starts_with("personal-number") { &[401] } else { &[403] };
            self.one(row, of, "one without the scope", (&narrow, Some(id)), expect(status, Some(id)));
        }
        let (right, id) = s.right(row);
        let expected = Expected {
            entries: row.entries,
            numbers: row.numbers,
            told: Some(Told {
                subjects: vec![of.subject, of.makes],
                policies: self.permitting.get(row.id).cloned().unwrap_or_default(),
                classes: row.classes,
                persons: table::people(s, row.id, of.path),
            }),
            ..expect(&[200, 201, 202, 204], Some(id))
        };
        self.one(row, of, "the right caller", (&right, Some(id)), expected);
    }
}

#[test]
fn every_operation_answers_each_kind_of_caller_as_it_must_and_leaves_one_entry() {
    let s = Society::new();
    let routes = app::routes();
    let table = table::table();
    let asked: BTreeSet<&str> = table.iter().map(|r| r.id).collect();
    let served: BTreeSet<&str> = routes.rows.iter().map(|r| r.id).collect();
    assert_eq!(
        asked, served,
        "an operation of the router has no row in the table of the sweep, or the other way round"
    );
    let mut sweep =
        Sweep { s: &s, examples: Examples::default(), faults: Vec::new(), permitting: permitting() };
    for row in &table {
        let of = routes.rows.iter().find(|r| r.id == row.id).unwrap();
        sweep.row(row, of);
    }
    assert!(sweep.faults.is_empty(), "{}", sweep.faults.join("\n"));
    sweep.examples.check();
}

#[test]
fn signing_in_wrongly_leaves_one_entry_that_does_not_say_what_was_typed() {
    let s = Society::new();
    let mut owner = s.w.owner();
    for (path, body) in [
        ("/v1/sessions", serde_json::json!({ "user_id": "privileged", "password": "wrong and long enough" })),
        (
            "/v1/sessions",
            serde_json::json!({ "user_id": "no such person", "password": "wrong and long enough" }),
        ),
        ("/v1/sessions/refresh", serde_json::json!({ "refresh_token": "made up by somebody" })),
    ] {
        let before = count(&mut owner);
        let r = s.w.nobody().post(path).json(&body);
        assert_eq!((r.status, count(&mut owner) - before), (401, 1), "{path}: {}", r.text);
        let entries = entries_of(&mut owner, r.header("x-request-id"));
        assert_eq!((entries.len(), entries[0].actor, entries[0].status), (1, None, 401));
    }
    let typed = sql_query(
        "select count(*) as n from audit_entry e where e::text like '%wrong and long%' or e::text like '%no such person%'",
    );
    assert_eq!(typed.get_result::<Count>(&mut owner).unwrap().n, 0);
}
