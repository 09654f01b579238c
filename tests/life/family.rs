//! A family as its employers know it.
use crate::harness::chance::Chance;
use chrono::{Datelike, Days, Months, NaiveDate};
use serde_json::{Value, json};
use uuid::Uuid;

/// Of whom a cover is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Office {
    Employer(usize),
    /// 任意継続: the society's own office.
    Own,
}
/// A child, or a spouse.
pub struct Relative {
    pub kana: String,
    pub name: String,
    pub birth_on: NaiveDate,
    pub is_spouse: bool,
    pub since: NaiveDate,
    pub until: Option<NaiveDate>,
    /// 枝番 under the cover of `since`.
    pub branch: String,
    pub dependent: Option<Uuid>,
    pub person: Option<Uuid>,
}
/// A cover as it was accepted.
#[derive(Clone, Debug)]
pub struct Cover {
    pub office: Office,
    pub from: NaiveDate,
    pub until: Option<NaiveDate>,
    /// 記号, 番号.
    pub card: (String, String),
    pub is_at_75: bool,
}
/// Where the insured person works beside the cover.
#[derive(Clone)]
pub struct Second {
    /// An employer of the society, or one outside it.
    pub employer: Option<usize>,
    pub from: NaiveDate,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveKind {
    Maternity,
    Childcare,
    BirthTime,
}
/// A leave as it was accepted.
#[derive(Clone)]
pub struct Leave {
    pub kind: LeaveKind,
    pub from: NaiveDate,
    pub planned: NaiveDate,
    pub ended: Option<NaiveDate>,
    /// Day of birth, or 出産予定日.
    pub child: NaiveDate,
    pub is_revised: bool,
}
/// A report of three months that was accepted.
#[derive(Clone, Copy)]
pub struct Report {
    pub employer: usize,
    pub rule: &'static str,
    pub first: NaiveDate,
    pub from: NaiveDate,
}
/// How the insured person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    New,
    Employed,
    Left,
    Died,
    Continues,
    ContinuedOnce,
}
/// An insured person with the family, and what was accepted of them.
pub struct Family {
    pub office_number: String,
    own: String,
    n: usize,
    pub surname: usize,
    pub birth_on: NaiveDate,
    pub member: Option<Uuid>,
    pub covers: Vec<Cover>,
    pub relatives: Vec<Relative>,
    /// Employer and day.
    pub bonuses: Vec<(usize, NaiveDate)>,
    pub reports: Vec<Report>,
    pub leaves: Vec<Leave>,
    pub births: Vec<NaiveDate>,
    pub second: Option<Second>,
    /// The other employer of the society that the last loss ended.
    pub ended_second: Option<Second>,
    /// The last cover was lost by death.
    pub is_dead: bool,
    /// Another id of the same person.
    pub twin: Option<Uuid>,
    /// 公費, by id.
    pub expenses: Vec<String>,
    /// 支援措置 and its end.
    pub protection: Option<(String, Option<NaiveDate>)>,
}
/// Surnames that the insured person takes.
pub const SURNAMES: [(&str, &str); 4] =
    [("クラシ", "暮"), ("アラタ", "新"), ("ミライ", "未来"), ("ムカシ", "昔")];

/// Readings of one family each: two signs of the syllabary.
fn reading(n: usize) -> String {
    const SIGNS: [char; 10] = ['ア', 'イ', 'ウ', 'エ', 'オ', 'カ', 'キ', 'ク', 'ケ', 'コ'];
    [n / 10 % 10, n % 10].iter().map(|digit| SIGNS[*digit]).collect()
}
/// The first day of the month.
pub fn month_start(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap()
}
impl Family {
    pub fn new(n: usize) -> Self {
        // some come to 75 while they are looked at
        let year = if n % 10 == 9 { 1952 } else { 1960 + i32::try_from(n).unwrap() % 40 };
        let birth_on = NaiveDate::from_ymd_opt(year, 1 + u32::try_from(n % 12).unwrap(), 2).unwrap();
        Self {
            office_number: (100 + n).to_string(),
            own: reading(n),
            n,
            surname: 0,
            birth_on,
            member: None,
            covers: Vec::new(),
            relatives: Vec::new(),
            bonuses: Vec::new(),
            reports: Vec::new(),
            leaves: Vec::new(),
            births: Vec::new(),
            second: None,
            ended_second: None,
            is_dead: false,
            twin: None,
            expenses: Vec::new(),
            protection: None,
        }
    }
    /// Reading with another surname.
    pub fn kana_as(&self, surname: usize) -> String {
        format!("{}　{}", SURNAMES[surname].0, self.own)
    }
    pub fn name_as(&self, surname: usize) -> String {
        format!("{}　{}", SURNAMES[surname].1, self.n)
    }
    pub fn sex(&self) -> &'static str {
        if self.n.is_multiple_of(2) { "female" } else { "male" }
    }
    /// The cover that runs, or the last one.
    pub fn cover(&self) -> Option<&Cover> {
        self.covers.last()
    }
    pub fn stands(&self) -> Stands {
        match self.cover() {
            None => Stands::New,
            Some(Cover { office: Office::Employer(_), until: None, .. }) => Stands::Employed,
            Some(Cover { office: Office::Employer(_), .. }) if self.is_dead => Stands::Died,
            Some(Cover { office: Office::Employer(_), .. }) => Stands::Left,
            Some(Cover { office: Office::Own, until: None, .. }) => Stands::Continues,
            Some(_) => Stands::ContinuedOnce,
        }
    }
    /// The cover of an employment that runs, and the employer.
    pub fn employed(&self) -> Option<(usize, &Cover)> {
        match self.cover() {
            Some(cover @ Cover { office: Office::Employer(e), until: None, .. }) => Some((*e, cover)),
            _ => None,
        }
    }
    /// What the calendar did meanwhile.
    pub fn ages(&mut self, today: NaiveDate) {
        let birthday = self.birth_on + Months::new(12 * 75);
        let Some(cover) = self.covers.last() else { return };
        if cover.until.is_some_and(|until| until <= birthday.min(today)) {
            return;
        }
        let term = (cover.office == Office::Own).then(|| cover.from + Months::new(24));
        let (on, is_at_75) = match term {
            Some(term) if term < birthday => (term, false),
            _ => (birthday.max(cover.from), true),
        };
        if on <= today {
            self.ends(on);
            self.covers.last_mut().unwrap().is_at_75 = is_at_75;
        }
    }
    /// The last cover is lost, and what stands on it.
    pub fn ends(&mut self, lost_on: NaiveDate) {
        let Some(cover) = self.covers.last_mut() else { return };
        cover.until = Some(lost_on);
        let last = lost_on - Days::new(1);
        for r in self.relatives.iter_mut().filter(|r| r.until.is_none_or(|until| until > lost_on)) {
            r.until = Some(lost_on);
        }
        self.bonuses.retain(|paid| paid.1 < lost_on);
        self.leaves.retain(|l| l.from < lost_on);
        for l in self.leaves.iter_mut().filter(|l| l.ended.unwrap_or(l.planned) > last) {
            l.ended = Some(last);
        }
        self.ended_second = self.second.take();
    }
    /// A leave that has no end yet.
    pub fn open_leave(&self, kinds: &[LeaveKind]) -> Option<usize> {
        let last = self.leaves.len().checked_sub(1)?;
        let leave = &self.leaves[last];
        (leave.ended.is_none() && kinds.contains(&leave.kind)).then_some(last)
    }
    /// The first day on which another leave may begin.
    pub fn free_from(&self) -> Option<NaiveDate> {
        self.leaves.iter().map(|l| l.ended.unwrap_or(l.planned) + Days::new(1)).max()
    }
    /// One of the relatives who are so, and where.
    pub fn one_of(&self, chance: &mut Chance, is: impl Fn(&Relative) -> bool) -> Option<(usize, &Relative)> {
        let all: Vec<_> = self.relatives.iter().enumerate().filter(|(_, r)| is(r)).collect();
        let count = u64::try_from(all.len()).unwrap();
        all.get(usize::try_from(chance.below(count.max(1))).unwrap()).copied()
    }
    /// A relative who is none yet.
    pub fn relative(&self, born: NaiveDate, since: NaiveDate, is_spouse: bool) -> Relative {
        let n = self.relatives.len();
        let role = if is_spouse { "ツマ" } else { "コ" };
        Relative {
            kana: format!("クラシ　{}{role}{}", self.own, reading(n)),
            name: format!("暮　家族{n}"),
            birth_on: born,
            is_spouse,
            since,
            until: None,
            branch: String::new(),
            dependent: None,
            person: None,
        }
    }
    /// Whom a form of that kind names.
    pub fn named(&self, kind: &str) -> Value {
        let (kana, birth_on) = (self.kana_as(self.surname), self.birth_on);
        let mut form = json!({ "kind": kind, "name_kana": kana, "birth_on": birth_on });
        if self.cover().is_none_or(|cover| cover.office != Office::Own) {
            form["office_number"] = json!(self.office_number);
        }
        form
    }
    /// Whom a form of 任意継続 names.
    pub fn carded(&self, kind: &str) -> Option<Value> {
        let (symbol, number) = &self.cover()?.card;
        let (kana, birth_on) = (self.kana_as(self.surname), self.birth_on);
        Some(
            json!({ "kind": kind, "symbol": symbol, "number": number, "name_kana": kana, "birth_on": birth_on }),
        )
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
