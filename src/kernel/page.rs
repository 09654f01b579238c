//! Keyset pages: a cursor names the last row seen, signed and bound to the operation and its filters.
use super::{Kernel, Kind, Operation, Problem, secrets};
use serde::{Deserialize, Serialize};
use std::{marker::PhantomData, str::FromStr};
use utoipa::ToSchema;
use uuid::Uuid;

/// Where a page stands in its list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PageMeta {
    /// There are more rows.
    pub has_more: bool,
    /// Give this as `cursor` for the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2000)]
    pub next_cursor: Option<String>,
}

/// Makes a page type of a list: `page_of!(MemberPage, Member)`.
#[macro_export]
macro_rules! page_of {
    ($name:ident, $item:ty) => {
        /// One page of a list, and where it stands.
        #[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
        pub struct $name {
            /// Rows of this page.
            #[schema(max_items = 500)]
            pub items: Vec<$item>,
            /// Where the page stands.
            pub page: $crate::kernel::page::PageMeta,
        }
    };
}

#[derive(Serialize, Deserialize)]
struct Inside {
    o: String,
    f: String,
    k: Vec<String>,
}

/// Signs the position after `last` in the list of `operation` under `filters`.
pub fn cursor(key: &[u8; 32], operation: &str, filters: &str, last: &[String]) -> Option<String> {
    let inside = Inside { o: operation.into(), f: filters.into(), k: last.to_vec() };
    let body = serde_json::to_vec(&inside).ok()?;
    let mac = secrets::hmac256(key, &[&body]);
    Some(format!("{}.{}", secrets::b64(&body), secrets::b64(&mac[..16])))
}
fn wrong_cursor() -> Problem {
    Problem::new(Kind::Invalid).at(
        "/cursor",
        "cursor",
        ("この cursor は使えません", "this cursor is not of this list"),
    )
}
/// Position out of a cursor.
/// # Errors
/// 422 when it is forged or of another list.
pub fn position(
    key: &[u8; 32],
    operation: &str,
    filters: &str,
    cursor: &str,
) -> Result<Vec<String>, Problem> {
    let wrong = wrong_cursor;
    let (body, mac) = cursor.split_once('.').ok_or_else(wrong)?;
    let (body, mac) = (secrets::unb64(body).ok_or_else(wrong)?, secrets::unb64(mac).ok_or_else(wrong)?);
    if !secrets::same(&secrets::hmac256(key, &[&body])[..16], &mac) {
        return Err(wrong());
    }
    let inside: Inside = serde_json::from_slice(&body).map_err(|_| wrong())?;
    if inside.o != operation || inside.f != filters {
        return Err(wrong());
    }
    Ok(inside.k)
}
/// Cuts one row more than asked for into a page: rows, are there more.
pub fn cut<T>(mut rows: Vec<T>, limit: usize) -> (Vec<T>, bool) {
    let more = rows.len() > limit;
    rows.truncate(limit);
    (rows, more)
}
/// How many rows to read so that one sees whether there are more.
pub fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(500) + 1
}
/// A list of operation `Op` under the filters of its query: makes and reads its cursors.
pub struct List<'a, Op> {
    key: &'a [u8; 32],
    path: String,
    filters: String,
    /// What a cursor is bound to: the filters, and the resource that the list stands beneath.
    bound: String,
    op: PhantomData<Op>,
}
impl<'a, Op: Operation> List<'a, Op> {
    /// `query` without its cursor: what the pages have in common.
    pub fn new<Q: Serialize>(kernel: &'a Kernel, query: &Q) -> Self {
        let filters = serde_urlencoded::to_string(query).unwrap_or_default();
        let bound = filters.clone();
        Self { key: &kernel.keys.vault.cursor, path: Op::PATH.into(), filters, bound, op: PhantomData }
    }
    /// A list beneath the resource whose id the path names.
    pub fn beneath<Q: Serialize>(kernel: &'a Kernel, id: Uuid, query: &Q) -> Self {
        let list = Self::new(kernel, query);
        let (before, after) = Op::PATH.split_once('{').unwrap_or((Op::PATH, ""));
        let rest = after.split_once('}').map_or("", |(_, rest)| rest);
        Self { path: format!("{before}{id}{rest}"), bound: format!("{id}?{}", list.filters), ..list }
    }
    /// Last id seen, out of the cursor; the nil id at the start.
    /// # Errors
    /// 422 when the cursor is forged or of another list.
    pub fn id_after(&self, cursor: Option<&str>) -> Result<Uuid, Problem> {
        Ok(self.after(cursor)?.unwrap_or(Uuid::nil()))
    }
    /// Last key seen, out of the cursor; `None` at the start.
    /// # Errors
    /// 422 when the cursor is forged or of another list.
    pub fn after<K: FromStr>(&self, cursor: Option<&str>) -> Result<Option<K>, Problem> {
        let Some(cursor) = cursor else { return Ok(None) };
        let at = position(self.key, Op::ID, &self.bound, cursor)?;
        at.first().and_then(|t| t.parse().ok()).map(Some).ok_or_else(wrong_cursor)
    }
    /// Page meta and `Link`.
    pub fn meta<K: ToString>(&self, has_more: bool, last: Option<K>) -> (PageMeta, Option<String>) {
        let next =
            last.filter(|_| has_more).and_then(|id| cursor(self.key, Op::ID, &self.bound, &[id.to_string()]));
        let link = next.as_ref().map(|c| {
            let and = if self.filters.is_empty() { "" } else { "&" };
            format!("{}?{}{and}cursor={c}", self.path, self.filters)
        });
        (PageMeta { has_more, next_cursor: next }, link)
    }
}
