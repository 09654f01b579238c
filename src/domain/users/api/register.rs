//! The register as it is read, and locking an id at once.
use super::super::{
    model::{LockRow, PrivilegeRow, ScopeName, UserRow},
    rules, store,
    words::{Duty, LockReason, Section, UserPurpose},
};
use crate::kernel::{
    Facts, Gate, Operation, Problem, Reply, Routes, Tx, clock,
    input::{Id, Input, Query, plain_text},
    page,
};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// ユーザ管理簿の一覧
    ///
    /// Lists the people of the user register by id: what held at the end of the day `as_of` (now, for today), as known now or at an instant.
    pub ListUsers: Get "/v1/users" = "listUsers", scope "users:read", on "Society", status 200, law "R-141, R-144", sends Link;
    /// 利用者の参照
    ///
    /// Reads what the register says of one person: section, 担当, 事務, scopes, the personal-number privilege that holds or comes next, and where
    /// the id stands.
    pub GetUser: Get "/v1/users/{registered_user_id}" = "getUser", scope "users:read", on "RegisteredUser", status 200, law "R-141";
    /// 利用者の登録の履歴
    ///
    /// Every version of what was registered of a person, of the privilege and of the locks: what held when, and when it was known, each with the
    /// instruction under which it was registered.
    pub GetUserHistory: Get "/v1/users/{registered_user_id}/history" = "getUserHistory", scope "users:read", on "RegisteredUser", status 200, law "R-141, R-143";
    /// 利用者IDの緊急停止
    ///
    /// Locks an id at once: its sessions and whatever they switched on are over, within a second on this node and five on others. It is released
    /// under an instruction alone. 409 `already-locked`.
    pub LockUser: Post "/v1/users/{registered_user_id}/lock" = "lockUser", scope "users:lock", on "RegisteredUser", status 200, law "R-145, R-146";
}

/// Day, filters and page of the register.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UserListQuery {
    /// As of this day (JST): at its end; now, for today and when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
    /// 課.
    #[param(inline = false)]
    section: Option<Section>,
    /// Sign-in name.
    #[validate(length(min = 1, max = 64), custom(function = "plain_text"))]
    #[param(min_length = 1, max_length = 64)]
    login: Option<String>,
    /// Rows per page.
    #[validate(range(min = 1, max = 500))]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
    /// Where to go on.
    #[validate(length(max = 2000))]
    #[param(max_length = 2000)]
    cursor: Option<String>,
}
/// Day of a read, and what was known.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UserQuery {
    /// As of this day (JST): at its end; now, for today and when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
}
/// Why an id is locked.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UserLockRequest {
    /// Reason.
    reason: LockReason,
}
crate::json_body!("application/json": UserLockRequest);

/// Where an id stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    /// Its time has not begun.
    NotYet,
    /// The person has chosen no password yet.
    NotActivated,
    /// In use.
    Active,
    /// Not used for so long that nobody can sign in with it; told of now alone.
    Idle,
    /// Locked at once.
    Locked,
    /// Its time is over.
    Ended,
}
/// Personal-number privilege.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NumberPrivilege {
    /// From.
    from: DateTime<Utc>,
    /// Until, exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    until: Option<DateTime<Utc>>,
}
/// A person of the user register.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RegisteredUser {
    /// User id.
    id: Uuid,
    /// Sign-in name.
    #[schema(max_length = 64)]
    login: String,
    /// 氏名.
    #[schema(max_length = 100)]
    display_name: String,
    /// 課.
    section: Section,
    /// 担当.
    #[schema(max_items = 10)]
    duties: Vec<Duty>,
    /// 事務の範囲.
    #[schema(max_items = 3)]
    purposes: Vec<UserPurpose>,
    /// Scopes of a sign-in.
    #[schema(max_items = 100, value_type = Vec<ScopeName>)]
    scopes: Vec<String>,
    /// From.
    valid_from: DateTime<Utc>,
    /// Until, exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    valid_until: Option<DateTime<Utc>>,
    /// Personal-number privilege that holds, or the next one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    number_privilege: Option<NumberPrivilege>,
    /// Where the id stands.
    state: UserState,
    /// Why it is locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    lock_reason: Option<LockReason>,
    /// Last sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_sign_in_at: Option<DateTime<Utc>>,
    /// Known since.
    recorded_at: DateTime<Utc>,
    /// Instruction under which it was registered; absent for those entered when the system was set up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    instruction_id: Option<Uuid>,
}
crate::page_of!(RegisteredUserPage, RegisteredUser);
fn state_of(r: &UserRow, at: DateTime<Utc>, idle_days: Option<u32>) -> UserState {
    let last_used = r.last_sign_in_at.map_or(r.usable_since, |last| last.max(r.usable_since));
    if r.valid_from > at {
        UserState::NotYet
    } else if r.valid_until.is_some_and(|until| until <= at) {
        UserState::Ended
    } else if r.lock_reason.is_some() {
        UserState::Locked
    } else if !r.is_activated {
        UserState::NotActivated
    } else if idle_days.is_some_and(|days| rules::is_idle(last_used, at, days)) {
        UserState::Idle
    } else {
        UserState::Active
    }
}
impl RegisteredUser {
    /// The person at an instant.
    /// # Errors
    /// 503 for a stored word that is none.
    fn of(r: UserRow, at: DateTime<Utc>, idle_days: Option<u32>) -> Result<Self, Problem> {
        Ok(Self {
            state: state_of(&r, at, idle_days),
            id: r.id,
            login: r.login,
            display_name: r.display_name,
            section: Section::of(&r.section)?,
            duties: r.duties.iter().map(|w| Duty::of(w)).collect::<Result<_, _>>()?,
            purposes: r.purposes.iter().map(|w| UserPurpose::of(w)).collect::<Result<_, _>>()?,
            scopes: r.scopes,
            valid_from: r.valid_from,
            valid_until: r.valid_until,
            number_privilege: r.number_from.map(|from| NumberPrivilege { from, until: r.number_until }),
            lock_reason: r.lock_reason.as_deref().map(LockReason::of).transpose()?,
            last_sign_in_at: r.last_sign_in_at,
            recorded_at: r.recorded_at,
            instruction_id: r.instruction_id,
        })
    }
}
/// A version of what was registered of a person.
#[derive(Serialize, ToSchema)]
pub struct UserVersion {
    /// 氏名.
    #[schema(max_length = 100)]
    display_name: String,
    /// 課.
    section: Section,
    /// 担当.
    #[schema(max_items = 10)]
    duties: Vec<Duty>,
    /// 事務の範囲.
    #[schema(max_items = 3)]
    purposes: Vec<UserPurpose>,
    /// Scopes of a sign-in.
    #[schema(max_items = 100, value_type = Vec<ScopeName>)]
    scopes: Vec<String>,
    /// When it held and was known.
    times: RegisterTimes,
}
/// When something held, and when it was known.
#[derive(Serialize, ToSchema)]
pub struct RegisterTimes {
    /// From.
    valid_from: DateTime<Utc>,
    /// Until, exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    valid_until: Option<DateTime<Utc>>,
    /// Known since.
    recorded_at: DateTime<Utc>,
    /// Known until.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    superseded_at: Option<DateTime<Utc>>,
    /// Instruction under which it was registered; absent for those entered when the system was set up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    instruction_id: Option<Uuid>,
}
impl From<PrivilegeRow> for RegisterTimes {
    fn from(r: PrivilegeRow) -> Self {
        Self {
            valid_from: r.valid_from,
            valid_until: r.valid_until,
            recorded_at: r.recorded_at,
            superseded_at: r.superseded_at,
            instruction_id: r.instruction_id,
        }
    }
}
impl TryFrom<UserRow> for UserVersion {
    type Error = Problem;
    fn try_from(r: UserRow) -> Result<Self, Problem> {
        Ok(Self {
            display_name: r.display_name,
            section: Section::of(&r.section)?,
            duties: r.duties.iter().map(|w| Duty::of(w)).collect::<Result<_, _>>()?,
            purposes: r.purposes.iter().map(|w| UserPurpose::of(w)).collect::<Result<_, _>>()?,
            scopes: r.scopes,
            times: RegisterTimes {
                valid_from: r.valid_from,
                valid_until: r.valid_until,
                recorded_at: r.recorded_at,
                superseded_at: r.superseded_at,
                instruction_id: r.instruction_id,
            },
        })
    }
}
/// A lock of an id.
#[derive(Serialize, ToSchema)]
pub struct UserLock {
    /// Why.
    reason: LockReason,
    /// When.
    locked_at: DateTime<Utc>,
    /// By whom.
    locked_by: Uuid,
    /// When it was released.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    released_at: Option<DateTime<Utc>>,
    /// Instruction under which it was released.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    released_under: Option<Uuid>,
}
impl TryFrom<LockRow> for UserLock {
    type Error = Problem;
    fn try_from(r: LockRow) -> Result<Self, Problem> {
        Ok(Self {
            reason: LockReason::of(&r.reason)?,
            locked_at: r.locked_at,
            locked_by: r.locked_by,
            released_at: r.released_at,
            released_under: r.released_under,
        })
    }
}
/// Everything that was ever registered of a person.
#[derive(Serialize, ToSchema)]
pub struct UserHistory {
    /// Versions of the entry, newest validity first.
    #[schema(max_items = 500)]
    entries: Vec<UserVersion>,
    /// Versions of the personal-number privilege, newest validity first.
    #[schema(max_items = 500)]
    privileges: Vec<RegisterTimes>,
    /// Locks, newest first.
    #[schema(max_items = 500)]
    locks: Vec<UserLock>,
}

/// Days after which an id is idle; that is told of now alone, since the register keeps no day from which an id was counted before.
fn idle_days(tx: &Tx<'_>, as_of: Option<NaiveDate>, known_at: Option<DateTime<Utc>>) -> Option<u32> {
    let is_now = known_at.is_none() && as_of.is_none_or(|day| day == tx.today());
    is_now.then(|| tx.kernel().idle_days)
}
/// The instant that a day of the register is told of: its end, and now for today.
fn instant_of(tx: &Tx<'_>, day: Option<NaiveDate>) -> DateTime<Utc> {
    match day {
        Some(day) if day != tx.today() => {
            let next = day.succ_opt().map_or(DateTime::<Utc>::MAX_UTC, clock::jst_midnight);
            next - Duration::microseconds(1)
        }
        _ => tx.now(),
    }
}
async fn list_users(gate: Gate<ListUsers>, q: Query<UserListQuery>) -> Reply<ListUsers, RegisteredUserPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(100)), q.cursor.take());
        let idle_days = idle_days(tx, q.as_of, q.known_at);
        let list = page::List::<ListUsers>::new(tx.kernel(), &q);
        let after = list.id_after(cursor.as_deref())?;
        let at = instant_of(tx, q.as_of);
        let asked = store::Asked {
            at,
            known_at: q.known_at,
            section: q.section.map(Section::word),
            login: q.login.as_deref(),
        };
        let rows = store::list(tx, &asked, after, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, has_more, permit) = tx.admit_page(&society, GetUser::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| r.id));
        let items =
            rows.into_iter().map(|r| RegisteredUser::of(r, at, idle_days)).collect::<Result<_, _>>()?;
        Ok(permit.answer(RegisteredUserPage { items, page }).next(link))
    })
    .await
}
async fn get_user(gate: Gate<GetUser>, id: Id, q: Query<UserQuery>) -> Reply<GetUser, RegisteredUser> {
    gate.read(move |tx| {
        let at = instant_of(tx, q.0.as_of);
        let row = store::find(tx, id.0, at, q.0.known_at)?;
        let (row, permit) = tx.admit(row)?;
        let idle_days = idle_days(tx, q.0.as_of, q.0.known_at);
        Ok(permit.answer(RegisteredUser::of(row, at, idle_days)?))
    })
    .await
}
async fn get_user_history(gate: Gate<GetUserHistory>, id: Id) -> Reply<GetUserHistory, UserHistory> {
    gate.read(move |tx| {
        let now = tx.now();
        let row = store::find(tx, id.0, now, None)?;
        let (row, permit) = tx.admit(row)?;
        let history = UserHistory {
            entries: store::versions(tx, &row)?
                .into_iter()
                .map(TryInto::try_into)
                .collect::<Result<_, _>>()?,
            privileges: store::privileges(tx, &row)?.into_iter().map(Into::into).collect(),
            locks: store::locks(tx, &row)?.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
        };
        Ok(permit.answer(history))
    })
    .await
}
async fn lock_user(
    gate: Gate<LockUser>,
    id: Id,
    input: Input<UserLockRequest>,
) -> Reply<LockUser, RegisteredUser> {
    gate.run(move |tx| {
        let now = tx.now();
        let row = store::find(tx, id.0, now, None)?;
        let (row, permit) = tx.admit::<LockUser, _>(row)?;
        if row.lock_reason.is_some() {
            return Err(Problem::conflict(
                "already-locked",
                "すでに停止されています",
                "The id is locked already",
            ));
        }
        let reason = input.value.reason;
        tx.note(|n| n.detail = Some(serde_json::json!({ "reason": reason })));
        store::lock(tx, &permit, row.id, reason.word())?;
        let row = store::written(tx, &permit, row.id)?;
        Ok(permit.answer(RegisteredUser::of(row, now, Some(tx.kernel().idle_days))?))
    })
    .await
}

/// Routes of the register.
pub fn routes(r: &mut Routes) {
    r.schema::<Section>();
    r.add::<ListUsers, _, _, _>(list_users);
    r.add::<GetUser, _, _, _>(get_user);
    r.add::<GetUserHistory, _, _, _>(get_user_history);
    r.add::<LockUser, _, _, _>(lock_user);
}
