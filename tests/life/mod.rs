//! Simulated lives: families are hired, leave, have children, are paid, corrected and taken back in an order of chance, over months and
//! with the calendar at work. Whatever was accepted, nothing overlaps or is missing that the law wants, and what was answered at an
//! instant is answered again byte for byte.
mod commands;
mod family;
mod rules;

use crate::{
    filing::{decide_on, fresh_key},
    harness::{
        caller::{Caller, Response},
        chance::Chance,
        world::World,
    },
};
use chrono::{Duration, NaiveDate, SecondsFormat};
use family::Family;
use kenpo::domain::calendar;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Families of one society, each a sequence of its own.
const FAMILIES: usize = 50;
/// Times that each of them is looked at.
const STEPS: usize = 10;

/// How many sequences: `make prove` tries more.
fn sequences() -> usize {
    if std::env::var_os("KENPO_PROVE").is_some_and(|v| v == "1") { 10_000 } else { 500 }
}

/// Kind of form → accepted, refused.
type Tried = BTreeMap<&'static str, (u32, u32)>;

/// A society, and what was tried in it.
struct Life {
    w: World,
    chance: Chance,
    tried: Tried,
    answers: Vec<(String, String)>,
}
/// Who files and who decides; signed in anew when time went by.
struct Callers {
    employers: [Caller; 2],
    staff: Caller,
}

#[test]
fn no_life_breaks_what_the_law_wants_and_nothing_that_was_answered_changes() {
    let societies = sequences().div_ceil(FAMILIES);
    let tried = std::thread::scope(|s| {
        let halves = [0, 1].map(|half| s.spawn(move || lives((half..societies).step_by(2))));
        let mut all = Tried::new();
        for half in halves {
            for (kind, (accepted, refused)) in half.join().unwrap() {
                let of = all.entry(kind).or_default();
                *of = (of.0 + accepted, of.1 + refused);
            }
        }
        all
    });
    println!("{tried:#?}");
    for kind in commands::KINDS {
        let (accepted, _) = tried.get(kind).copied().unwrap_or_default();
        assert!(accepted >= 5, "{kind} was hardly ever accepted: these lives show little. {tried:?}");
    }
}

/// Societies one after the other; gives what was tried in all of them.
fn lives(societies: impl Iterator<Item = usize>) -> Tried {
    let mut tried = Tried::new();
    for society in societies {
        let seed = 20_261_122 + u64::try_from(society).unwrap();
        let mut life = Life { w: World::new(), chance: Chance(seed), tried, answers: Vec::new() };
        life.run(seed);
        tried = life.tried;
    }
    tried
}

impl Life {
    fn run(&mut self, seed: u64) {
        let mut families: Vec<Family> = (0..FAMILIES).map(Family::new).collect();
        for step in 0..STEPS {
            let go = self.chance.days(5, 70);
            self.w.clock.advance(go);
            self.calendar();
            let by = self.callers();
            for family in &mut families {
                self.live(&by, family);
            }
            self.w.clock.advance(Duration::seconds(1));
            rules::hold(&self.w, &format!("seed {seed}, step {step}"));
            self.look(&by, &families[step % FAMILIES]);
        }
        let by = self.callers();
        for (path, then) in &self.answers {
            assert_eq!(answered(&by.staff, path), *then, "seed {seed}: {path}");
        }
    }
    fn today(&self) -> NaiveDate {
        self.w.clock.today()
    }
    fn callers(&self) -> Callers {
        Callers {
            employers: ["employer", "other-employer"].map(|key| self.w.client(key)),
            staff: self.w.staff("clerk"),
        }
    }
    /// The worker's look, until nothing is due.
    fn calendar(&self) {
        let worker = Uuid::now_v7();
        while calendar::work(&self.w.app.kernel.db, &self.w.clock, worker).unwrap() {}
    }
    /// One thing happens to a family, and is filed and decided.
    fn live(&mut self, by: &Callers, family: &mut Family) {
        let today = self.today();
        let Some(command) = commands::next(&mut self.chance, family, today) else { return };
        let accepted = self.file(by, command.employer, &command.form);
        let count = self.tried.entry(command.kind).or_default();
        if let Some(outcome) = accepted {
            count.0 += 1;
            (command.then)(family, &outcome);
        } else {
            count.1 += 1;
        }
        self.w.clock.advance(Duration::milliseconds(20));
    }
    /// The outcome of what was accepted; nothing when it was refused, clearly.
    fn file(&self, by: &Callers, employer: usize, form: &Value) -> Option<Value> {
        let id = [self.w.employer, self.w.other_employer][employer];
        let slip = json!({ "employer_id": id, "preparer_name": "見本 花子", "notification": form });
        let caller = &by.employers[employer];
        let filed = clear(caller.post("/v1/notifications").key(&fresh_key()).json(&slip), form)?;
        let notification: Uuid =
            filed.body["results"][0]["notification_id"].as_str().unwrap().parse().unwrap();
        let seen = by.staff.get(format!("/v1/notifications/{notification}"));
        let decided = decide_on(&by.staff, notification, seen.header("etag"), &family::decision(&seen.body));
        let Some(decided) = clear(decided, form) else {
            // what can't be accepted does not wait for ever
            let back = crate::filing::give_back();
            decide_on(&by.staff, notification, seen.header("etag"), &back).expect(200);
            return None;
        };
        Some(decided.body["outcome"].clone())
    }
    /// Keeps what is answered about a family at this instant.
    fn look(&mut self, by: &Callers, family: &Family) {
        let Some(member) = family.member else { return };
        let now = self.w.clock.now().to_rfc3339_opts(SecondsFormat::Millis, true);
        let on = self.today() - self.chance.days(0, 400);
        self.w.clock.advance(Duration::milliseconds(20));
        for path in [
            format!("/v1/members/{member}?known_at={now}"),
            format!("/v1/members/{member}?known_at={now}&as_of={on}"),
            format!("/v1/members/{member}/history?known_at={now}"),
            format!("/v1/members/{member}/dependents?known_at={now}&as_of={on}"),
            format!("/v1/members/{member}/standard-remunerations?known_at={now}"),
            format!("/v1/members/{member}/standard-remunerations?known_at={now}&as_of={on}"),
            format!("/v1/members/{member}/standard-bonuses?known_at={now}"),
            format!("/v1/members/{member}/leaves?known_at={now}"),
        ] {
            let text = answered(&by.staff, &path);
            self.answers.push((path, text));
        }
    }
}
fn answered(staff: &Caller, path: &str) -> String {
    let answer = staff.get(path);
    assert!(matches!(answer.status, 200 | 404), "{path}: {}", answer.text);
    // a refusal names its request
    if answer.status == 200 { answer.text } else { answer.body["code"].to_string() }
}
/// A refusal is a clear one: never a failure of the society.
fn clear(r: Response, form: &Value) -> Option<Response> {
    assert!(matches!(r.status, 200 | 202 | 409 | 422), "{} to {form}: {}", r.status, r.text);
    (r.status < 300).then_some(r)
}
