//! What the product does of itself, by the calendar: who it is, when, and its entry in the trail. And the act that a change of history
//! records, which only a permit or an errand can make.
use super::{
    Actor, Operation, Permit, Problem, Tx, Zone,
    clock::Clock,
    trail::{self, Entry, Outcome},
};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// Work that nobody asked for, done by the worker under one id.
pub struct Errand {
    actor: Actor,
    operation: &'static str,
    request_id: Uuid,
    at: DateTime<Utc>,
    today: NaiveDate,
    clock: Clock,
}
impl Errand {
    /// Begins one. `name` is the actor's in the trail, `operation` the label of its entries (letters only).
    pub fn new(name: &str, operation: &'static str, clock: &Clock) -> Self {
        Self {
            actor: Actor::system(name),
            operation,
            request_id: Uuid::now_v7(),
            at: clock.now(),
            today: clock.today(),
            clock: clock.clone(),
        }
    }
    /// When it is done.
    pub fn now(&self) -> DateTime<Utc> {
        self.at
    }
    /// The day in Japan on which it is done.
    pub fn today(&self) -> NaiveDate {
        self.today
    }
    /// Its entry about a thing: whose affairs it lies in, whose data changed, how many rows.
    pub fn entry(
        &self,
        subject: (&'static str, Uuid),
        employer_id: Option<Uuid>,
        persons: Vec<Uuid>,
        detail: serde_json::Value,
    ) -> Entry {
        Entry {
            id: Uuid::now_v7(),
            at: self.at,
            operation: self.operation,
            kind: "write",
            status: 200,
            outcome: Outcome::Allowed,
            code: None,
            actor_kind: self.actor.kind.name().into(),
            actor_id: None,
            actor_name: Some(self.actor.name.to_string()),
            client_id: None,
            session_id: None,
            zone: Zone::Closed.name(),
            address: "local".into(),
            terminal: None,
            request_id: self.request_id,
            subject_kind: Some(subject.0),
            subject_id: Some(subject.1),
            employer_id,
            persons,
            disclosed: Vec::new(),
            purpose: None,
            reason_code: None,
            case_id: None,
            policies: Vec::new(),
            row_count: None,
            repeats: 1,
            detail: Some(detail),
        }
    }
    /// Its entry when it came to nothing: nothing changed, and the code says why.
    pub fn failed_entry(
        &self,
        code: &str,
        subject: (&'static str, Uuid),
        employer_id: Option<Uuid>,
        detail: serde_json::Value,
    ) -> Entry {
        let entry = self.entry(subject, employer_id, Vec::new(), detail);
        Entry { status: 500, outcome: Outcome::Failed, code: Some(code.into()), ..entry }
    }
    /// Its entries about people, up to [`trail::PEOPLE_MOST`] in each; `detail` is given how many. Nobody: no entry.
    pub fn entries(
        &self,
        subject: (&'static str, Uuid),
        employer_id: Option<Uuid>,
        persons: &[Uuid],
        detail: impl Fn(usize) -> serde_json::Value,
    ) -> Vec<Entry> {
        let some = |some: &[Uuid]| Entry {
            row_count: i32::try_from(some.len()).ok(),
            ..self.entry(subject, employer_id, some.to_vec(), detail(some.len()))
        };
        persons.chunks(trail::PEOPLE_MOST).map(some).collect()
    }
}

/// By whom, when and with which notification a change of history is recorded. Stores take it where both a request and the worker
/// may write.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    by: Uuid,
    at: DateTime<Utc>,
    source: Option<Uuid>,
}
impl Act {
    /// Of a caller whom the policy lets do it.
    /// # Errors
    /// 401 before sign-in.
    pub fn permitted<Op: Operation>(
        tx: &Tx<'_>,
        _: &Permit<Op>,
        source: Option<Uuid>,
    ) -> Result<Self, Problem> {
        Ok(Self { by: tx.actor()?.id, at: tx.now(), source })
    }
    /// Of the product itself, on the order of somebody whom the policy let give it: who ordered is who is recorded. Else as [`Act::of`].
    pub fn ordered(errand: &Errand, by: Uuid, known: Option<DateTime<Utc>>) -> Self {
        Self { by, ..Self::of(errand, known) }
    }
    /// Of the product itself, now, and not before `known`, the latest instant at which anything was recorded of the persons: to be made
    /// when they are held.
    pub fn of(errand: &Errand, known: Option<DateTime<Utc>>) -> Self {
        let now = errand.clock.now();
        Self { by: errand.actor.id, at: known.map_or(now, |known| known.max(now)), source: None }
    }
    /// Who.
    pub fn by(&self) -> Uuid {
        self.by
    }
    /// When.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }
    /// Notification that it came with.
    pub fn source(&self) -> Option<Uuid> {
        self.source
    }
}
