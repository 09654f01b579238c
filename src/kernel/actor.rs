//! Who asks: from a checked token and what is true of its subject now.
use super::{
    Kind, Problem,
    live::{Snapshot, UserFacts},
    token::Claims,
};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use uuid::Uuid;

/// Where a request entered: a property of the listener, never of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Zone {
    /// The society's closed network.
    Closed,
    /// Any other: takes and shows no personal number.
    Internet,
}
impl Zone {
    /// Name in policies and the trail.
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Internet => "internet",
        }
    }
}

/// What asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// A person of the society.
    User,
    /// A system; its kind.
    Client(String),
    /// The product itself (jobs, seeding).
    System,
}
impl ActorKind {
    /// Name in the trail.
    pub fn name(&self) -> &str {
        match self {
            Self::User => "user",
            Self::Client(k) => k,
            Self::System => "system",
        }
    }
}

/// A caller at the counter.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Person or system.
    pub kind: ActorKind,
    /// User or client id.
    pub id: Uuid,
    /// Name for the trail.
    pub name: Arc<str>,
    /// Section of a person, else empty.
    pub section: Arc<str>,
    /// 担当 of a person.
    pub duties: Arc<[String]>,
    /// 事務 of a person.
    pub purposes: Arc<[String]>,
    /// Employers of a client, today.
    pub employers: Arc<[Uuid]>,
    /// Scopes of this token that the record still allows.
    pub scopes: Arc<[String]>,
    /// Session of a person.
    pub session: Option<Uuid>,
    /// Holds the personal-number privilege now.
    pub has_number_privilege: bool,
    /// Record of the linkage that this token switched on.
    pub grant: Option<Uuid>,
    /// When the person proved who they are (epoch seconds).
    pub auth_time: Option<i64>,
    /// Listener.
    pub zone: Zone,
    /// Renewal count of what is known of the caller.
    pub epoch: u64,
}
impl Actor {
    /// Builds the actor of checked claims, judged by the record and the time.
    /// # Errors
    /// 401 when user, client or session are no longer valid.
    pub fn of(claims: &Claims, live: &Snapshot, zone: Zone, now: DateTime<Utc>) -> Result<Self, Problem> {
        let gone = || Problem::new(Kind::Unauthenticated);
        let today = super::clock::jst_date(now);
        let asked = || claims.scope.split(' ').filter(|s| !s.is_empty());
        if claims.kind == "user" {
            let record = live.users.get(&claims.sub).ok_or_else(gone)?;
            let signed_in = claims.auth_time.ok_or_else(gone)?;
            let user = record.at(now).filter(|u| u.holds_since(signed_in)).ok_or_else(gone)?;
            let sid = claims.sid.filter(|s| !live.ended.contains(s)).ok_or_else(gone)?;
            let scopes: Vec<String> = asked()
                .filter(|s| claims.grant.is_some() || user.entry.scopes.iter().any(|u| u == s))
                .map(Into::into)
                .collect();
            return Ok(Self {
                scopes: scopes.into(),
                session: Some(sid),
                grant: claims.grant,
                auth_time: Some(signed_in),
                zone,
                epoch: live.epoch,
                ..Self::person(&user)
            });
        }
        if claims.kind != "client" || claims.grant.is_some() {
            return Err(gone());
        }
        let client = live.clients.get(&claims.sub).filter(|c| c.is_active).ok_or_else(gone)?;
        let scopes: Vec<String> =
            asked().filter(|s| client.scopes.iter().any(|c| c == s)).map(Into::into).collect();
        Ok(Self {
            kind: ActorKind::Client(client.kind.clone()),
            id: client.id,
            name: client.name.as_str().into(),
            section: "".into(),
            duties: Arc::new([]),
            purposes: Arc::new([]),
            employers: client.employers_on(today).into(),
            scopes: scopes.into(),
            session: None,
            has_number_privilege: false,
            grant: None,
            auth_time: None,
            zone,
            epoch: live.epoch,
        })
    }
    /// A person as the register knows the person, who came by no request.
    pub fn person(user: &UserFacts<'_>) -> Self {
        Self {
            kind: ActorKind::User,
            id: user.id,
            section: user.entry.section.as_str().into(),
            duties: user.entry.duties.clone().into(),
            purposes: user.entry.purposes.clone().into(),
            has_number_privilege: user.privilege.is_some(),
            ..Self::system(&user.entry.name)
        }
    }
    /// The product itself: seeding and jobs.
    pub fn system(name: &str) -> Self {
        Self {
            kind: ActorKind::System,
            id: Uuid::nil(),
            name: name.into(),
            section: "".into(),
            duties: Arc::new([]),
            purposes: Arc::new([]),
            employers: Arc::new([]),
            scopes: Arc::new([]),
            session: None,
            has_number_privilege: false,
            grant: None,
            auth_time: None,
            zone: Zone::Closed,
            epoch: 0,
        }
    }
    /// The token carries that scope.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|s| s == scope)
    }
}
