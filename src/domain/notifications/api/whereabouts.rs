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
/// What of a form may be read back by whoever may not see where its people are, by the path of the member. What stands in no row is cut: a
/// new member of a form is hidden until it is written here. A test holds that each one is here or among those that tell a place.
const SHOWN: &[&str] = &[
    "acquired_on",
    "actual_birth_on",
    "actual_worked_days",
    "aged_70_or_over",
    "annual_average",
    "application",
    "applies_from",
    "average_yen",
    "back_pay_month",
    "back_pay_yen",
    "birth_on",
    "birth_time_leave",
    "cash_yen",
    "cause",
    "ceased_on",
    "certificate_wanted",
    "certificates_not_returnable",
    "certificates_returned",
    "change",
    "changed_name",
    "changed_name_kana",
    "changed_on",
    "changed_starts_on",
    "child_birth_on",
    "child_name",
    "child_name_kana",
    "class",
    "continuing_branches",
    "corrected_acquired_on",
    "corrected_average_yen",
    "corrected_birth_on",
    "corrected_child_birth_on",
    "corrected_ends_on",
    "corrected_lost_on",
    "corrected_starts_on",
    "covered_elsewhere_since",
    "decision",
    "dependent_birth_on",
    "dependent_branch",
    "employer_confirmed",
    "employer_received_on",
    "ends_on",
    "expected_birth_on",
    "first_paid_day",
    "grand_total_yen",
    "happened_on",
    "has_dependents",
    "has_ended",
    "health_insurance_only",
    "in_kind_yen",
    "income_yen",
    "insured_number",
    "joined_mid_month",
    "kind",
    "leave",
    "left_on",
    "lost_on",
    "months",
    "months.base_days",
    "months.cash_yen",
    "months.in_kind_yen",
    "months.month",
    "months.total_yen",
    "multiple_pregnancy",
    "name",
    "name_kana",
    "name_kana_raw",
    "name_reason",
    "next_planned_month",
    "no_work_days_between",
    "number",
    "office_number",
    "on_leave",
    "other_monthly_yen",
    "other_office_name",
    "other_society_number",
    "others",
    "others.became_on",
    "others.birth_on",
    "others.ceased_on",
    "others.certificate_wanted",
    "others.income_yen",
    "others.name",
    "others.name_kana",
    "others.name_kana_raw",
    "others.occupation",
    "others.relationship",
    "others.relationship_confirmed",
    "others.removal_reason",
    "others.sex",
    "over_70_ceased",
    "over_70_ceased_on",
    "over_70_months",
    "over_70_only",
    "paid_on",
    "part_time_worker",
    "pay_change_direction",
    "pay_change_month",
    "planned_month",
    "planned_worked_days",
    "prepayment",
    "previous_remuneration_yen",
    "previous_revised_in",
    "reason",
    "reemployed_after_retirement",
    "requested",
    "revision_planned",
    "right_paid_on",
    "sex",
    "short_time_worker",
    "single_pregnancy",
    "spouse",
    "spouse.alias",
    "spouse.alias_kana",
    "spouse.became_on",
    "spouse.birth_on",
    "spouse.ceased_on",
    "spouse.certificate_wanted",
    "spouse.died_on",
    "spouse.income_yen",
    "spouse.name",
    "spouse.name_kana",
    "spouse.name_kana_raw",
    "spouse.nationality",
    "spouse.occupation",
    "spouse.relationship",
    "spouse.relationship_confirmed",
    "spouse.removal_reason",
    "spouse_yearly_income_yen",
    "starts_on",
    "symbol",
    "total_yen",
    "two_or_more_offices",
    "wanted",
    "withdrawn",
];
/// Forms whose `reason` is free text, and has to be there.
const IN_WORDS: [&str; 3] =
    ["acquisition_cancellation", "loss_cancellation", "qualification_date_correction"];
const LEFT_OUT: &str = "（省略）";
/// A form without anything that may tell where somebody is.
pub fn cut(form: Value) -> Value {
    let kind = form.get("kind").and_then(Value::as_str);
    let is_in_words = kind.is_some_and(|k| IN_WORDS.contains(&k));
    let mut form = shown(form, "");
    if is_in_words && let Some(reason) = form.get_mut("reason") {
        *reason = LEFT_OUT.into();
    }
    form
}
/// What is shown of the member at a path; the entries of a list have the path of the list.
fn shown(value: Value, at: &str) -> Value {
    let path = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    match value {
        Value::Object(all) => all
            .into_iter()
            .map(|(name, v)| (path(&name), name, v))
            .filter(|(path, _, _)| SHOWN.contains(&path.as_str()))
            .map(|(path, name, v)| (name, shown(v, &path)))
            .collect(),
        Value::Array(all) => all.into_iter().map(|v| shown(v, at)).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[test]
    fn a_cut_form_tells_nobodys_place_and_the_rest_as_before() {
        let form = json!({ "kind": "dependent_change", "birth_on": "1990-01-01", "resident_address": { "text": "見本町" },
            "spouse": { "name_kana": "ミホン　ツマ", "living": "apart", "prefecture": "13", "address": {}, "phone": "0", "phone_kind": "home",
                "reason": "marriage" },
            "others": [{ "name": "見本　子", "overseas": { "name": "見本町" }, "remarks": "見本町", "removal_text": "見本町", "reason": "moved_in" }],
            "society_note": "見本町", "comes_later": "見本町" });
        let left = json!({ "kind": "dependent_change", "birth_on": "1990-01-01", "spouse": { "name_kana": "ミホン　ツマ" },
            "others": [{ "name": "見本　子" }] });
        assert_eq!(cut(form), left);
        let cancelled = json!({ "kind": "loss_cancellation", "reason": "見本町に避難" });
        assert_eq!(cut(cancelled)["reason"], LEFT_OUT);
        assert_eq!(
            cut(json!({ "kind": "voluntary_loss", "reason": "other_insurance" }))["reason"],
            "other_insurance"
        );
    }

    /// Members of forms that tell where and how somebody lives, or may: addresses, phone numbers, living together or abroad, becoming a
    /// dependent by moving in, and free text. With all that stands beneath them.
    const TELLING: &[&str] = &[
        "address",
        "contact_address",
        "dependents_too",
        "late_reason",
        "no_number_note",
        "no_resident_address_reason",
        "others.address",
        "others.living",
        "others.overseas",
        "others.prefecture",
        "others.reason",
        "others.reason_text",
        "others.relationship_text",
        "others.remarks",
        "others.removal_text",
        "pay_change_reason",
        "phone",
        "postal_code",
        "remarks",
        "resident_address",
        "society_note",
        "spouse.address",
        "spouse.living",
        "spouse.overseas",
        "spouse.phone",
        "spouse.phone_kind",
        "spouse.prefecture",
        "spouse.reason",
        "spouse.reason_text",
        "spouse.remarks",
        "spouse.removal_text",
    ];
    /// Texts of forms that are shown, and tell nobody's place, whatever stands there.
    const HARMLESS: &[&str] = &[
        "changed_name",
        "changed_name_kana",
        "child_name",
        "child_name_kana",
        "insured_number",
        "name",
        "name_kana",
        "name_kana_raw",
        "number",
        "office_number",
        "other_office_name",
        "other_society_number",
        "others.name",
        "others.name_kana",
        "others.name_kana_raw",
        "over_70_months",
        "spouse.alias",
        "spouse.alias_kana",
        "spouse.name",
        "spouse.name_kana",
        "spouse.name_kana_raw",
        "spouse.nationality",
        "symbol",
    ];
    /// Every member of a schema and of what it leads to, by path; and whether it takes any text.
    fn members(all: &Value, schema: &Value, at: &str, out: &mut BTreeMap<String, bool>) {
        if let Some(to) = schema["$ref"].as_str() {
            let name = to.rsplit('/').next().unwrap_or_default();
            return members(all, &all[name], at, out);
        }
        for part in ["oneOf", "allOf", "anyOf"].iter().flat_map(|k| schema[k].as_array()).flatten() {
            members(all, part, at, out);
        }
        if schema["items"].is_object() {
            members(all, &schema["items"], at, out);
        }
        for (name, of) in schema["properties"].as_object().into_iter().flatten() {
            let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
            if !TELLING.contains(&path.as_str()) {
                members(all, of, &path, out);
            }
            let is_text =
                of["type"] == "string" || of["type"].as_array().is_some_and(|t| t.contains(&json!("string")));
            let is_word = !of["enum"].is_null() || !of["format"].is_null() || !of["pattern"].is_null();
            *out.entry(path).or_default() |= is_text && !is_word;
        }
    }
    #[test]
    fn every_member_of_every_form_is_shown_by_name_or_known_to_tell_a_place() {
        let all = super::super::bodies::form_schemas(false);
        let all: serde_json::Map<String, Value> =
            all.into_iter().map(|(name, of)| (name, serde_json::to_value(of).unwrap())).collect();
        let all = Value::Object(all);
        let kinds = all["NotificationForm"]["discriminator"]["mapping"].as_object().unwrap();
        assert!(kinds.len() > 20, "{kinds:?}");
        let mut found = BTreeMap::new();
        for (kind, of) in kinds {
            let mut of_kind = BTreeMap::new();
            members(&all, &json!({ "$ref": of }), "", &mut of_kind);
            if IN_WORDS.contains(&kind.as_str()) {
                of_kind.remove("reason");
            }
            for (path, is_text) in of_kind {
                *found.entry(path).or_insert(false) |= is_text;
            }
        }
        for (path, is_text) in &found {
            let (is_shown, tells) = (SHOWN.contains(&path.as_str()), TELLING.contains(&path.as_str()));
            assert!(
                is_shown != tells,
                "{path}: write it to SHOWN, or to TELLING when it may tell where somebody is"
            );
            assert!(!is_shown || !is_text || HARMLESS.contains(&path.as_str()), "{path} takes any text");
        }
        for path in SHOWN.iter().chain(TELLING).chain(HARMLESS) {
            assert!(found.contains_key(*path), "{path}: no form has it");
        }
    }
}
