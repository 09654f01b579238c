//! An entry of the 操作ログ as it is read, and the text that its link covers.
use crate::kernel::{Facts, Kind, Problem, Subject, secrets};
use chrono::{DateTime, SecondsFormat, Utc};
use diesel::{
    QueryableByName,
    deserialize::{self, FromSql},
    pg::{Pg, PgValue},
    sql_types as t,
};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use std::fmt::Write;
use utoipa::ToSchema;
use uuid::Uuid;

/// Link before the first entry.
pub const NO_LINK: [u8; 32] = [0; 32];

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditOutcome {
    /// Done or shown.
    Allowed,
    /// Refused: wrong caller, state or input.
    Refused,
    /// Failed on the side of the society, or broken off.
    Failed,
}
impl AuditOutcome {
    /// Name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}
impl FromSql<t::Text, Pg> for AuditOutcome {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let name = <String as FromSql<t::Text, Pg>>::from_sql(value)?;
        let all = [Self::Allowed, Self::Refused, Self::Failed];
        all.into_iter().find(|o| o.name() == name).ok_or_else(|| "no such outcome".into())
    }
}

/// One operation that somebody asked for, answered or refused: who, when, from where, what, which persons, which
/// fields, why, and what came of it.
#[derive(Clone, Debug, Serialize, ToSchema, QueryableByName)]
pub struct AuditEntry {
    /// Position in the log: dense, from 1, never changed.
    #[diesel(sql_type = t::BigInt)]
    #[schema(minimum = 1)]
    pub seq: i64,
    /// SHA-256 over the link before, the position and the canonical text of the entry, in hex.
    #[diesel(sql_type = t::Binary)]
    #[serde(serialize_with = "as_hex")]
    #[schema(value_type = String, min_length = 64, max_length = 64)]
    pub link: Vec<u8>,
    /// Entry id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// When, UTC, to the microsecond.
    #[diesel(sql_type = t::Timestamptz)]
    #[serde(serialize_with = "as_micros")]
    pub at: DateTime<Utc>,
    /// operationId.
    #[diesel(sql_type = t::Text)]
    #[schema(max_length = 60)]
    pub operation: String,
    /// read, write, refusal, protocol, disclosure or export.
    #[diesel(sql_type = t::Text)]
    #[schema(max_length = 20)]
    pub kind: String,
    /// HTTP status of the answer.
    #[diesel(sql_type = t::SmallInt)]
    #[schema(minimum = 100, maximum = 599)]
    pub status: i16,
    /// What came of it.
    #[diesel(sql_type = t::Text)]
    pub outcome: AuditOutcome,
    /// Code of the problem.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 60)]
    pub code: Option<String>,
    /// nobody, user, employer_system, third_party, auditor or system.
    #[diesel(sql_type = t::Text)]
    #[schema(max_length = 40)]
    pub actor_kind: String,
    /// User or client that asked.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<Uuid>,
    /// Its name at that time.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub actor_name: Option<String>,
    /// System used.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<Uuid>,
    /// Session of a person.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<Uuid>,
    /// closed or internet: where the request entered.
    #[diesel(sql_type = t::Text)]
    #[schema(max_length = 20)]
    pub zone: String,
    /// Network address.
    #[diesel(sql_type = t::Text)]
    #[schema(max_length = 60)]
    pub address: String,
    /// Terminal as the caller names it.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 64)]
    pub terminal: Option<String>,
    /// Request id, as in the answer's `x-request-id`.
    #[diesel(sql_type = t::Uuid)]
    pub request_id: Uuid,
    /// Kind of what was asked about.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    pub subject_kind: Option<String>,
    /// Its id.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_id: Option<Uuid>,
    /// Employer concerned.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employer_id: Option<Uuid>,
    /// Persons whose data left or changed.
    #[diesel(sql_type = t::Array<t::Uuid>)]
    #[schema(max_items = 100000)]
    pub persons: Vec<Uuid>,
    /// Field classes that left in this answer.
    #[diesel(sql_type = t::Array<t::Text>)]
    #[schema(value_type = Vec<crate::kernel::input::Word>, max_items = 100)]
    pub disclosed: Vec<String>,
    /// 事務.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    pub purpose: Option<String>,
    /// Reason code.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 60)]
    pub reason_code: Option<String>,
    /// Notification, claim or enquiry that it was for.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<Uuid>,
    /// Policies that decided.
    #[diesel(sql_type = t::Array<t::Text>)]
    #[schema(value_type = Vec<crate::kernel::input::Word>, max_items = 100)]
    pub policies: Vec<String>,
    /// Rows in the answer.
    #[diesel(sql_type = t::Nullable<t::Integer>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row_count: Option<i32>,
    /// How many equal refusals of one source this entry stands for.
    #[diesel(sql_type = t::Integer)]
    #[schema(minimum = 1)]
    pub repeats: i32,
    /// Names of filters, counts and digests: never values that identify.
    #[diesel(sql_type = t::Nullable<t::Jsonb>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub detail: Option<Value>,
}
impl AuditEntry {
    /// The canonical text of the entry: what its link covers. Position and link are not part of it.
    /// # Errors
    /// 500 when it can't be written as JSON.
    pub fn canonical(&self) -> Result<String, Problem> {
        let value = serde_json::to_value(self).map_err(|_| Problem::new(Kind::Internal))?;
        Ok(canonical_text(value))
    }
    /// Its line in an export, newline included.
    /// # Errors
    /// As `canonical`.
    pub fn line(&self) -> Result<String, Problem> {
        Ok(export_line(self.seq, &self.link, &self.canonical()?))
    }
}
impl Subject for AuditEntry {
    fn facts(&self) -> Facts {
        whole_log()
    }
}
/// The log as a whole: what policies are asked about.
pub fn whole_log() -> Facts {
    Facts::of("AuditLog", Uuid::nil())
}

/// A closed range of positions; empty when `to_seq` lies before `from_seq`.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// First position.
    pub from_seq: i64,
    /// Last position.
    pub to_seq: i64,
    /// Link before the first position.
    pub previous_link: [u8; 32],
}
impl Subject for Window {
    fn facts(&self) -> Facts {
        whole_log()
    }
}

/// Last line of an export: an export without it broke off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportTrailer {
    /// Always true: tells this line from an entry.
    pub trailer: bool,
    /// Lines before this one.
    #[schema(minimum = 0)]
    pub count: i64,
    /// SHA-256 over all bytes of the lines before, newlines included, in hex.
    #[schema(min_length = 64, max_length = 64)]
    pub sha256: String,
    /// First position.
    #[schema(minimum = 1)]
    pub from_seq: i64,
    /// Last position; one before `from_seq` when there is no entry.
    #[schema(minimum = 0)]
    pub to_seq: i64,
    /// Link before the first position: the `last_link` of the export before; zeros before position 1.
    #[schema(min_length = 64, max_length = 64)]
    pub previous_link: String,
    /// Link of the last position.
    #[schema(min_length = 64, max_length = 64)]
    pub last_link: String,
}

/// A line of an export: an entry or, once and last, the trailer.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ExportLine {
    /// An entry.
    Entry(Box<AuditEntry>),
    /// The end.
    Trailer(ExportTrailer),
}

/// The canonical text of an entry out of its JSON (docs/authorisation-and-audit.md, "The order and the link"): without
/// `seq` and `link`, keys sorted by code point, no spaces, no absent fields, times in UTC with six decimals.
pub fn canonical_text(mut entry: Value) -> String {
    if let Some(fields) = entry.as_object_mut() {
        fields.remove("seq");
        fields.remove("link");
    }
    let mut out = String::with_capacity(700);
    write_sorted(&entry, &mut out);
    out
}
/// The link of an entry.
pub fn link_of(previous: &[u8; 32], seq: i64, canonical: &str) -> [u8; 32] {
    secrets::sha256(&[previous, &seq.to_be_bytes(), canonical.as_bytes()])
}
/// The line of an entry: position and link, then its canonical text from the first field on.
pub fn export_line(seq: i64, link: &[u8], canonical: &str) -> String {
    let fields = canonical.strip_prefix('{').unwrap_or(canonical);
    format!("{{\"seq\":{seq},\"link\":\"{}\",{fields}\n", hex(link))
}
/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut out, b| {
        let _ = write!(out, "{b:02x}"); // writing to a string can't fail
        out
    })
}
/// 32 bytes out of lower-case hexadecimal.
pub fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    (hex(&out) == text).then_some(out)
}

fn as_hex<S: Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&hex(bytes))
}
fn as_micros<S: Serializer>(at: &DateTime<Utc>, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&at.to_rfc3339_opts(SecondsFormat::Micros, true))
}

/// JSON with sorted keys and without spaces. A number that is not whole becomes a text, since languages print such numbers
/// in different ways.
fn write_sorted(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            fields.sort_unstable_by_key(|f| f.0);
            out.push('{');
            for (i, (key, inner)) in fields.into_iter().enumerate() {
                separate(i, out);
                write_text(key, out);
                out.push(':');
                write_sorted(inner, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (i, inner) in items.iter().enumerate() {
                separate(i, out);
                write_sorted(inner, out);
            }
            out.push(']');
        }
        Value::Number(n) if n.is_f64() => write_text(&n.to_string(), out),
        plain => out.push_str(&plain.to_string()),
    }
}
fn separate(i: usize, out: &mut String) {
    if i > 0 {
        out.push(',');
    }
}
fn write_text(text: &str, out: &mut String) {
    out.push_str(&Value::from(text).to_string());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    #[test]
    fn the_canonical_text_is_sorted_dense_and_whole() {
        let value = serde_json::json!({
            "seq": 7, "link": "00", "zone": "closed", "at": "2026-11-22T00:00:00.000000Z",
            "detail": {"b": [1, null, 1.5, {"y": true, "x": "\u{1}\"/年\u{7f}"}], "a": -3},
        });
        let text = "{\"at\":\"2026-11-22T00:00:00.000000Z\",\"detail\":{\"a\":-3,\"b\":[1,null,\"1.5\",\
                    {\"x\":\"\\u0001\\\"/年\u{7f}\",\"y\":true}]},\"zone\":\"closed\"}";
        assert_eq!(canonical_text(value), text);
        let again = serde_json::from_str(text).unwrap();
        assert_eq!(canonical_text(again), text);
        assert!(export_line(7, &[0xab], text).starts_with("{\"seq\":7,\"link\":\"ab\",\"at\":"));
    }
    #[test]
    fn hexadecimal_reads_back_and_nothing_else() {
        let link = link_of(&NO_LINK, 1, "{}");
        assert_eq!(unhex(&hex(&link)), Some(link));
        for wrong in [
            "",
            "00",
            &hex(&link).to_uppercase(),
            &format!("{}0", hex(&link)),
            &"+1".repeat(32),
            &"あ".repeat(22),
        ] {
            assert_eq!(unhex(wrong), None, "{wrong}");
        }
    }
}
