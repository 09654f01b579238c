//! 支援措置: where the people of a notification are is shown only to whom the policy allows it.
use super::{
    super::{
        model::{NotificationRow, State},
        store,
    },
    views::NotificationView,
};
use crate::kernel::{ActorKind, Problem, Subject, Tx};
use serde_json::Value;

/// Notifications as the caller may see them. Whom a form concerns is known for sure once it was accepted: until then, and when it never is, a
/// system is told nobody's place by it, whoever it names.
/// # Errors
/// Database errors.
pub fn views(tx: &mut Tx<'_>, rows: Vec<NotificationRow>) -> Result<Vec<NotificationView>, Problem> {
    let ids: Vec<_> = rows.iter().map(|r| r.id).collect();
    let protected = store::protected(tx, &ids)?;
    let is_outside = tx.actor()?.kind != ActorKind::User;
    rows.into_iter()
        .map(|r| {
            let is_unsure = is_outside && State::of(&r.state) != State::Applied;
            let sight = tx.sight(&r.facts().protected(is_unsure || protected.contains(&r.id)))?;
            NotificationView::of(r, sight)
        })
        .collect()
}
/// One notification as the caller may see it.
/// # Errors
/// Database errors.
pub fn view(tx: &mut Tx<'_>, row: NotificationRow) -> Result<NotificationView, Problem> {
    views(tx, vec![row])?.pop().ok_or_else(Problem::not_found)
}
/// Whether a member of a form with this name may tell where somebody is: addresses, phone numbers, living together or abroad, free text.
fn tells(name: &str) -> bool {
    let parts =
        ["address", "postal", "phone", "prefecture", "living", "lives", "overseas", "residence", "remarks"];
    parts.iter().any(|p| name.contains(p))
        || ["note", "_text", "late_reason", "pay_change_reason"].iter().any(|end| name.ends_with(end))
}
/// Forms whose `reason` is free text, and has to be there.
const IN_WORDS: [&str; 3] =
    ["acquisition_cancellation", "loss_cancellation", "qualification_date_correction"];
const LEFT_OUT: &str = "（省略）";
/// A form without anything that may tell where somebody is.
pub fn cut(form: Value) -> Value {
    match form {
        Value::Object(all) => {
            let is_in_words = all.get("kind").and_then(Value::as_str).is_some_and(|k| IN_WORDS.contains(&k));
            let told = all.into_iter().filter(|(name, _)| !tells(name));
            told.map(|(name, v)| {
                let v = if is_in_words && name == "reason" { LEFT_OUT.into() } else { cut(v) };
                (name, v)
            })
            .collect()
        }
        Value::Array(all) => all.into_iter().map(cut).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_cut_form_tells_nobodys_place_and_the_rest_as_before() {
        let form = json!({ "kind": "dependent_change", "birth_on": "1990-01-01", "resident_address": { "text": "見本町" },
            "spouse": { "name_kana": "ミホン　ツマ", "living": "apart", "prefecture": "13", "address": {}, "phone": "0", "phone_kind": "home" },
            "others": [{ "name": "見本　子", "overseas": {}, "remarks": "見本町", "removal_text": "見本町" }], "society_note": "見本町" });
        let left = json!({ "kind": "dependent_change", "birth_on": "1990-01-01", "spouse": { "name_kana": "ミホン　ツマ" },
            "others": [{ "name": "見本　子" }] });
        assert_eq!(cut(form), left);
    }

    /// Texts of forms that tell nobody's place, whatever stands there.
    const HARMLESS: [&str; 17] = [
        "name",
        "name_kana",
        "name_kana_raw",
        "changed_name",
        "changed_name_kana",
        "child_name",
        "child_name_kana",
        "alias",
        "alias_kana",
        "nationality",
        "office_number",
        "other_office_name",
        "other_society_number",
        "over_70_months",
        "insured_number",
        "number",
        "symbol",
    ];
    /// Names of members of a schema, and of all that it leads to, that take any text.
    fn free_texts(all: &Value, schema: &Value, kind: &str, out: &mut Vec<String>) {
        if let Some(to) = schema["$ref"].as_str() {
            let name = to.rsplit('/').next().unwrap_or_default();
            return free_texts(all, &all[name], kind, out);
        }
        for part in ["oneOf", "allOf", "anyOf"].iter().flat_map(|k| schema[k].as_array()).flatten() {
            free_texts(all, part, kind, out);
        }
        free_texts_of_items(all, schema, kind, out);
        for (name, of) in schema["properties"].as_object().into_iter().flatten() {
            if tells(name) || (IN_WORDS.contains(&kind) && name == "reason") {
                continue;
            }
            let is_text =
                of["type"] == "string" || of["type"].as_array().is_some_and(|t| t.contains(&json!("string")));
            let is_word = !of["enum"].is_null() || !of["format"].is_null() || !of["pattern"].is_null();
            if is_text && !is_word {
                out.push(name.clone());
            }
            free_texts(all, of, kind, out);
        }
    }
    fn free_texts_of_items(all: &Value, schema: &Value, kind: &str, out: &mut Vec<String>) {
        if schema["items"].is_object() {
            free_texts(all, &schema["items"], kind, out);
        }
    }
    #[test]
    fn every_free_text_of_every_form_is_cut_or_known_to_tell_nobodys_place() {
        let all = super::super::bodies::form_schemas(false);
        let all: serde_json::Map<String, Value> =
            all.into_iter().map(|(name, of)| (name, serde_json::to_value(of).unwrap())).collect();
        let all = Value::Object(all);
        let kinds = all["NotificationForm"]["discriminator"]["mapping"].as_object().unwrap();
        assert!(kinds.len() > 20, "{kinds:?}");
        for (kind, of) in kinds {
            let mut found = Vec::new();
            free_texts(&all, &json!({ "$ref": of }), kind, &mut found);
            found.retain(|name| !HARMLESS.contains(&name.as_str()));
            assert_eq!(found, Vec::<String>::new(), "{kind}");
        }
        let cancelled = json!({ "kind": "loss_cancellation", "reason": "見本町に避難" });
        assert_eq!(cut(cancelled)["reason"], LEFT_OUT);
    }
}
