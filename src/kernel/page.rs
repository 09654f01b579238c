//! Keyset pages: a cursor names the last row seen, signed and bound to the operation and its filters.
use super::{Kind, Problem, secrets};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
/// Position out of a cursor.
/// # Errors
/// 422 when it is forged or of another list.
pub fn position(key: &[u8; 32], operation: &str, filters: &str, cursor: &str) -> Result<Vec<String>, Problem> {
    let wrong = || Problem::new(Kind::Invalid).at("cursor", "cursor", "この cursor は使えません / this cursor is not of this list");
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
