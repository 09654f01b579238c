//! Every operation that gives pages, walked to its end: what the document pages is walked here, so that a list that is added is too.
use crate::{
    bodies,
    filing::ask_contact,
    harness::caller::Caller,
    sweep::{
        self,
        society::Society,
        table::{self, Row},
    },
};
use kenpo::{app, kernel::route};
use serde_json::{Value, json};

/// Asked first, so that their lists hold more than one row.
const ASKED: [&str; 3] = ["requestRemunerationWithdrawal", "requestVoluntaryDefault", "requestPersonMerge"];
/// Of these the society of the sweep has one row.
const OF_ONE: [&str; 8] = [
    "listEmployers",
    "listConfirmationProgress",
    "listConfirmations",
    "listLosses",
    "listAgeEvents",
    "listEndingProtections",
    "listRegularDeterminationRuns",
    "listRegularDeterminationLeft",
];

fn route_of(id: &str) -> route::Row {
    app::routes().rows.into_iter().find(|of| of.id == id).unwrap()
}
/// Path and query of a list without the limit and the state that the sweep asks for.
fn whole(s: &Society, row: &Row, of: &route::Row) -> String {
    let query = (row.query)(s);
    let parts = query.trim_start_matches('?').split('&');
    let kept =
        parts.filter(|part| !part.is_empty() && !["limit=", "state="].iter().any(|p| part.starts_with(p)));
    format!("{}?{}", table::path(s, row.id, of.path), kept.map(|part| format!("{part}&")).collect::<String>())
}
/// What a page lists; a run of the calendar lists its effects.
fn rows(page: &Value) -> Vec<Value> {
    page["items"].as_array().or_else(|| page["effects"].as_array()).unwrap().clone()
}
/// The rows of all pages, one after the other; each page is full but the last, and its link says what its body says.
fn walked(by: &Caller, path: &str, limit: usize) -> Vec<Value> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let answer = by.get(format!("{path}limit={limit}{cursor}"));
        let link = answer.header("link").to_owned();
        let page = answer.expect(200);
        let found = rows(&page);
        seen.extend(found.iter().cloned());
        assert!(seen.len() <= 1_000, "{path} comes to no end");
        let Some(next) = page["page"]["next_cursor"].as_str() else {
            assert_eq!((&page["page"]["has_more"], link.as_str()), (&json!(false), ""), "{path}");
            return seen;
        };
        assert_eq!((found.len(), &page["page"]["has_more"]), (limit, &json!(true)), "{path}");
        assert!(link.contains("rel=\"next\"") && link.contains(next), "{path}: {link}");
        cursor = format!("&cursor={next}");
    }
}

#[test]
fn every_list_is_whole_over_its_pages() {
    let s = Society::new();
    let table = table::table();
    let contact = json!({ "phone": "03-0000-0002" });
    ask_contact(&s.w.staff("clerk"), s.unnumbered, &contact).expect(201);
    for id in ASKED {
        let row = table.iter().find(|row| row.id == id).unwrap();
        let asked = sweep::send(&s, &s.right(row).0, row, &route_of(id));
        assert_eq!(asked.status, 201, "{id}: {}", asked.text);
    }
    let mut few = Vec::new();
    let operations = bodies::operations(&s);
    let paged: Vec<_> = operations.iter().filter(|o| o.query().any(|(name, _)| name == "cursor")).collect();
    assert!(paged.len() >= 19, "{}", paged.len());
    for id in paged.iter().map(|o| o.id) {
        let row = table.iter().find(|row| row.id == id).unwrap();
        let (path, by) = (whole(&s, row, &route_of(id)), s.right(row).0);
        let is_log = id == "listAuditLogs";
        // each look into the log adds to it
        let path = if is_log { format!("{path}operation=createSession&") } else { path };
        let all = rows(&by.get(format!("{path}limit=100")).expect(200));
        assert!(!all.is_empty(), "{id} has nothing to show");
        for limit in [1, 2] {
            assert_eq!(walked(&by, &path, limit), all, "{id} by {limit}");
        }
        let doubles = all.iter().enumerate().filter(|(i, row)| all[..*i].contains(row)).count();
        assert_eq!(doubles, 0, "{id} shows a row twice");
        if all.len() < 2 {
            few.push(id);
        }
    }
    assert_eq!(few, OF_ONE, "lists that were not walked past their first page");
}
