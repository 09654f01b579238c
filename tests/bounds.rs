//! The bounds that the document states are those of the checks: a value at the bound is taken, one beyond it is refused there.
use crate::{
    bodies::{self, Place, is_a, text},
    harness::caller::Response,
    sweep::society::Society,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Operations whose body states no bound: a file, a personal number, words and days alone.
const WITHOUT: [&str; 22] = [
    "calculateAgeDates",
    "calculateCorporateNumberCheckDigit",
    "calculateInsurerNumberCheckDigit",
    "calculateContinuationLoss",
    "calculateLossAtSeventyFive",
    "calculateMaternityWindow",
    "calculateVoluntaryEnd",
    "checkRecognitionSetting",
    "checkVoluntarySetting",
    "correctPublicExpense",
    "createNotificationFile",
    "decideIdentityChange",
    "decidePersonMerge",
    "decideRemunerationWithdrawal",
    "decideVoluntaryDefault",
    "liftProtection",
    "lockUser",
    "recordPublicExpense",
    "registerPersonalNumber",
    "requestPersonMerge",
    "requestVoluntaryDefault",
    "verifyPersonalNumber",
];

const BOUNDS: [&str; 3] = ["maxLength", "maxItems", "maximum"];

/// A value of that size.
fn sized(place: &Place, size: usize) -> Value {
    if is_a(place.schema, "array") {
        return Value::Array(vec![place.now()[0].clone(); size]);
    }
    let name = place.pointer.rsplit('/').find(|part| part.parse::<usize>().is_err()).unwrap();
    if place.schema["maximum"].is_null() { json!(text(name, size)) } else { json!(size) }
}
/// Was it refused there for its size? Beyond the bound, as no such day or month will do.
fn is_too_large(r: &Response, place: &Place, is_beyond: bool) -> bool {
    let codes: &[&str] = match () {
        () if is_a(place.schema, "array") => &["length", "E-COUNT", "E-LENGTH", "wrong-type"],
        () if place.schema["maximum"].is_null() => &["length", "E-LENGTH", "E-CODE"],
        () if is_beyond => &["range", "zero-or-fourteen", "E-LENGTH", "wrong-type", "E-CODE", "E-DAYS"],
        () => &["range", "zero-or-fourteen", "E-LENGTH", "wrong-type"],
    };
    let errors = r.body["errors"].as_array();
    errors
        .into_iter()
        .flatten()
        .any(|e| e["pointer"] == place.pointer && codes.iter().any(|c| e["code"] == *c))
}

#[test]
fn a_value_at_a_bound_is_taken_and_one_beyond_it_is_refused() {
    let s = Society::new();
    let (mut tried, mut untried, mut faults) = (0, BTreeSet::new(), Vec::new());
    for operation in bodies::operations(&s).iter().filter(|o| o.has_body()) {
        let places = operation.places();
        let bounded =
            |p: &&Place| p.schema["pattern"].is_null() && BOUNDS.iter().any(|k| !p.schema[*k].is_null());
        let bounded: Vec<&Place> = places.iter().filter(bounded).collect();
        if bounded.is_empty() {
            untried.insert(operation.id);
        }
        for place in bounded {
            let most = BOUNDS.iter().find_map(|k| place.schema[*k].as_u64()).unwrap();
            let most = usize::try_from(most).unwrap();
            for (size, is_beyond) in [(most, false), (most + 1, true)] {
                let r = operation.ask(None, Some(&place.with(sized(place, size))));
                if is_too_large(&r, place, is_beyond) != is_beyond {
                    let (id, at) = (operation.id, &place.pointer);
                    let of = place.body.pointer("/notification/kind").unwrap_or(&Value::Null);
                    faults.push(format!("{id} {of} {at} at {size}: {} {}", r.status, r.text));
                }
            }
            tried += 1;
        }
    }
    assert!(faults.is_empty(), "{} of {tried}: {}", faults.len(), faults[..faults.len().min(40)].join("\n"));
    assert_eq!(untried, BTreeSet::from(WITHOUT), "operations with a body that is not tried");
    assert!(tried > 400, "{tried}");
}
