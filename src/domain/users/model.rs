//! Rows of the user register, and what is registered.
use super::words::{Duty, Section, UserPurpose};
use crate::kernel::{Facts, Problem, Subject, input};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types as t;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

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
    /// 担当 beyond the work of the section.
    pub duties: Vec<String>,
    /// 事務: enrolment, benefits, collection.
    pub purposes: Vec<String>,
    /// Scopes of a sign-in; ending the own session comes with every sign-in.
    pub scopes: Vec<String>,
    /// Out of `access::hash_password`.
    pub password_hash: String,
    /// First day of the id.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_until: Option<NaiveDate>,
    /// Personal-number privilege from, until.
    pub number: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
}

/// A scope in a list: gives the items of the list their shape in the document.
#[derive(ToSchema)]
#[schema(value_type = String, pattern = "^[a-z-]+:[a-z]+$", max_length = 60)]
pub struct ScopeName(pub String);
/// Personal-number privilege, from and until.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PrivilegeTime {
    /// From.
    #[serde(deserialize_with = "input::dated")]
    pub from: DateTime<Utc>,
    /// Until, exclusive.
    #[serde(deserialize_with = "input::dated")]
    pub until: DateTime<Utc>,
}
/// What the register is to say of a person from an instant on, whole: what was set ahead for later gives way to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UserContent {
    /// 氏名.
    #[validate(length(min = 1, max = 100), custom(function = "input::plain_text"))]
    #[schema(min_length = 1, max_length = 100)]
    pub display_name: String,
    /// 課.
    pub section: Section,
    /// 担当.
    #[validate(length(max = 10))]
    #[schema(max_items = 10)]
    pub duties: Vec<Duty>,
    /// 事務の範囲.
    #[validate(length(max = 3))]
    #[schema(max_items = 3)]
    pub purposes: Vec<UserPurpose>,
    /// Scopes of a sign-in.
    #[validate(length(max = 100))]
    #[schema(max_items = 100, value_type = Vec<ScopeName>)]
    pub scopes: Vec<String>,
    /// From when it holds; when it is confirmed later than that, from then on.
    #[serde(deserialize_with = "input::dated")]
    pub holds_from: DateTime<Utc>,
    /// Until when the id is valid, exclusive; without an end when absent.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "input::dated")]
    #[schema(nullable = false)]
    pub holds_until: Option<DateTime<Utc>>,
    /// Personal-number privilege from then on; none when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub number_privilege: Option<PrivilegeTime>,
}

crate::row! {
    /// A person as the register tells of one instant.
    pub struct UserRow {
        /// User id.
        id: t::Uuid => Uuid,
        /// Sign-in name.
        login: t::Text => String,
        /// 氏名.
        display_name: t::Text => String,
        /// 課.
        section: t::Text => String,
        /// 担当.
        duties: t::Array<t::Text> => Vec<String>,
        /// 事務.
        purposes: t::Array<t::Text> => Vec<String>,
        /// Scopes.
        scopes: t::Array<t::Text> => Vec<String>,
        /// From.
        valid_from: t::Timestamptz => DateTime<Utc>,
        /// Until, exclusive.
        valid_until: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Privilege from.
        number_from: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Privilege until, exclusive.
        number_until: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Why it was locked, while it was.
        lock_reason: t::Nullable<t::Text> => Option<String>,
        /// When the person last signed in.
        last_sign_in_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// From when the id is counted as idle if nobody signed in since.
        usable_since: t::Timestamptz => DateTime<Utc>,
        /// A password was chosen.
        is_activated: t::Bool => bool,
        /// Since when this was known.
        recorded_at: t::Timestamptz => DateTime<Utc>,
        /// Until when.
        superseded_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Under which instruction.
        instruction_id: t::Nullable<t::Uuid> => Option<Uuid>,
    }
}
impl Subject for UserRow {
    fn facts(&self) -> Facts {
        Facts::of("RegisteredUser", self.id)
    }
    fn classes(&self) -> &'static [&'static str] {
        &["user_register"]
    }
}
crate::row! {
    /// What a review goes by, of one person.
    pub struct UseRow {
        /// User id.
        user_id: t::Uuid => Uuid,
        /// When it was locked, while it is.
        locked_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// When the linkage was last switched on.
        last_linkage_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// The last review.
        review_id: t::Nullable<t::Uuid> => Option<Uuid>,
        /// What gave reason then.
        reasons: t::Nullable<t::Array<t::Text>> => Option<Vec<String>>,
        /// What was found.
        finding: t::Nullable<t::Text> => Option<String>,
        /// In words.
        note: t::Nullable<t::Text> => Option<String>,
        /// By whom.
        reviewed_by: t::Nullable<t::Uuid> => Option<Uuid>,
        /// When.
        reviewed_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
    }
}
crate::row! {
    /// A version of the personal-number privilege.
    pub struct PrivilegeRow {
        /// From.
        valid_from: t::Timestamptz => DateTime<Utc>,
        /// Until, exclusive.
        valid_until: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Since when this was known.
        recorded_at: t::Timestamptz => DateTime<Utc>,
        /// Until when.
        superseded_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Under which instruction.
        instruction_id: t::Nullable<t::Uuid> => Option<Uuid>,
    }
}
crate::row! {
    /// A lock.
    pub struct LockRow {
        /// Why.
        reason: t::Text => String,
        /// When.
        locked_at: t::Timestamptz => DateTime<Utc>,
        /// By whom.
        locked_by: t::Uuid => Uuid,
        /// When it was released.
        released_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Under which instruction.
        released_under: t::Nullable<t::Uuid> => Option<Uuid>,
    }
}
crate::row! {
    /// An instruction.
    pub struct InstructionRow {
        /// Id.
        id: t::Uuid => Uuid,
        /// Whom it is about.
        user_id: t::Uuid => Uuid,
        /// Sign-in name.
        login: t::Text => String,
        /// The person is new.
        is_new: t::Bool => bool,
        /// What is to hold.
        content: t::Jsonb => serde_json::Value,
        /// Keyed digest of user and content.
        digest: t::Binary => Vec<u8>,
        /// A new password is to be chosen.
        renews_credentials: t::Bool => bool,
        /// A lock is to be released.
        releases_lock: t::Bool => bool,
        /// Why.
        reason: t::Text => String,
        /// Where it stands.
        state: t::Text => String,
        /// Who instructed.
        instructed_by: t::Uuid => Uuid,
        /// When.
        instructed_at: t::Timestamptz => DateTime<Utc>,
        /// When it lapses unless confirmed.
        expires_at: t::Timestamptz => DateTime<Utc>,
        /// Who executed.
        executed_by: t::Nullable<t::Uuid> => Option<Uuid>,
        /// When.
        executed_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Who confirmed.
        confirmed_by: t::Nullable<t::Uuid> => Option<Uuid>,
        /// When.
        confirmed_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Who rejected it or took it back.
        ended_by: t::Nullable<t::Uuid> => Option<Uuid>,
        /// When.
        ended_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Why.
        end_reason: t::Nullable<t::Text> => Option<String>,
    }
}
impl Subject for InstructionRow {
    fn facts(&self) -> Facts {
        Facts::of("UserInstruction", self.id)
    }
    fn classes(&self) -> &'static [&'static str] {
        &["user_register"]
    }
}
impl InstructionRow {
    /// What is to hold.
    /// # Errors
    /// 503 for what can't be read.
    pub fn content(&self) -> Result<UserContent, Problem> {
        serde_json::from_value(self.content.clone())
            .map_err(|_| Problem::unavailable("stored-content-unreadable"))
    }
    /// The person must choose a password.
    pub fn needs_activation(&self) -> bool {
        self.is_new || self.renews_credentials
    }
}
