#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::super::views::PersonSex;
use super::pieces::{
    Change, Contact, Holds, Item, NoneThen, Outcome, Piece, Resident, Stated, StatedName, Stored, Why, born,
    changed, holds_already, known_from,
};
use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const LAST: u64 = 30;

fn on(n: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Days::new(n)
}
fn change(stated: Stated, holds: Holds, reason: &str) -> Change {
    let why = Why { reason: reason.into(), received_on: on(LAST), source: None };
    Change { stated, holds, why, birth_on: None }
}
fn named(name: Option<&str>, reading: Option<&str>) -> Stated {
    let name = StatedName { name: name.map(Into::into), kana: reading.map(Into::into) };
    Stated { name: Some(name), ..Stated::default() }
}
fn living(at: &str) -> Stated {
    let resident = Resident { text: Some(at.into()), ..Resident::default() };
    Stated { resident: Some(resident), ..Stated::default() }
}
fn form(name: Option<&str>, reading: &str, day: u64) -> Change {
    let c = change(named(name, Some(reading)), Holds::From(on(day)), "acquisition");
    Change { birth_on: Some(on(0)), ..c }
}
/// The pieces after an outcome, as they would be read again.
fn after(current: &[Stored], o: &Outcome) -> Vec<Stored> {
    let next = current.iter().map(|s| s.row_id.as_u128()).max().unwrap_or(0) + 1;
    let kept = current.iter().filter(|s| !o.superseded.contains(&s.row_id)).cloned();
    let new = (next..).zip(&o.written).map(|(n, p)| Stored { row_id: Uuid::from_u128(n), piece: p.clone() });
    let mut all: Vec<Stored> = kept.chain(new).collect();
    all.sort_by_key(|s| s.piece.valid_from);
    all
}
fn applied(current: &[Stored], c: &Change) -> Vec<Stored> {
    after(current, &changed(current, c).unwrap())
}
fn after_all(changes: &[Change]) -> Vec<Stored> {
    changes.iter().fold(Vec::new(), |current, c| applied(&current, c))
}
fn pieces(current: &[Stored]) -> Vec<Piece> {
    current.iter().map(|s| s.piece.clone()).collect()
}
#[test]
fn the_right_day_of_birth_holds_in_every_piece() {
    let current =
        after_all(&[form(Some("見本　一"), "ミホン　イチ", 1), form(Some("見本　二"), "ミホン　ニ", 5)]);
    let why = Why { reason: "birth_date_correction".into(), received_on: on(LAST), source: None };
    let right = after(&current, &born(&current, on(3), &why));
    assert!(right.iter().all(|s| s.piece.values.birth_on == on(3) && s.piece.why == why));
    assert_eq!(told(&right), told(&current), "nothing else changes");
    assert_eq!(born(&right, on(3), &why), Outcome::default(), "nothing is written twice");
}
#[test]
fn what_is_known_first_holds_before_too() {
    let current =
        after_all(&[form(Some("見本　一"), "ミホン　イチ", 4), form(Some("見本　二"), "ミホン　ニ", 8)]);
    let earlier = after(&current, &known_from(&current, on(2)));
    assert_eq!(earlier[0].piece, Piece { valid_from: on(2), ..current[0].piece.clone() });
    assert_eq!(earlier[1..], current[1..]);
    assert_eq!(known_from(&current, on(4)), Outcome::default());
    assert_eq!(known_from(&current, on(6)), Outcome::default());
}
fn told(current: &[Stored]) -> Vec<(u64, String)> {
    let day = |d: NaiveDate| u64::try_from((d - on(0)).num_days()).unwrap();
    current
        .iter()
        .map(|s| {
            let v = &s.piece.values;
            let at = v.resident.text.clone().unwrap_or_default();
            (day(s.piece.valid_from), format!("{} {} {at}", v.name.shown, v.name.kana))
        })
        .collect()
}
fn is_told(current: &[Stored], expected: &[(u64, &str)]) {
    let expected: Vec<(u64, String)> = expected.iter().map(|(d, t)| (*d, (*t).to_owned())).collect();
    assert_eq!(told(current), expected);
}

#[test]
fn a_late_address_holds_over_later_names_until_the_next_address() {
    let life = after_all(&[
        form(Some("見本"), "ミホン", 0),
        change(named(Some("架空"), Some("カクウ")), Holds::From(on(10)), "marriage"),
        change(living("二"), Holds::From(on(20)), "acquisition"),
    ]);
    let late = applied(&life, &change(living("一"), Holds::From(on(5)), "acquisition"));
    is_told(
        &late,
        &[(0, "見本 ミホン "), (5, "見本 ミホン 一"), (10, "架空 カクウ 一"), (20, "架空 カクウ 二")],
    );
    assert_eq!(late[2].piece.why.reason, "marriage", "a piece begins for what it began for");
}
#[test]
fn the_same_address_recorded_again_ends_a_late_one() {
    let life = after_all(&[
        form(Some("見本"), "ミホン", 0),
        change(living("一"), Holds::From(on(1)), "acquisition"),
        change(living("一"), Holds::From(on(20)), "acquisition"),
    ]);
    let late = applied(&life, &change(living("二"), Holds::From(on(5)), "acquisition"));
    is_told(
        &late,
        &[(0, "見本 ミホン "), (1, "見本 ミホン 一"), (5, "見本 ミホン 二"), (20, "見本 ミホン 一")],
    );
}
#[test]
fn an_identity_begins_before_what_is_known_and_lends_what_was_not_recorded() {
    let life = after_all(&[form(Some("見本"), "ミホン", 10)]);
    let mut early = form(Some("架空"), "カクウ", 5);
    early.stated.resident = living("一").resident;
    let whole = applied(&life, &early);
    is_told(&whole, &[(5, "架空 カクウ 一"), (10, "見本 ミホン 一")]);
    assert_eq!(whole[0].piece.valid_to, Some(on(10)));
    let lone = change(living("一"), Holds::From(on(5)), "acquisition");
    assert_eq!(changed(&life, &lone), Err(NoneThen), "nobody is known by an address alone");
    assert_eq!(
        changed(&[], &change(named(Some("見本"), None), Holds::From(on(5)), "marriage")),
        Err(NoneThen)
    );
}
#[test]
fn a_correction_reaches_all_days_of_what_was_wrong_and_no_others() {
    let life = after_all(&[
        form(Some("見木"), "ミホン", 0),
        change(living("一"), Holds::From(on(8)), "acquisition"),
        change(named(Some("架空"), None), Holds::From(on(20)), "marriage"),
    ]);
    let right = named(Some("見本"), None);
    let around = applied(&life, &change(right.clone(), Holds::RightAround(on(9)), "name_correction"));
    is_told(&around, &[(0, "見本 ミホン "), (8, "見本 ミホン 一"), (20, "架空 ミホン 一")]);
    let reasons: Vec<&str> = around.iter().map(|s| s.piece.why.reason.as_str()).collect();
    assert_eq!(reasons, ["name_correction", "name_correction", "marriage"]);
    let o = changed(&life, &change(right, Holds::RightFrom(on(12)), "name_correction")).unwrap();
    assert_eq!(o.superseded, [life[1].row_id], "the piece of those days alone");
    is_told(
        &after(&life, &o),
        &[(0, "見木 ミホン "), (8, "見木 ミホン 一"), (12, "見本 ミホン 一"), (20, "架空 ミホン 一")],
    );
    let reading = change(named(None, Some("ケンポン")), Holds::RightAround(on(25)), "name_correction");
    is_told(
        &applied(&life, &reading),
        &[(0, "見木 ケンポン "), (8, "見木 ケンポン 一"), (20, "架空 ケンポン 一")],
    );
}
/// One rule for forms, changes and corrections alike.
#[test]
fn a_reading_alone() {
    let holds = [Holds::From(on(5)), Holds::RightFrom(on(5))];
    let shown = |life: &[Stored], c: &Change| applied(life, c).last().unwrap().piece.values.name.clone();
    let kana_only = after_all(&[form(None, "ミホン", 0)]);
    assert_eq!(kana_only[0].piece.values.name.shown, "ミホン");
    let known = after_all(&[form(Some("見本"), "ミホン", 0)]);
    for h in holds {
        let c = change(named(None, Some("カクウ")), h, "any");
        assert_eq!(
            (shown(&kana_only, &c).shown, shown(&kana_only, &c).raw),
            ("カクウ".into(), "カクウ".into())
        );
        let same = change(named(None, Some("ミホン")), h, "any");
        assert_eq!(shown(&known, &same).shown, "見本");
        let name = shown(&kana_only, &change(named(Some("見本"), None), h, "any"));
        assert_eq!((name.shown.as_str(), name.kana.as_str()), ("見本", "ミホン"));
        let stands = if h == holds[0] { "カクウ" } else { "見本" };
        assert_eq!(shown(&known, &c).shown, stands, "{h:?}");
    }
}
#[test]
fn why_a_piece_begins_is_why_its_weightiest_item_was_recorded() {
    let phone = Stated {
        contact: Some(Contact { phone: Some("1".into()), ..Contact::default() }),
        ..Stated::default()
    };
    let contact = change(phone, Holds::From(on(5)), "contact_change");
    let marriage = change(named(Some("架空"), None), Holds::From(on(5)), "marriage");
    for order in [[&contact, &marriage], [&marriage, &contact]] {
        let all =
            order.iter().fold(after_all(&[form(Some("見本"), "ミホン", 0)]), |now, c| applied(&now, c));
        assert_eq!((all.len(), all[1].piece.why.reason.as_str()), (2, "marriage"));
    }
}
#[test]
fn what_holds_already_is_told() {
    let life = after_all(&[form(Some("見本"), "ミホン", 3)]);
    let stated = |name, day| change(named(Some(name), None), Holds::From(on(day)), "marriage");
    assert!(holds_already(&life, &stated("見本", 9)));
    assert!(!holds_already(&life, &stated("架空", 9)));
    assert!(!holds_already(&life, &stated("見本", 2)), "nothing is known of that day");
}

/// What a change states of one item, as the model sees it.
type Said = (Item, u8);
#[derive(Clone, Copy, Debug)]
struct Step {
    said: Said,
    day: u64,
    kind: u8,
}
impl Step {
    fn change(&self) -> Change {
        let word = format!("{}", self.said.1);
        let mut s = Stated::default();
        match self.said.0 {
            Item::Name => {
                s = named(Some(&word), Some(if self.said.1.is_multiple_of(2) { "ア" } else { "イ" }));
            }
            Item::Sex => {
                s.sex = Some(if self.said.1.is_multiple_of(2) { PersonSex::Male } else { PersonSex::Female })
            }
            Item::ResidentAddress => s = living(&word),
            Item::Contact => s.contact = Some(Contact { phone: Some(word), ..Contact::default() }),
        }
        let day = on(self.day);
        let holds = match self.kind {
            0 => Holds::From(day),
            1 => Holds::RightFrom(day),
            _ => Holds::RightAround(day),
        };
        change(s, holds, &format!("{self:?}"))
    }
}
fn step(kinds: std::ops::Range<u8>) -> impl Strategy<Value = Step> {
    let item = prop::sample::select(Item::ALL.to_vec());
    (item, 0u8..3, 0..LAST, kinds).prop_map(|(item, n, day, kind)| Step { said: (item, n), day, kind })
}
/// The same by days and items, without pieces: what was recorded from which day on.
#[derive(Default)]
struct Model(BTreeMap<(Item, u64), String>);
impl Model {
    fn say(&mut self, s: &Step, value: &str) {
        let item = s.said.0;
        let own = |m: &Self| -> Vec<(u64, String)> {
            m.0.iter().filter(|(k, _)| k.0 == item).map(|(k, v)| (k.1, v.clone())).collect()
        };
        let old = own(self).into_iter().rfind(|(d, _)| *d <= s.day).map(|(_, v)| v).unwrap_or_default();
        let later: Vec<u64> = own(self)
            .into_iter()
            .filter(|(d, _)| *d > s.day)
            .take_while(|(_, v)| *v == old)
            .map(|(d, _)| d)
            .collect();
        let earlier: Vec<u64> = own(self)
            .into_iter()
            .rev()
            .filter(|(d, _)| *d <= s.day)
            .take_while(|(_, v)| *v == old)
            .map(|(d, _)| d)
            .collect();
        let mut set = vec![];
        set.extend((s.kind > 0).then_some(later).into_iter().flatten());
        set.extend((s.kind > 1).then_some(earlier).into_iter().flatten());
        set.extend((s.kind < 2).then_some(s.day));
        set.into_iter().for_each(|d| drop(self.0.insert((item, d), value.to_owned())));
    }
    fn at(&self, item: Item, day: u64) -> String {
        self.0.range((item, 0)..=(item, day)).next_back().map(|(_, v)| v.clone()).unwrap_or_default()
    }
}
fn shown(current: &[Stored], item: Item, day: u64) -> String {
    let here: Vec<&Stored> = current
        .iter()
        .filter(|s| s.piece.valid_from <= on(day) && s.piece.valid_to.is_none_or(|to| on(day) < to))
        .collect();
    assert_eq!(here.len(), 1, "day {day} is in one piece: no gap, no overlap");
    let v = &here[0].piece.values;
    match item {
        Item::Name => format!("{}{}", v.name.shown, v.name.kana),
        Item::Sex => v.sex.code().to_owned(),
        Item::ResidentAddress => v.resident.text.clone().unwrap_or_default(),
        Item::Contact => v.contact.phone.clone().unwrap_or_default(),
    }
}
fn founded() -> (Vec<Stored>, Model) {
    let mut first = form(Some("0"), "ア", 0);
    first.stated.sex = Some(PersonSex::Male);
    first.stated.resident = living("0").resident;
    first.stated.contact = Some(Contact { phone: Some("0".into()), ..Contact::default() });
    let current = after_all(&[first]);
    let mut model = Model::default();
    for item in Item::ALL {
        model.0.insert((item, 0), shown(&current, item, 0));
    }
    (current, model)
}
proptest! {
    #[test]
    fn every_day_has_one_piece_with_what_was_recorded_for_it(steps in prop::collection::vec(step(0..3), 1..12)) {
        let (mut current, mut model) = founded();
        for s in &steps {
            let c = s.change();
            let o = changed(&current, &c).unwrap();
            for row in &o.superseded {
                let was = &current.iter().find(|x| x.row_id == *row).unwrap().piece;
                prop_assert!(!o.written.contains(was), "what stays is not touched");
            }
            let next = after(&current, &o);
            model.say(s, &shown(&applied(&founded().0, &c), s.said.0, LAST + 1));
            for day in 0..=LAST {
                for item in Item::ALL {
                    prop_assert_eq!(shown(&next, item, day), model.at(item, day), "{:?} on {} after {:?}", item, day, s);
                }
            }
            prop_assert_eq!(&next.last().unwrap().piece.valid_to, &None);
            let again = changed(&next, &c).unwrap();
            prop_assert_eq!(again, Outcome::default(), "twice changes nothing");
            current = next;
        }
        let starts: BTreeSet<NaiveDate> = current.iter().map(|s| s.piece.valid_from).collect();
        prop_assert_eq!(starts.len(), current.len());
    }
    #[test]
    fn changes_of_two_items_come_in_any_order(before in prop::collection::vec(step(0..3), 0..6), a in step(0..1), b in step(0..1)) {
        prop_assume!(a.said.0 != b.said.0);
        let current = before.iter().fold(founded().0, |now, s| applied(&now, &s.change()));
        let (a, b) = (a.change(), b.change());
        prop_assert_eq!(pieces(&applied(&applied(&current, &a), &b)), pieces(&applied(&applied(&current, &b), &a)));
    }
}
