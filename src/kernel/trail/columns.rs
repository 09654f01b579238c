//! Entries as columns: arrays are what the database takes in fastest (half the cost of one JSON text for all).
use super::Entry;
use crate::kernel::db::{Bind, Fixed};
use std::borrow::Cow;
use uuid::Uuid;

/// `?` stands for a column, in the order of `insert`. Columns of lists come as texts: an array of lists must be rectangular.
const TEXT: &str = "insert into audit_entry (id, at, operation, kind, status, outcome, code, actor_kind, actor_id, actor_name, \
     client_id, session_id, zone, address, terminal, request_id, subject_kind, subject_id, employer_id, persons, disclosed, \
     purpose, reason_code, case_id, policies, row_count, repeats, detail) \
     select id, at, operation, kind, status, outcome, code, actor_kind, actor_id, actor_name, client_id, session_id, zone, \
     address, terminal, request_id, subject_kind, subject_id, employer_id, persons::uuid[], disclosed::text[], purpose, \
     reason_code, case_id, policies::text[], row_count, repeats, detail \
     from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
     as e(id, at, operation, kind, status, outcome, code, actor_kind, actor_id, actor_name, client_id, session_id, zone, \
     address, terminal, request_id, subject_kind, subject_id, employer_id, persons, disclosed, purpose, reason_code, case_id, \
     policies, row_count, repeats, detail)";

/// The statement that writes these entries.
pub(super) fn insert(entries: &[Entry]) -> Fixed<'_> {
    let all = entries;
    let binds = vec![
        Bind::Ids(all.iter().map(|e| e.id).collect()),
        Bind::Instants(all.iter().map(|e| e.at).collect()),
        texts(all, |e| Some(e.operation)),
        texts(all, |e| Some(e.kind)),
        Bind::Shorts(all.iter().map(|e| e.status).collect()),
        texts(all, |e| Some(e.outcome.name())),
        texts(all, |e| e.code.as_deref()),
        texts(all, |e| Some(&e.actor_kind)),
        ids(all, |e| e.actor_id),
        texts(all, |e| e.actor_name.as_deref()),
        ids(all, |e| e.client_id),
        ids(all, |e| e.session_id),
        texts(all, |e| Some(e.zone)),
        texts(all, |e| Some(&e.address)),
        texts(all, |e| e.terminal.as_deref()),
        Bind::Ids(all.iter().map(|e| e.request_id).collect()),
        texts(all, |e| e.subject_kind),
        ids(all, |e| e.subject_id),
        ids(all, |e| e.employer_id),
        lists(all, |e| list(e.persons.iter().map(ToString::to_string))),
        lists(all, |e| list(e.disclosed.iter())),
        texts(all, |e| e.purpose.as_deref()),
        texts(all, |e| e.reason_code.as_deref()),
        ids(all, |e| e.case_id),
        lists(all, |e| list(e.policies.iter())),
        Bind::Numbers(all.iter().map(|e| e.row_count).collect()),
        Bind::Numbers(all.iter().map(|e| Some(e.repeats)).collect()),
        Bind::Jsons(all.iter().map(|e| e.detail.as_ref()).collect()),
    ];
    Fixed::new(TEXT, binds)
}
fn texts<'a>(entries: &'a [Entry], column: impl Fn(&'a Entry) -> Option<&'a str>) -> Bind<'a> {
    Bind::Texts(entries.iter().map(|e| column(e).map(Cow::Borrowed)).collect())
}
fn ids<'a>(entries: &[Entry], column: impl Fn(&Entry) -> Option<Uuid>) -> Bind<'a> {
    Bind::OptionalIds(entries.iter().map(column).collect())
}
fn lists<'a>(entries: &[Entry], column: impl Fn(&Entry) -> String) -> Bind<'a> {
    Bind::Texts(entries.iter().map(|e| Some(Cow::Owned(column(e)))).collect())
}
/// An array as PostgreSQL reads it from a text: every element quoted.
fn list<T: AsRef<str>>(items: impl Iterator<Item = T>) -> String {
    let quoted: Vec<String> =
        items.map(|i| format!("\"{}\"", i.as_ref().replace('\\', "\\\\").replace('"', "\\\""))).collect();
    format!("{{{}}}", quoted.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn elements_of_lists_are_quoted() {
        assert_eq!(list(["a,b", "c\"d\\e", "null", ""].iter()), r#"{"a,b","c\"d\\e","null",""}"#);
        assert_eq!(list(std::iter::empty::<&str>()), "{}");
    }
    #[test]
    fn every_place_has_its_column() {
        assert_eq!(TEXT.matches('?').count(), insert(&[]).places());
    }
}
