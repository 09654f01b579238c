//! A form, a record or a confirmation goes to the society, is looked at ahead, and is decided.
use super::{
    Callers, Life, ahead,
    commands::Way,
    family::{self, Family},
};
use crate::{
    filing::{accept, decide_on, fresh_key, give_back, id, new_person},
    harness::{
        caller::{Caller, Response},
        world::World,
    },
};
use chrono::{Duration, NaiveDate};
use serde_json::{Value, json};
use uuid::Uuid;

impl Life {
    /// The outcome of what was accepted; nothing when it was refused, clearly.
    pub fn tell(&mut self, by: &Callers, family: &Family, way: Way, form: &Value) -> Option<Value> {
        let employer = |n: usize| [self.w.employer, self.w.other_employer][n];
        match way {
            Way::Unpaid => {
                let member = format!("/v1/members/{}", family.member?);
                clear_read(&by.staff.get(&member))?;
                let ask = by.collection.post(format!("{member}/voluntary-defaults")).key(&fresh_key());
                let asked = clear(ask.json(form), form)?;
                approved(&by.second_collection, ("voluntary-defaults", &asked.body), form)
            }
            Way::AskedFor { read, path } => {
                let read = by.staff.get(read);
                // who left is not there to be changed
                let ask = by.staff.post(path).header("if-match", clear_read(&read)?).key(&fresh_key());
                let asked = clear(ask.json(form), form)?;
                approved(&by.second, ("identity-changes", &asked.body), form)
            }
            Way::Recorded { read, path } => {
                let read = by.staff.get(read);
                let tag = clear_read(&read)?;
                let told = clear(by.staff.post(&path).header("if-match", tag).json(form), form)?;
                if form["step"] != "request" {
                    return Some(told.body);
                }
                // another one confirms what was asked for
                let mut agreed = form.clone();
                agreed["step"] = json!("approve");
                let tag = told.header("etag").to_owned();
                clear(by.second.post(path).header("if-match", &tag).json(&agreed), form).map(|r| r.body)
            }
            Way::Waits(_) => None,
            Way::Withdraws(member) => self.withdraw(by, member, form),
            Way::Anew(n) => {
                let sent = self.send(by, (employer(n), Some(n)), form, None)?;
                let is_proposed = sent.seen.body["same_person_proposals"].get(0).is_some();
                decide(&self.w, by, &sent, form, &if is_proposed { new_person("insured") } else { accept() })
            }
            Way::Merges { surviving, merged } => merge(by, surviving, merged),
            Way::Confirms(dependent) => self.confirm(by, dependent, form),
            Way::Filed(n) if self.chance.below(9) == 0 => self.again(by, n, form),
            // some of what employers file comes on paper
            Way::Filed(n) if self.chance.below(8) == 0 => {
                self.file(by, (employer(n), None), form, Some(self.today()))
            }
            Way::Filed(n) => self.file(by, (employer(n), Some(n)), form, None),
            Way::Keyed(received_on) => self.file(by, (self.office, None), form, Some(received_on)),
        }
    }
    /// Files by an employer, or keys and checks by staff, and decides.
    fn file(
        &mut self,
        by: &Callers,
        from: (Uuid, Option<usize>),
        form: &Value,
        received_on: Option<NaiveDate>,
    ) -> Option<Value> {
        let sent = self.send(by, from, form, received_on)?;
        let decision = family::decision(&sent.seen.body);
        decide(&self.w, by, &sent, form, &decision)
    }
    /// The employer takes a waiting form back, or staff returns it; then it is filed again, and that one is decided.
    fn again(&mut self, by: &Callers, n: usize, form: &Value) -> Option<Value> {
        let from = ([self.w.employer, self.w.other_employer][n], Some(n));
        let first = self.send(by, from, form, None)?;
        let path = format!("/v1/notifications/{}", first.id);
        let taken_back = || by.employers[n].post(format!("{path}/withdrawal")).send(b"");
        let mut naming = form.clone();
        naming["resubmission_of"] = json!(first.id);
        let (kind, second) = if self.chance.below(2) == 0 {
            decide_on(&by.staff, first.id, first.seen.header("etag"), &give_back()).expect(200);
            taken_back().refused(409, "already-decided");
            let second = self.send(by, from, &naming, None);
            assert!(self.send(by, from, &naming, None).is_none(), "resubmitted twice: {form}");
            ("resubmitted form", second)
        } else {
            assert!(self.send(by, from, &naming, None).is_none(), "what waits was resubmitted: {form}");
            taken_back().expect(200);
            let decided = decide_on(&by.staff, first.id, first.seen.header("etag"), &accept());
            assert!(matches!(decided.status, 409 | 412), "{form}: {}", decided.text);
            assert!(
                self.send(by, from, &naming, None).is_none(),
                "what was taken back was resubmitted: {form}"
            );
            ("form that was taken back", self.send(by, from, form, None))
        };
        let second = second.unwrap_or_else(|| panic!("it was taken once, and is not again: {form}"));
        let decision = family::decision(&second.seen.body);
        let outcome = decide(&self.w, by, &second, form, &decision);
        self.count(kind, outcome.is_some());
        outcome
    }
    /// Files by an employer, or keys and checks by staff, and looks ahead.
    pub fn send(
        &mut self,
        by: &Callers,
        (office, filer): (Uuid, Option<usize>),
        form: &Value,
        received_on: Option<NaiveDate>,
    ) -> Option<Sent> {
        let slip = json!({ "employer_id": office, "preparer_name": "見本 花子", "notification": form });
        let looks = ahead::is_told(form) && self.chance.below(4) == 0;
        let dry = filer.filter(|_| looks).and_then(|n| ahead::dry(&by.employers[n], &slip));
        let filed = match filer {
            Some(n) => by.employers[n].post("/v1/notifications"),
            None => {
                let received_on = received_on.unwrap_or_else(|| self.today());
                by.staff.post(format!("/v1/keyed-notifications?received_on={received_on}"))
            }
        };
        let filed = clear(filed.key(&fresh_key()).json(&slip), form)?;
        let id = id(&filed.body["results"][0]["notification_id"]);
        if filer.is_none() {
            crate::decisions::check(&by.second, id, &crate::decisions::matches()).expect(200);
        }
        let seen = by.staff.get(format!("/v1/notifications/{id}"));
        let told = looks.then(|| ahead::preview(&by.staff, id, form));
        Some(Sent { id, seen, dry, told })
    }
    /// 取消 by two people of a decision that can be withdrawn, and sometimes of one that can't; what was told to the first is what the second did.
    fn withdraw(&mut self, by: &Callers, member: Uuid, form: &Value) -> Option<Value> {
        let which = if self.chance.below(3) > 0 {
            "and superseded_at is null and (rule like '%revision' or rule = 'regular_determination')"
        } else {
            ""
        };
        let all = self.w.rows(&format!(
            "select decision_id as id, rule, to_char(applies_from, 'YYYY-MM') as month from standard_remuneration \
             where person_id = '{member}' {which} order by row_id"
        ));
        let count = u64::try_from(all.len()).unwrap();
        let decision = all.get(usize::try_from(self.chance.below(count.max(1))).unwrap())?;
        let path = format!("/v1/standard-remunerations/{}/withdrawals", id(&decision["id"]));
        let asked = clear(by.staff.post(path).json(form), form)?.body;
        let path = format!("/v1/remuneration-withdrawals/{}/decision", id(&asked["id"]));
        if self.chance.below(4) == 0 {
            by.staff.post(&path).json(&json!({ "decision": "approve" })).refused(409, "same-person");
        }
        self.w.clock.advance(Duration::milliseconds(20));
        let Some(done) = clear(by.second.post(&path).json(&json!({ "decision": "approve" })), form) else {
            by.second.post(path).json(&json!({ "decision": "reject" })).expect(200);
            return None;
        };
        assert_eq!(asked["changes"], done.body["changes"], "{decision}");
        Some(decision.clone())
    }
    /// An answer to a confirmation, by the employer or on paper, and what staff finds.
    fn confirm(&mut self, by: &Callers, dependent: Uuid, form: &Value) -> Option<Value> {
        let asked = self.w.rows(&format!(
            "select id, employer_id from confirmation where dependent_id = '{dependent}' order by created_at desc limit 1"
        ));
        let path = format!("/v1/confirmations/{}", id(&asked.first()?["id"]));
        let employer = usize::from(id(&asked[0]["employer_id"]) == self.w.other_employer);
        let tag = || by.staff.get(&path).header("etag").to_owned();
        let send = |by: &Caller, what: &str, body: &Value| {
            clear(by.post(format!("{path}/{what}")).header("if-match", &tag()).json(body), body)
        };
        let answers = if self.chance.below(2) == 0 { &by.employers[employer] } else { &by.staff };
        // an employer answers for its own people alone
        clear_read(&answers.get(&path))?;
        send(answers, "answer", &form["answer"])?;
        let mut decision = form["decision"].clone();
        let evidence = decision.get("evidence").map_or(json!({}), |evidence| json!({ "evidence": evidence }));
        if decision["decision"] == "remove" {
            return send(&by.staff, "decision", &decision).map(|r| r.body);
        }
        let told = clear(by.staff.post(format!("{path}/decision-preview")).json(&evidence), form)?;
        if told.body["needs_reason"] == true {
            decision["departure"] = json!({ "reason": "insurers_judgement", "note": "実態による" });
        }
        let decided = send(&by.staff, "decision", &decision)?;
        let explained = by.staff.get(format!("/v1/dependents/{dependent}/recognition/explanation"));
        assert_eq!(explained.body["finding"], told.body["finding"], "{form}");
        Some(decided.body)
    }
}
/// What waits to be decided, and what is told ahead of it.
pub struct Sent {
    pub id: Uuid,
    pub seen: Response,
    dry: Option<Value>,
    told: Option<Response>,
}
impl Sent {
    /// What was told ahead is what was decided.
    #[track_caller]
    pub fn agree(&self, form: &Value, decided: &Response) {
        if let Some(told) = &self.told {
            ahead::agree(form, (self.dry.as_ref(), told, decided));
        }
    }
}
/// Decides what waits; what can't be accepted is given back, and does not wait for ever.
pub fn decide(w: &World, by: &Callers, sent: &Sent, form: &Value, decision: &Value) -> Option<Value> {
    let tag = sent.seen.header("etag");
    let decided = match sent.told {
        Some(_) => crate::ahead::decide(w, &by.staff, sent.id, decision),
        None => decide_on(&by.staff, sent.id, tag, decision),
    };
    sent.agree(form, &decided);
    let Some(decided) = clear(decided, form) else {
        decide_on(&by.staff, sent.id, tag, &give_back()).expect(200);
        return None;
    };
    Some(decided.body["outcome"].clone())
}
/// Two ids of one person become one: asked for by one, done by another.
fn merge(by: &Callers, surviving: Uuid, merged: Uuid) -> Option<Value> {
    let path = format!("/v1/persons/{surviving}");
    let tag = by.staff.get(format!("{path}/public-expenses")).header("etag").to_owned();
    let body = json!({ "merged_person_id": merged, "reason": "employer_move" });
    let asked = by.staff.post(format!("{path}/merges")).header("if-match", &tag).json(&body);
    let path = format!("/v1/person-merges/{}/decision", id(&clear(asked, &body)?.body["id"]));
    let done = clear(by.second.post(&path).json(&json!({ "decision": "approve" })), &body);
    if done.is_none() {
        by.second.post(path).json(&json!({ "decision": "reject" })).expect(200);
    }
    done.map(|r| r.body)
}
/// What one asked for, another one approves; what can't be is turned down, and does not wait for ever.
fn approved(by: &Caller, (what, asked): (&str, &Value), form: &Value) -> Option<Value> {
    let path = format!("/v1/{what}/{}/decision", id(&asked["id"]));
    let done = clear(by.post(&path).json(&json!({ "ruling": "approve" })), form);
    if done.is_none() {
        by.post(path).json(&json!({ "ruling": "reject" })).expect(200);
    }
    done.map(|r| r.body)
}
/// The version that is read, where there is something to be read.
fn clear_read(r: &Response) -> Option<&str> {
    assert!(matches!(r.status, 200 | 404), "{}: {}", r.status, r.text);
    (r.status == 200).then(|| r.header("etag"))
}
/// A refusal is a clear one: never a failure of the society.
pub fn clear(r: Response, form: &Value) -> Option<Response> {
    assert!(matches!(r.status, 200..=202 | 409 | 422), "{} to {form}: {}", r.status, r.text);
    (r.status < 300).then_some(r)
}
