//! A family as its employer knows it.
use chrono::NaiveDate;
use serde_json::{Value, json};
use uuid::Uuid;

/// A child, or a spouse.
pub struct Relative {
    pub kana: String,
    pub name: String,
    pub birth_on: NaiveDate,
    pub is_spouse: bool,
    pub since: NaiveDate,
    pub until: Option<NaiveDate>,
}
/// A cover as it was accepted.
#[derive(Clone, Copy)]
pub struct Cover {
    pub employer: usize,
    pub from: NaiveDate,
    pub until: Option<NaiveDate>,
}
/// An insured person with the family, and what was accepted of them.
pub struct Family {
    pub office_number: String,
    pub kana: String,
    pub name: String,
    pub birth_on: NaiveDate,
    pub member: Option<Uuid>,
    pub covers: Vec<Cover>,
    pub relatives: Vec<Relative>,
    pub bonuses: Vec<NaiveDate>,
    pub leave: Option<(NaiveDate, NaiveDate)>,
    pub child_born: Option<NaiveDate>,
}
/// Readings of one family each: two signs of the syllabary.
fn reading(n: usize) -> String {
    const SIGNS: [char; 10] = ['ア', 'イ', 'ウ', 'エ', 'オ', 'カ', 'キ', 'ク', 'ケ', 'コ'];
    [n / 10 % 10, n % 10].iter().map(|digit| SIGNS[*digit]).collect()
}
impl Family {
    pub fn new(n: usize) -> Self {
        // some come to 75 while they are looked at
        let year = if n % 10 == 9 { 1952 } else { 1960 + i32::try_from(n).unwrap() % 40 };
        let birth_on = NaiveDate::from_ymd_opt(year, 1 + u32::try_from(n % 12).unwrap(), 2).unwrap();
        Self {
            office_number: (100 + n).to_string(),
            kana: format!("クラシ　{}", reading(n)),
            name: format!("暮　{n}"),
            birth_on,
            member: None,
            covers: Vec::new(),
            relatives: Vec::new(),
            bonuses: Vec::new(),
            leave: None,
            child_born: None,
        }
    }
    /// The cover that runs, or the last one.
    pub fn cover(&self) -> Option<Cover> {
        self.covers.last().copied()
    }
    /// A relative who is none yet.
    pub fn relative(&self, born: NaiveDate, since: NaiveDate, is_spouse: bool) -> Relative {
        let n = self.relatives.len();
        let role = if is_spouse { "ツマ" } else { "コ" };
        let own = self.kana.trim_start_matches("クラシ　");
        Relative {
            kana: format!("クラシ　{own}{role}{}", reading(n)),
            name: format!("暮　家族{n}"),
            birth_on: born,
            is_spouse,
            since,
            until: None,
        }
    }
    /// Whom a form of that kind names.
    pub fn named(&self, kind: &str) -> Value {
        json!({ "kind": kind, "office_number": self.office_number, "name_kana": self.kana, "birth_on": self.birth_on })
    }
}
/// Accepts; whoever may be known already is the one that is proposed.
pub fn decision(seen: &Value) -> Value {
    let proposals = seen["same_person_proposals"].as_array().cloned().unwrap_or_default();
    let mut persons: Vec<Value> = Vec::new();
    for p in proposals {
        if persons.iter().all(|known| known["slot"] != p["slot"]) {
            persons.push(json!({ "slot": p["slot"], "choice": "same_person", "person_id": p["person_id"] }));
        }
    }
    if persons.is_empty() {
        return json!({ "decision": "accept" });
    }
    json!({ "decision": "accept", "persons": persons })
}
