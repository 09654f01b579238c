//! The strongroom as the kernel knows it: implemented by `personal_numbers`, wired by the roof. No other module reaches it.
use super::{Problem, clock::Clock};
use crate::values::personal_number::PersonalNumber;
use diesel::PgConnection;
use uuid::Uuid;

/// A personal number on its way out: made by the gate alone, after the policy allowed it and the disclosure was noted.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, pattern = "^[0-9]{12}$", max_length = 12)]
pub struct DisclosedNumber(zeroize::Zeroizing<String>);
impl DisclosedNumber {
    pub(super) fn of(number: &PersonalNumber) -> Self {
        Self(zeroize::Zeroizing::new(number.digits().iter().copied().map(char::from).collect()))
    }
}
impl std::fmt::Debug for DisclosedNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DisclosedNumber(…)")
    }
}

/// Why a number is registered or replaced; who does it.
pub struct Registration<'a> {
    /// Whose number it is.
    pub person: Uuid,
    /// The number.
    pub number: &'a PersonalNumber,
    /// Reason code.
    pub reason: &'a str,
    /// Who registers.
    pub by: Uuid,
}

/// What an accepted submission leaves in the strongroom until it is decided.
pub struct Pending {
    /// Notification that carries it.
    pub notification: Uuid,
    /// Place on the form: insured, spouse, other_1, other_2.
    pub slot: &'static str,
    /// The number.
    pub number: PersonalNumber,
}

/// A number that waits with a notification and is registered as well.
pub struct Clash {
    /// Notification that carries it.
    pub notification: Uuid,
    /// Place on the form.
    pub slot: String,
    /// Who holds it now; nobody where it was registered only when it came.
    pub holder: Option<Uuid>,
}

/// Linkage that was switched on, as it stands now.
pub struct LiveGrant {
    /// Who switched it on.
    pub user: Uuid,
    /// In which session.
    pub session: Uuid,
    /// 事務.
    pub purpose: String,
    /// Reason code.
    pub reason: String,
    /// Case.
    pub case: Uuid,
    /// For whom.
    pub persons: Vec<Uuid>,
    /// Neither expired nor revoked.
    pub is_live: bool,
}

/// The doors of the strongroom. Every method works inside the caller's transaction, so work and record stay together.
pub trait NumberVault: Send + Sync {
    /// Registers or replaces a number, write-only.
    /// # Errors
    /// 409 `number-held-by-another` when somebody else holds it, `number-differs` when it came with a form and another one is
    /// registered for the person.
    fn register(&self, conn: &mut PgConnection, clock: &Clock, r: Registration<'_>) -> Result<(), Problem>;
    /// The number registered for the first of two ids of one human being is registered for the second, and erased with its key where it was.
    /// Nothing happens when none is registered for the first. Both persons are held.
    /// # Errors
    /// 409 `number-differs` when one is registered for the second as well; 503 when the key store is away.
    fn hand_over(
        &self,
        conn: &mut PgConnection,
        clock: &Clock,
        ids: (Uuid, Uuid),
        by: Uuid,
    ) -> Result<(), Problem>;
    /// Opens the number of a person; `None` when none is registered.
    /// # Errors
    /// 503 when the key store is away.
    fn read(&self, conn: &mut PgConnection, person: Uuid) -> Result<Option<PersonalNumber>, Problem>;
    /// Is it this person's number? `false` when none is registered.
    /// # Errors
    /// Database errors.
    fn matches(
        &self,
        conn: &mut PgConnection,
        person: Uuid,
        number: &PersonalNumber,
    ) -> Result<bool, Problem>;
    /// Keeps numbers of notifications until they are decided, noting clashes with the register for the privileged.
    /// # Errors
    /// 503 when the key store is away.
    fn keep_pending(&self, conn: &mut PgConnection, clock: &Clock, items: &[Pending]) -> Result<(), Problem>;
    /// With which undecided notifications each of these numbers waits. Says nothing of the register.
    /// # Errors
    /// Database errors.
    fn waiting(
        &self,
        conn: &mut PgConnection,
        numbers: &[&PersonalNumber],
    ) -> Result<Vec<Vec<Uuid>>, Problem>;
    /// Takes a waiting number out: it is deleted there and its key destroyed after the commit.
    /// # Errors
    /// 503 when the key store is away.
    fn take_pending(
        &self,
        conn: &mut PgConnection,
        notification: Uuid,
        slot: &str,
    ) -> Result<Option<PersonalNumber>, Problem>;
    /// Deletes what waits for a notification.
    /// # Errors
    /// Database errors.
    fn drop_pending(&self, conn: &mut PgConnection, notification: Uuid) -> Result<(), Problem>;
    /// Somebody else than `person` holds a number that waits with this notification.
    /// # Errors
    /// Database errors.
    fn clashes(&self, conn: &mut PgConnection, notification: Uuid) -> Result<Vec<(String, Uuid)>, Problem>;
    /// Every waiting number that was registered when it came, or is now: for the privileged only.
    /// # Errors
    /// Database errors.
    fn all_clashes(&self, conn: &mut PgConnection) -> Result<Vec<Clash>, Problem>;
    /// Keeps a received file, encrypted, until its last row is decided.
    /// # Errors
    /// 503 when the key store is away.
    fn keep_file(
        &self,
        conn: &mut PgConnection,
        clock: &Clock,
        submission: Uuid,
        raw: &[u8],
    ) -> Result<(), Problem>;
    /// Deletes a received file.
    /// # Errors
    /// Database errors.
    fn drop_file(&self, conn: &mut PgConnection, submission: Uuid) -> Result<(), Problem>;
}

/// Where the kernel looks up the linkage of a scoped token: implemented by `access`.
pub trait Grants: Send + Sync {
    /// The record, judged now.
    /// # Errors
    /// Database errors.
    fn find(&self, conn: &mut PgConnection, clock: &Clock, grant: Uuid)
    -> Result<Option<LiveGrant>, Problem>;
}
