//! Rows, registrations and codes of access.
use crate::kernel::{
    Actor, ActorKind, Zone,
    live::{ClientFacts, UserFacts},
};
use chrono::{DateTime, Utc};
use diesel::{QueryableByName, sql_types as t};
use std::sync::Arc;
use uuid::Uuid;

/// Scope of the scoped token; nobody has it at sign-in, however privileged.
pub const NUMBER_SCOPE: &str = "personal-number:read";
/// Name under which people sign in: the society's own front end, a public client.
pub const OWN_CLIENT: &str = "kenpo";

/// Why the linkage is switched on: a code, never free text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantReason {
    /// 届出の審査.
    Examination,
    /// 登録内容の訂正.
    Correction,
    /// 本人確認.
    IdentityCheck,
    /// 情報照会.
    IntermediaryInquiry,
    /// 本人・事業主からの照会への回答.
    Enquiry,
}
impl GrantReason {
    /// All codes.
    pub const ALL: &'static [Self] =
        &[Self::Examination, Self::Correction, Self::IdentityCheck, Self::IntermediaryInquiry, Self::Enquiry];
    /// The code as it is asked for, kept and recorded.
    pub fn code(self) -> &'static str {
        match self {
            Self::Examination => "examination",
            Self::Correction => "correction",
            Self::IdentityCheck => "identity_check",
            Self::IntermediaryInquiry => "intermediary_inquiry",
            Self::Enquiry => "enquiry",
        }
    }
    /// The reason of a code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|r| r.code() == code)
    }
}

/// A system to be registered: with public keys, a secret or both.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// Client id of the record.
    pub id: Uuid,
    /// OAuth client_id.
    pub client_key: String,
    /// Name shown in the trail.
    pub name: String,
    /// employer_system, third_party or auditor.
    pub kind: String,
    /// Scopes it may ask for.
    pub scopes: Vec<String>,
    /// Keyed digest of its secret, out of [`super::store::new_secret`].
    pub secret_digest: Option<Vec<u8>>,
    /// Its public keys (RFC 7517).
    pub jwks: Option<serde_json::Value>,
}

#[derive(QueryableByName)]
pub(super) struct ClientRow {
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
    #[diesel(sql_type = t::Text)]
    client_key: String,
    #[diesel(sql_type = t::Text)]
    name: String,
    #[diesel(sql_type = t::Text)]
    kind: String,
    #[diesel(sql_type = t::Array<t::Text>)]
    scopes: Vec<String>,
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    secret_digest: Option<Vec<u8>>,
    #[diesel(sql_type = t::Nullable<t::Jsonb>)]
    jwks: Option<serde_json::Value>,
    #[diesel(sql_type = t::Bool)]
    is_active: bool,
}
impl From<ClientRow> for ClientFacts {
    fn from(r: ClientRow) -> Self {
        Self {
            id: r.id,
            key: r.client_key,
            name: r.name,
            kind: r.kind,
            scopes: r.scopes,
            secret_digest: r.secret_digest,
            jwks: r.jwks,
            is_active: r.is_active,
            employers: Vec::new(),
        }
    }
}

/// A session of a person.
#[derive(QueryableByName, Clone, Debug)]
pub struct Session {
    /// Session id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Whose.
    #[diesel(sql_type = t::Uuid)]
    pub user_id: Uuid,
    /// When the password was given.
    #[diesel(sql_type = t::Timestamptz)]
    pub authenticated_at: DateTime<Utc>,
    /// When it ends unless refreshed.
    #[diesel(sql_type = t::Timestamptz)]
    pub idle_until: DateTime<Utc>,
    /// When it ends in any case.
    #[diesel(sql_type = t::Timestamptz)]
    pub ends_at: DateTime<Utc>,
    /// When it was ended.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub ended_at: Option<DateTime<Utc>>,
}
impl Session {
    /// May go on at that instant.
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && at < self.ends_at
    }
}

/// The caller that a sign-in turned out to be.
pub fn actor_of_user(user: &UserFacts<'_>, session: &Session, zone: Zone) -> Actor {
    Actor {
        session: Some(session.id),
        auth_time: Some(session.authenticated_at.timestamp()),
        zone,
        ..Actor::person(user)
    }
}
/// The caller that a client turned out to be.
pub fn actor_of_client(client: &ClientFacts, zone: Zone) -> Actor {
    Actor {
        kind: ActorKind::Client(client.kind.clone()),
        id: client.id,
        scopes: Arc::from(client.scopes.clone()),
        zone,
        ..Actor::system(&client.name)
    }
}
