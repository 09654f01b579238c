//! Simulated lives: families are hired, leave, have children, are paid, corrected, work at two offices, take leaves, continue voluntarily and
//! are taken back in an order of chance, over months and with the calendar at work. Whatever was accepted, nothing overlaps or is
//! missing that the law wants; what was told ahead is what was decided; what was decided is what anybody calculates from the same
//! facts; and what was answered at an instant is answered again byte for byte.
mod ahead;
mod calculated;
mod commands;
mod family;
mod order;
mod replay;
mod rules;

use crate::{
    filing::{count, decide_on, fresh_key, give_back, id},
    harness::{
        caller::{Caller, Response},
        chance::Chance,
        world::World,
    },
    voluntary::setting,
};
use chrono::{Duration, NaiveDate};
use commands::Way;
use family::Family;
use kenpo::{cli::seed, domain::calendar};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Families of one society, each a sequence of its own.
const FAMILIES: usize = 50;
/// Times that each of them is looked at.
const STEPS: usize = 10;
/// The step before which years go by.
const LONG: usize = 7;

/// How many sequences: `make prove` tries more.
fn sequences() -> usize {
    if std::env::var_os("KENPO_PROVE").is_some_and(|v| v == "1") { 10_000 } else { 500 }
}

/// Kind of form → accepted, refused.
type Tried = BTreeMap<&'static str, (u32, u32)>;

/// A society, and what was tried in it.
struct Life {
    w: World,
    /// The society's own office.
    office: Uuid,
    chance: Chance,
    tried: Tried,
    answers: Vec<(String, String)>,
}
/// Who files, keys, checks and decides; signed in anew when time went by.
struct Callers {
    employers: [Caller; 2],
    staff: Caller,
    second: Caller,
    collection: Caller,
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
    let by_calendar = ["75 by the calendar", "two years by the calendar"];
    for kind in commands::KINDS.iter().chain(&by_calendar) {
        let (accepted, _) = tried.get(kind).copied().unwrap_or_default();
        assert!(accepted >= 5, "{kind} was hardly ever accepted: these lives show little. {tried:?}");
    }
}

/// Societies one after the other; gives what was tried in all of them.
fn lives(societies: impl Iterator<Item = usize>) -> Tried {
    let mut tried = Tried::new();
    for society in societies {
        let seed = 20_261_122 + u64::try_from(society).unwrap();
        let mut life = Life::new(seed, tried);
        life.run(seed);
        tried = life.tried;
    }
    tried
}

impl Life {
    /// A society that set an office of its own for 任意継続.
    fn new(seed: u64, tried: Tried) -> Self {
        let w = World::new();
        let office = seed::employer(&mut w.owner(), &w.clock, 7).unwrap();
        let asked = w.staff("clerk").post("/v1/voluntary-settings").key(&fresh_key()).json(&setting(office));
        let check = format!("/v1/voluntary-settings/{}/check", id(&asked.expect(201)["id"]));
        w.staff("privileged").post(check).json(&json!({ "ruling": "approve" })).expect(200);
        Self { w, office, chance: Chance(seed), tried, answers: Vec::new() }
    }
    fn run(&mut self, seed: u64) {
        let mut families: Vec<Family> = (0..FAMILIES).map(Family::new).collect();
        for step in 0..STEPS {
            let go = if step == LONG { self.chance.days(300, 600) } else { self.chance.days(5, 70) };
            self.w.clock.advance(go);
            self.calendar();
            let by = self.callers();
            for family in &mut families {
                family.ages(self.today());
                self.live(&by, family);
            }
            self.w.clock.advance(Duration::seconds(1));
            rules::hold(&self.w, &format!("seed {seed}, step {step}"));
            self.look(&by, &families[(step * 7) % FAMILIES]);
        }
        let by = self.callers();
        for (path, then) in &self.answers {
            assert_eq!(answered(&by.staff, path), *then, "seed {seed}: {path}");
        }
        calculated::holds(&self.w, &by.employers[0], &mut self.chance, &format!("seed {seed}"));
        for (kind, by) in
            [("75 by the calendar", "loss_at_75"), ("two years by the calendar", "voluntary_term_end")]
        {
            let sql = format!(
                "select count(*) as n from calendar_effect e join calendar_run r on r.id = e.run_id \
                 where r.kind = '{by}' and e.effect = 'insured_lost'"
            );
            self.tried.entry(kind).or_default().0 += u32::try_from(count(&self.w, &sql)).unwrap();
        }
    }
    fn today(&self) -> NaiveDate {
        self.w.clock.today()
    }
    fn callers(&self) -> Callers {
        Callers {
            employers: ["employer", "other-employer"].map(|key| self.w.client(key)),
            staff: self.w.staff("clerk"),
            second: self.w.staff("privileged"),
            collection: self.w.staff("collection"),
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
        let accepted = self.tell(by, family, command.way, &command.form);
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
    fn tell(&mut self, by: &Callers, family: &Family, way: Way, form: &Value) -> Option<Value> {
        let employer = |n: usize| [self.w.employer, self.w.other_employer][n];
        match way {
            Way::NoBonus(n) => {
                let path = format!("/v1/employers/{}/no-bonus-reports", employer(n));
                let told = by.employers[n].post(path).key(&fresh_key()).json(form);
                clear(told, form).map(|r| r.body)
            }
            Way::Unpaid => {
                let path = format!("/v1/members/{}/voluntary-default", family.member?);
                clear(by.collection.post(path).json(form), form).map(|r| r.body)
            }
            // some of what employers file comes on paper
            Way::Filed(n) if self.chance.below(8) == 0 => {
                self.file(by, (employer(n), None), form, Some(self.today()))
            }
            Way::Filed(n) => self.file(by, (employer(n), Some(n)), form, None),
            Way::Keyed(received_on) => self.file(by, (self.office, None), form, Some(received_on)),
        }
    }
    /// Files by an employer, or keys and checks by staff; looks ahead; decides.
    fn file(
        &mut self,
        by: &Callers,
        (office, filer): (Uuid, Option<usize>),
        form: &Value,
        received_on: Option<NaiveDate>,
    ) -> Option<Value> {
        let slip = json!({ "employer_id": office, "preparer_name": "見本 花子", "notification": form });
        let looks = ahead::is_told(form) && self.chance.below(2) == 0;
        let dry = filer.filter(|_| looks).and_then(|n| ahead::dry(&by.employers[n], &slip));
        let filed = match filer {
            Some(n) => by.employers[n].post("/v1/notifications"),
            None => {
                let received_on = received_on.unwrap_or_else(|| self.today());
                by.staff.post(format!("/v1/keyed-notifications?received_on={received_on}"))
            }
        };
        let filed = clear(filed.key(&fresh_key()).json(&slip), form)?;
        let n = id(&filed.body["results"][0]["notification_id"]);
        if filer.is_none() {
            crate::decisions::check(&by.second, n, &crate::decisions::matches()).expect(200);
        }
        let seen = by.staff.get(format!("/v1/notifications/{n}"));
        let told = looks.then(|| ahead::preview(&by.staff, n, form));
        let decided = decide_on(&by.staff, n, seen.header("etag"), &family::decision(&seen.body));
        if let Some(told) = &told {
            ahead::agree(form, (dry.as_ref(), told, &decided));
        }
        let Some(decided) = clear(decided, form) else {
            // what can't be accepted does not wait for ever
            decide_on(&by.staff, n, seen.header("etag"), &give_back()).expect(200);
            return None;
        };
        Some(decided.body["outcome"].clone())
    }
    /// Keeps what is answered about a family at this instant.
    fn look(&mut self, by: &Callers, family: &Family) {
        let now = self.w.clock.now();
        let on = self.today() - self.chance.days(0, 400);
        self.w.clock.advance(Duration::milliseconds(20));
        for path in replay::asked(family, now, on, &mut self.chance) {
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
    assert!(matches!(r.status, 200..=202 | 409 | 422), "{} to {form}: {}", r.status, r.text);
    (r.status < 300).then_some(r)
}
