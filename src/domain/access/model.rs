//! Rows, registrations and codes of access.
use crate::kernel::{
    Actor, ActorKind, Zone,
    live::{ClientFacts, UserFacts},
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{QueryableByName, sql_types as t};
use std::sync::Arc;
use uuid::Uuid;

/// Every scope and what it opens, in words that a person understands.
pub const SCOPES: &[(&str, &str)] = &[
    ("members:read", "被保険者を参照する / read insured persons"),
    ("members:write", "被保険者の連絡先を変更する / change contact details of insured persons"),
    ("dependents:read", "被扶養者を参照する / read dependents"),
    ("confirmations:read", "被扶養者の現況確認を参照する / read the yearly confirmation of dependents"),
    ("confirmations:answer", "被扶養者の現況確認に回答する / answer the yearly confirmation of dependents"),
    (
        "confirmations:manage",
        "被扶養者の現況確認を実施・決定する / run and decide the yearly confirmation of dependents",
    ),
    ("employers:read", "事業所を参照する / read employers"),
    ("employers:write", "事業所を登録・変更する / register and change employers"),
    ("calendar:read", "暦による処理を参照する / read what is done by the calendar"),
    ("voluntary:read", "任意継続の設定を参照する / read settings of voluntary continuation"),
    (
        "voluntary:write",
        "任意継続の設定を登録・承認する / ask for and approve settings of voluntary continuation",
    ),
    (
        "voluntary:collect",
        "任意継続の保険料未納を登録する / record unpaid premiums of voluntary continuation",
    ),
    ("calculations:run", "標準報酬などを試算する / run calculations of standard remuneration"),
    (
        "remuneration:read",
        "標準報酬・標準賞与・休業とその説明を参照する / read standard remuneration, bonuses and leaves and their explanation",
    ),
    ("protections:read", "支援措置と送付先を参照する / read protections and where letters go"),
    ("protections:write", "支援措置を開始・延長・終了する / set, prolong and lift protections"),
    ("public-expenses:read", "公費を参照する / read public expenses"),
    ("public-expenses:write", "公費を登録・訂正する / record and correct public expenses"),
    ("persons:merge", "名寄せを申請・決定する / ask for and decide the merge of two person ids"),
    ("notifications:submit", "届出を提出する / file notifications"),
    ("notifications:read", "届出と結果を参照する / read notifications and results"),
    ("notifications:decide", "届出を審査する / decide notifications"),
    ("notifications:key", "紙の届出を入力・確認する / key notifications from paper and check the entry"),
    (
        "personal-number:read",
        "目的を限って個人番号を見る / see personal numbers for one purpose, case and up to 20 people",
    ),
    ("personal-number:write", "個人番号を登録する / register personal numbers, write-only"),
    ("personal-number:verify", "個人番号を照合する / ask whether a personal number is right"),
    ("audit:read", "操作ログを参照する / read the audit log"),
    ("audit:export", "操作ログを出力する / export the audit log"),
    ("session:end", "自分のセッションを終了する / end the own session"),
];
/// Scope that every signed-in person has.
pub const SESSION_SCOPE: &str = "session:end";
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

/// A person to be entered in the user register.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// User id.
    pub id: Uuid,
    /// Sign-in name.
    pub login: String,
    /// Name shown in the trail.
    pub display_name: String,
    /// Section.
    pub section: String,
    /// 事務: enrolment, benefits, collection.
    pub purposes: Vec<String>,
    /// Scopes of a sign-in; ending the own session comes with every sign-in.
    pub scopes: Vec<String>,
    /// Out of [`super::hash_password`].
    pub password_hash: String,
    /// First day of the id.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_until: Option<NaiveDate>,
    /// Personal-number privilege from, until.
    pub number: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
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
pub(super) struct UserRow {
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
    #[diesel(sql_type = t::Text)]
    login: String,
    #[diesel(sql_type = t::Text)]
    display_name: String,
    #[diesel(sql_type = t::Text)]
    section: String,
    #[diesel(sql_type = t::Array<t::Text>)]
    purposes: Vec<String>,
    #[diesel(sql_type = t::Array<t::Text>)]
    scopes: Vec<String>,
    #[diesel(sql_type = t::Bool)]
    is_active: bool,
    #[diesel(sql_type = t::Date)]
    valid_from: NaiveDate,
    #[diesel(sql_type = t::Nullable<t::Date>)]
    valid_until: Option<NaiveDate>,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    number_from: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    number_until: Option<DateTime<Utc>>,
}
impl From<UserRow> for UserFacts {
    fn from(r: UserRow) -> Self {
        let mut scopes = r.scopes;
        if !scopes.iter().any(|s| s == SESSION_SCOPE) {
            scopes.push(SESSION_SCOPE.into());
        }
        Self {
            id: r.id,
            login: r.login,
            name: r.display_name,
            section: r.section,
            purposes: r.purposes,
            scopes,
            is_active: r.is_active,
            valid: (r.valid_from, r.valid_until),
            number: (r.number_from, r.number_until),
        }
    }
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
pub fn actor_of_user(user: &UserFacts, session: &Session, zone: Zone, now: DateTime<Utc>) -> Actor {
    Actor {
        kind: ActorKind::User,
        id: user.id,
        section: user.section.as_str().into(),
        purposes: user.purposes.clone().into(),
        session: Some(session.id),
        has_number_privilege: user.has_number_privilege(now),
        auth_time: Some(session.authenticated_at.timestamp()),
        zone,
        ..Actor::system(&user.name)
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
