//! What is asked for: a name, or contact details.
use super::super::{
    identity::{self, Rename},
    model::MemberRow,
    name_api::NameChange,
    rules::pieces::Contact,
    views::Seen,
};
use crate::{
    domain::approvals::RegistrationState,
    kernel::{Facts, Kind, Operation, Permit, Problem, Subject, Tx, input::plain_text},
    values::kana,
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types as t;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// 連絡先. An absent member stays, null clears.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ContactChange {
    /// 連絡先 郵便番号.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 8), custom(function = "plain_text"))]
    #[schema(value_type = Option<String>, max_length = 8)]
    contact_postal_code: Option<Option<String>>,
    /// 連絡先住所.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 300), custom(function = "plain_text"))]
    #[schema(value_type = Option<String>, max_length = 300)]
    contact_address: Option<Option<String>>,
    /// 電話番号.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 15), custom(function = "plain_text"))]
    #[schema(value_type = Option<String>, max_length = 15)]
    phone: Option<Option<String>>,
}
fn given<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(d).map(Some)
}
crate::json_body!("application/json": ContactChange);
impl ContactChange {
    /// The contact details that it leaves of a member.
    fn put(&self, member: &MemberRow) -> Contact {
        let or = |given: &Option<Option<String>>, known: &Option<String>| {
            given.clone().unwrap_or_else(|| known.clone())
        };
        Contact {
            postal_code: or(&self.contact_postal_code, &member.contact_postal_code),
            text: or(&self.contact_address, &member.contact_address),
            phone: or(&self.phone, &member.phone),
        }
    }
    /// Records it from a day on.
    /// # Errors
    /// 409 `nothing-new`.
    pub fn record<Op: Operation>(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit<Op>,
        (member, from): (&MemberRow, NaiveDate),
    ) -> Result<(), Problem> {
        let contact = self.put(member);
        let known = Contact {
            postal_code: member.contact_postal_code.clone(),
            text: member.contact_address.clone(),
            phone: member.phone.clone(),
        };
        if contact == known {
            return Err(nothing_new());
        }
        identity::change_contact(tx, permit, (member.person_id, from), contact)
    }
}
fn nothing_new() -> Problem {
    Problem::conflict(
        "nothing-new",
        "連絡先は記録どおりです",
        "The contact details are recorded like that already",
    )
}
impl NameChange {
    /// Records it.
    /// # Errors
    /// 409 `no-name-then`, `nothing-new`.
    pub fn record<Op: Operation>(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit<Op>,
        (person, asked_on): (Uuid, NaiveDate),
    ) -> Result<(), Problem> {
        let reading = self.name_kana.as_deref().map(kana::canonical_kana);
        let r = Rename {
            name: self.name.as_deref(),
            name_kana: reading.as_deref(),
            valid_from: self.valid_from,
            reason: self.reason,
            received_on: self.received_on.unwrap_or(asked_on),
            source: None,
        };
        identity::rename(tx, permit, person, &r)
    }
}
/// What is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stated {
    /// A name or a reading.
    Name(NameChange),
    /// Contact details.
    Contact(ContactChange),
}
impl Stated {
    /// Which of them, as it is stored.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Name(_) => "name",
            Self::Contact(_) => "contact",
        }
    }
    /// What the second person is asked about, of a person who changed so often.
    /// # Errors
    /// 503 when it can't be written.
    pub fn told(&self, person: Uuid, version: i32) -> Result<[Vec<u8>; 3], Problem> {
        let stated = self.stored()?.to_string().into_bytes();
        Ok([person.as_bytes().to_vec(), stated, version.to_be_bytes().to_vec()])
    }
    /// As it is stored.
    /// # Errors
    /// 503 when it can't be written.
    pub fn stored(&self) -> Result<serde_json::Value, Problem> {
        serde_json::to_value(self).map_err(|_| Problem::unavailable("change-unwritable"))
    }
}
crate::row! {
    /// A change that was asked for.
    pub struct IdentityChangeRow {
        /// Id.
        id: t::Uuid => Uuid,
        /// Whose.
        person_id: t::Uuid => Uuid,
        /// What is asked for.
        stated: t::Jsonb => serde_json::Value,
        /// Counts changes of the person; as it was when it was asked for.
        person_version: t::Integer => i32,
        /// When it was asked for, as a day in Japan.
        asked_on: t::Date => NaiveDate,
        /// Where the second person's look stands.
        state: t::Text => String,
        /// When it was asked for.
        requested_at: t::Timestamptz => DateTime<Utc>,
        /// When the second person looked.
        decided_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Where the person is would tell where somebody is who is protected (支援措置).
        is_protected: t::Bool => bool,
    }
}
impl IdentityChangeRow {
    /// What is asked for.
    /// # Errors
    /// 503 when what is stored can't be read.
    pub fn stated(&self) -> Result<Stated, Problem> {
        serde_json::from_value(self.stated.clone())
            .map_err(|_| Problem::unavailable("stored-change-unreadable"))
    }
}
impl Subject for IdentityChangeRow {
    fn facts(&self) -> Facts {
        Facts::of("IdentityChange", self.id).about(self.person_id).protected(self.is_protected)
    }
    fn classes(&self) -> &'static [&'static str] {
        match (self.stated.get("name").is_some(), self.is_protected) {
            (true, _) => &["identity"],
            (false, false) => &["contact"],
            // where somebody is who is protected: noted by whoever shows it
            (false, true) => &[],
        }
    }
}
/// 氏名または連絡先の変更の登録.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IdentityChange {
    /// Id.
    id: Uuid,
    /// Whose.
    person_id: Uuid,
    /// 氏名・振り仮名, where those change.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    name: Option<NameChange>,
    /// 連絡先, where it changes; for those alone who may see where the person is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    contact: Option<ContactChange>,
    /// Where it stands.
    state: RegistrationState,
    /// When it was asked for.
    requested_at: DateTime<Utc>,
    /// When the second person looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    decided_at: Option<DateTime<Utc>>,
}
impl IdentityChange {
    /// As whoever may see it sees it.
    /// # Errors
    /// 503 when what is stored can't be read.
    pub fn of(tx: &Tx<'_>, r: IdentityChangeRow) -> Result<Self, Problem> {
        let (name, contact) = match r.stated()? {
            Stated::Name(name) => (Some(name), None),
            Stated::Contact(contact) => (None, Seen::of(tx, &r.facts())?.shown(Some(contact))),
        };
        Ok(Self {
            id: r.id,
            person_id: r.person_id,
            name,
            contact,
            state: RegistrationState::of(&r.state)?,
            requested_at: r.requested_at,
            decided_at: r.decided_at,
        })
    }
}
/// Some detail is stated.
/// # Errors
/// 422 `missing-field` where nothing is stated.
pub fn require_stated(c: &ContactChange) -> Result<(), Problem> {
    if c.contact_postal_code.is_some() || c.contact_address.is_some() || c.phone.is_some() {
        return Ok(());
    }
    let said = ("変更する項目が必要です", "something to change is required");
    Err(Problem::new(Kind::Invalid).at("/contact_address", "missing-field", said))
}
