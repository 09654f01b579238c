//! What happens to a whole society: the yearly confirmation of dependents, and a run of regular determinations.
use super::{
    Callers, Life,
    commands::Command,
    family::{self, Family},
    told::{Sent, decide},
};
use crate::{
    filing::{fresh_key, id},
    remuneration::bulk,
};
use chrono::Datelike;
use serde_json::json;
use std::collections::BTreeSet;

/// A form that waits for a run, and whose it is.
pub struct Waiting {
    family: usize,
    sent: Sent,
    command: Command,
}
impl Life {
    /// Everybody's dependents are to be confirmed.
    pub fn campaign(&mut self, by: &Callers, step: usize) {
        if step % 3 != 1 {
            return;
        }
        let today = self.today();
        let on = |chance: &mut crate::harness::chance::Chance| today + chance.days(2, 20);
        let remind_on = BTreeSet::from([on(&mut self.chance), on(&mut self.chance)]);
        let body = json!({ "name": "現況確認", "as_of": today - self.chance.days(0, 40), "remind_on": remind_on,
            "due_on": today + self.chance.days(20, 60), "takes_late_answers": step > 3 });
        let made = by.second.post("/v1/confirmation-campaigns").key(&fresh_key()).json(&body).expect(201);
        let path = format!("/v1/confirmation-campaigns/{}/start", id(&made["id"]));
        by.second.post(path).send(b"").expect(200);
    }
    /// Files what a run decides once everybody has filed.
    pub fn wait(&mut self, by: &Callers, (family, employer): (usize, usize), command: Command) {
        let office = [self.w.employer, self.w.other_employer][employer];
        match self.send(by, (office, Some(employer)), &command.form, None) {
            Some(sent) => self.waiting.push(Waiting { family, sent, command }),
            None => self.count(command.kind, false),
        }
    }
    /// A run for each year of which something waits; what it leaves is decided one by one.
    pub fn decide_at_once(&mut self, by: &Callers, families: &mut [Family]) {
        let waiting = std::mem::take(&mut self.waiting);
        let years: BTreeSet<&str> =
            waiting.iter().map(|one| &one.command.form["applies_from"].as_str().unwrap()[..4]).collect();
        for year in years {
            let year: i32 = year.parse().unwrap();
            assert!(year <= self.today().year());
            bulk::done(&self.w, &by.staff, json!({ "year": year }));
        }
        for Waiting { family, sent, command } in waiting {
            let seen = by.staff.get(format!("/v1/notifications/{}", sent.id));
            let outcome = if seen.body["state"] == "applied" {
                sent.agree(&command.form, &seen);
                Some(seen.body["outcome"].clone())
            } else {
                decide(&self.w, by, &sent, &command.form, &family::decision(&seen.body))
            };
            self.count(command.kind, outcome.is_some());
            if let Some(outcome) = outcome {
                (command.then)(&mut families[family], &outcome);
            }
        }
    }
}
