//! 支援措置: where the people of a notification are is shown only to whom the policy allows it.
use super::{
    super::{model::NotificationRow, store},
    views::NotificationView,
};
use crate::kernel::{Problem, Subject, Tx};
use serde_json::Value;

/// Notifications as the caller may see them.
/// # Errors
/// Database errors.
pub fn views(tx: &mut Tx<'_>, rows: Vec<NotificationRow>) -> Result<Vec<NotificationView>, Problem> {
    let ids: Vec<_> = rows.iter().map(|r| r.id).collect();
    let protected = store::protected(tx, &ids)?;
    rows.into_iter()
        .map(|r| {
            let sight = tx.sight(&r.facts().protected(protected.contains(&r.id)))?;
            Ok(NotificationView::of(r, sight))
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
        || ["note", "_text", "late_reason"].iter().any(|end| name.ends_with(end))
}
/// A form without anything that may tell where somebody is.
pub fn cut(form: Value) -> Value {
    match form {
        Value::Object(all) => {
            all.into_iter().filter(|(name, _)| !tells(name)).map(|(name, v)| (name, cut(v))).collect()
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
}
