//! A request while it is asked: who, from where, for what; and what was noted for its entry.
use crate::kernel::{
    Actor, ActorKind, Kernel, Kind, Problem, Zone,
    places::Place,
    problem::Lang,
    trail::{Entry, Outcome},
};
use actix_web::HttpRequest;
use chrono::{DateTime, Utc};
use std::{
    borrow::Cow,
    collections::HashSet,
    net::IpAddr,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};
use uuid::Uuid;

/// From where and how a request came.
#[derive(Clone, Debug)]
pub struct Meta {
    /// Given by us to every request.
    pub request_id: Uuid,
    /// Network address of the peer.
    pub address: String,
    /// Terminal name that a staff front end sends.
    pub terminal: Option<String>,
    /// Listener.
    pub zone: Zone,
    /// Language of problems.
    pub lang: Lang,
}
impl Meta {
    /// Reads what the connection and headers tell; the zone is the listener's own.
    pub fn of(req: &HttpRequest, kernel: &Kernel) -> Self {
        let header = |name: &str| req.headers().get(name).and_then(|v| v.to_str().ok());
        // several lines are one list (RFC 9110 §5.3); a stranger's own words stand before those of the proxies
        let lines: Vec<&str> =
            req.headers().get_all("x-forwarded-for").map(|v| v.to_str().unwrap_or_default()).collect();
        let is_plain =
            |s: &&str| s.len() <= 64 && s.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        let terminal = header("kenpo-terminal")
            .filter(is_plain)
            .filter(|s| !crate::values::personal_number::contains_number_digits(s))
            .map(Into::into);
        let english = header("accept-language").is_some_and(|l| l.trim_start().starts_with("en"));
        Self {
            request_id: Uuid::now_v7(),
            address: address_of(req.peer_addr().map(|a| a.ip()), &lines.join(","), &kernel.proxies),
            terminal,
            zone: req.app_data::<Zone>().copied().unwrap_or(kernel.zone_default()),
            lang: if english { Lang::En } else { Lang::Ja },
        }
    }
}

/// Code of a refusal for too many requests of one caller at work at once.
const AT_ONCE: &str = "too-many-at-once";

/// Where a request came from: the peer, or, when that is one of our proxies, the nearest address before them. What a stranger
/// writes into the header is further left, or not read at all.
fn address_of(peer: Option<IpAddr>, forwarded: &str, proxies: &[IpAddr]) -> String {
    let Some(peer) = peer.map(|p| p.to_canonical()) else { return "local".into() };
    let is_ours = |hop: &IpAddr| proxies.iter().any(|p| p.to_canonical() == *hop);
    if !is_ours(&peer) {
        return peer.to_string();
    }
    let hops = forwarded.rsplit(',').map_while(|hop| hop.trim().parse::<IpAddr>().ok());
    hops.map(|hop| hop.to_canonical()).find(|hop| !is_ours(hop)).unwrap_or(peer).to_string()
}

/// What the entry will tell beside who and when.
#[derive(Clone, Debug, Default)]
pub struct Noted {
    /// Kind and id of what was asked about.
    pub subject: Option<(&'static str, Option<Uuid>)>,
    /// Employer concerned.
    pub employer: Option<Uuid>,
    /// Persons whose data left or changed.
    pub persons: Vec<Uuid>,
    /// Field classes that left.
    pub disclosed: Vec<Cow<'static, str>>,
    /// 事務, reason and case of a scoped token.
    pub purpose: Option<(String, String, Uuid)>,
    /// Policies that decided.
    pub policies: Vec<String>,
    /// Rows in the answer.
    pub rows: Option<i32>,
    /// Names of filters and the like.
    pub detail: Option<serde_json::Value>,
    /// Who it turned out to be, on sign-in.
    pub identified: Option<Actor>,
}

impl Noted {
    /// Adds people whose data leaves or changes, and field classes that leave: each once, in the order of the answer.
    pub fn left(&mut self, persons: impl IntoIterator<Item = Uuid>, classes: &[&'static str]) {
        let mut known: HashSet<Uuid> = self.persons.iter().copied().collect();
        self.persons.extend(persons.into_iter().filter(|p| known.insert(*p)));
        for class in classes {
            if !self.disclosed.iter().any(|known| known == class) {
                self.disclosed.push(Cow::Borrowed(class));
            }
        }
    }
}

/// One request at the counter.
pub struct Asking {
    /// The running kernel.
    pub kernel: Arc<Kernel>,
    /// Who asks; `None` before sign-in.
    pub actor: Option<Actor>,
    /// From where.
    pub meta: Meta,
    /// Which operation.
    pub operation: &'static str,
    /// What was noted so far: filled also when the work fails.
    pub noted: Mutex<Noted>,
    is_recorded: AtomicBool,
    known_at: OnceLock<DateTime<Utc>>,
}
impl Asking {
    /// A request of `operation` (operationId), about which nothing is noted or recorded yet.
    pub fn new(kernel: Arc<Kernel>, actor: Option<Actor>, meta: Meta, operation: &'static str) -> Self {
        let (noted, is_recorded) = (Mutex::default(), AtomicBool::new(false));
        Self { kernel, actor, meta, operation, noted, is_recorded, known_at: OnceLock::new() }
    }
    /// It asks what was known at that instant: the first one that is said holds.
    pub fn asks_what_was_known(&self, at: DateTime<Utc>) {
        let _ = self.known_at.set(at); // one query string says it once
    }
    /// The instant that it asks about.
    pub(super) fn known_at(&self) -> Option<DateTime<Utc>> {
        self.known_at.get().copied()
    }
    /// Its entry is durable: from now on no other one may say that something else came of it.
    pub(super) fn set_recorded(&self) {
        self.is_recorded.store(true, Ordering::SeqCst);
    }
    /// Is its entry durable?
    pub fn is_recorded(&self) -> bool {
        self.is_recorded.load(Ordering::SeqCst)
    }
    /// Waits for one of the connections that this caller may hold at once; before sign-in nobody is counted.
    /// # Errors
    /// 429 when too many of the caller's requests wait already, or one waited too long.
    pub async fn share(&self) -> Result<Option<Place>, Problem> {
        let Some(actor) = &self.actor else { return Ok(None) };
        let share = self.kernel.shares.take(actor.id).await.ok_or_else(|| {
            Problem::new(Kind::TooMany).because(
                AT_ONCE,
                "同時に処理中の要求が多すぎます。しばらくしてからやり直してください",
                "Too many requests of this caller are at work at once; try again later",
            )
        })?;
        Ok(Some(share))
    }
    /// Changes what is noted.
    pub fn note(&self, change: impl FnOnce(&mut Noted)) {
        if let Ok(mut noted) = self.noted.lock() {
            change(&mut noted);
        }
    }
    /// What is noted so far.
    pub fn noted(&self) -> Noted {
        self.noted.lock().map(|n| n.clone()).unwrap_or_default()
    }
    /// The entry of this request.
    pub fn entry(&self, kind: &'static str, status: u16, code: Option<&str>) -> Entry {
        let noted = self.noted();
        let actor = noted.identified.as_ref().or(self.actor.as_ref());
        let (purpose, reason_code, case_id) = match noted.purpose.clone() {
            Some((p, r, c)) => (Some(p), Some(r), Some(c)),
            None => (None, None, None),
        };
        let client_id = actor.filter(|a| matches!(a.kind, ActorKind::Client(_))).map(|a| a.id);
        Entry {
            id: Uuid::now_v7(),
            at: self.kernel.clock.now(),
            operation: self.operation,
            kind,
            status: i16::try_from(status).unwrap_or(0),
            outcome: Outcome::of(status),
            code: code.map(Into::into),
            actor_kind: actor.map_or("nobody", |a| a.kind.name()).into(),
            actor_id: actor.map(|a| a.id),
            actor_name: actor.map(|a| a.name.to_string()),
            client_id,
            session_id: actor.and_then(|a| a.session),
            zone: self.meta.zone.name(),
            address: self.meta.address.clone(),
            terminal: self.meta.terminal.clone(),
            request_id: self.meta.request_id,
            subject_kind: noted.subject.map(|s| s.0),
            subject_id: noted.subject.and_then(|s| s.1),
            employer_id: noted.employer,
            persons: noted.persons,
            disclosed: noted.disclosed,
            purpose,
            reason_code,
            case_id,
            policies: noted.policies,
            row_count: noted.rows,
            repeats: 1,
            detail: noted.detail,
        }
    }
    /// Records a refusal and gives the problem back, dressed for the caller; a flood before sign-in, or of a
    /// caller who asks too fast, is counted, not awaited.
    pub async fn refuse(&self, problem: Problem) -> Problem {
        self.note(|n| n.disclosed.clear());
        let entry = self.entry("refusal", problem.status(), Some(problem.code));
        let is_flood = self.actor.is_none() || [Kind::TooMany.slug(), AT_ONCE].contains(&problem.code);
        let entry = if is_flood { self.kernel.floods.admit(entry) } else { Some(entry) };
        let problem = match entry {
            None => problem,
            Some(entry) => match self.kernel.trail.write(vec![entry]).await {
                Ok(()) => problem,
                Err(unrecorded) => unrecorded,
            },
        };
        self.dress(problem)
    }
    /// Adds language and request id.
    pub fn dress(&self, mut problem: Problem) -> Problem {
        problem.lang = self.meta.lang;
        problem.instance = Some(self.meta.request_id);
        problem
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn only_our_proxies_are_believed() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap_or(IpAddr::from([0, 0, 0, 0]));
        let (proxy, stranger) = (ip("10.0.0.1"), ip("203.0.113.9"));
        let told = |peer, forwarded| address_of(Some(peer), forwarded, &[proxy, ip("10.0.0.2")]);
        assert_eq!(told(stranger, "198.51.100.1"), "203.0.113.9");
        assert_eq!(told(proxy, ""), "10.0.0.1");
        assert_eq!(told(proxy, "198.51.100.1"), "198.51.100.1");
        assert_eq!(told(proxy, "192.0.2.7, 198.51.100.1,10.0.0.2"), "198.51.100.1");
        assert_eq!(told(proxy, "192.0.2.7, garbage"), "10.0.0.1");
        assert_eq!(told(ip("::ffff:10.0.0.1"), "198.51.100.1"), "198.51.100.1");
        assert_eq!(address_of(None, "", &[]), "local");
    }
}
