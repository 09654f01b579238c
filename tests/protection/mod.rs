//! 支援措置: while it holds, where a protected person is reaches neither employer, family nor the other sections.
pub mod canary;
mod ending;
pub mod every_operation;
mod life;

use crate::harness::{
    caller::{Caller, Response},
    race,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// A request for protection as staff records it.
pub fn request() -> Value {
    json!({ "reason": "domestic_violence", "authority": "municipality", "authority_name": "架空市見本課", "valid_from": "2026-11-22",
        "valid_to": "2027-11-22", "received_on": "2026-11-20",
        "letter_address": { "postal_code": "999-0009", "text": "架空市送付先１" } })
}
pub fn path(person: Uuid) -> String {
    format!("/v1/persons/{person}/protections")
}
pub fn tag(staff: &Caller, person: Uuid) -> String {
    staff.get(path(person)).header("etag").to_owned()
}
/// Protects a person on the version that is read now.
pub fn protect(staff: &Caller, person: Uuid, request: &Value) -> Response {
    let tag = tag(staff, person);
    staff.post(path(person)).header("if-match", &tag).json(request)
}
/// Asks so many times, all at once; the statuses.
pub fn at_once(times: usize, ask: impl Fn() -> Response + Sync) -> Vec<u16> {
    race::at_once((0..times).map(|_| || ask().status))
}
