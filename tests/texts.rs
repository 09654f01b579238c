//! No text that comes in takes a personal number: tried at every text of every body and query that the document has, so that a text
//! that is added is tried too.
use crate::{
    bodies::{self, is_a},
    filing::tables,
    harness::caller::Response,
    sweep::society::Society,
};
use serde_json::{Value, json};

/// A number of the fictitious block in each width, and as people write one.
pub const NUMBERS: [&str; 4] =
    ["999900000011", "番号は９９９９００００００１１です", "9999 0000 0011", "９９９９－００００－００１１"];
/// Whoever signs in wrongly gets one answer, whatever was typed.
const SIGNING_IN: [&str; 3] = ["createSession", "refreshSession", "activateUser"];

/// A text in words, or one with a shape of its own; not the place of a personal number.
fn is_text(schema: &Value) -> bool {
    let has_shape = ["date", "date-time", "uuid"].iter().any(|f| schema["format"] == *f);
    is_a(schema, "string") && schema["enum"].is_null() && !has_shape && schema["pattern"] != "^[0-9]{12}$"
}
/// Refused there, and not told what was sent. What is no word but a shape of digits is refused as that.
fn is_refused(r: &Response, pointer: &str, schema: &Value) -> bool {
    let has_shape = !schema["pattern"].is_null() || pointer == "/cursor";
    // what is wrong with one of a list of codes may be said of the list
    let at =
        |e: &Value| e["pointer"] == pointer || has_shape && e["pointer"] == pointer.trim_end_matches("/0");
    let is_it = |e: &Value| at(e) && (has_shape || e["code"] == "E-NUMBER-IN-TEXT");
    let said = format!("{:?} {}", r.headers, r.text);
    let echoes = ["99990000", "9999 0000", "９９９９"].iter().any(|part| said.contains(part));
    r.status == 422 && !echoes && r.body["errors"].as_array().into_iter().flatten().any(is_it)
}
/// Puts numbers into every text and gives how many texts there are, and where one was not refused.
pub fn put_everywhere(s: &Society, numbers: &[&str]) -> (usize, Vec<String>) {
    let (mut texts, mut faults) = (0, Vec::new());
    for operation in bodies::operations(s).iter().filter(|o| !SIGNING_IN.contains(&o.id)) {
        let mut judge = |pointer: &str, schema: &Value, number: &str, r: &Response| {
            if !is_refused(r, pointer, schema) {
                faults.push(format!("{} {pointer} {number}: {} {}", operation.id, r.status, r.text));
            }
        };
        for (name, schema) in operation.query().filter(|(_, schema)| is_text(schema)) {
            texts += 1;
            for number in numbers {
                let r = operation.ask(Some((name, number)), None);
                judge(&format!("/{name}"), schema, number, &r);
            }
        }
        for place in operation.places().iter().filter(|place| is_text(place.schema)) {
            texts += 1;
            for number in numbers {
                let r = operation.ask(None, Some(&place.with(json!(number))));
                judge(&place.pointer, place.schema, number, &r);
            }
        }
    }
    (texts, faults)
}

#[test]
fn no_text_takes_a_personal_number() {
    let s = Society::new();
    // whoever asks signs in first
    let kept = || tables(&s.w).into_iter().filter(|(name, _)| name != "public.session").collect::<Vec<_>>();
    let before = kept();
    let (texts, faults) = put_everywhere(&s, &NUMBERS);
    assert!(faults.is_empty(), "{} of {texts}: {}", faults.len(), faults[..faults.len().min(40)].join("\n"));
    assert_eq!(kept(), before, "nothing is stored");
    assert!(texts > 500, "{texts}");
}
