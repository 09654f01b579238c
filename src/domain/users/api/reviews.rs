//! 点検・見直し: ids that are not used and rights that are too many, and what the officer found.
use super::{
    super::{
        model::{ScopeName, UseRow, UserRow},
        rules::{self, Use},
        store,
        words::{ReviewFinding, ReviewReason},
    },
    instruct::not_own,
};
use crate::kernel::{
    Actor, Facts, Gate, Kernel, Operation, Problem, Reply, Routes, Tx,
    input::{Id, IdempotencyKey, Input, Query, plain_text},
    live::{UserEntry, UserFacts},
    page,
    policy::{GrantState, Purpose},
    route::Row,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 点検・見直しの対象
    ///
    /// Lists the ids that give reason to look at them: not used, never activated, locked for long, a privilege that is not used, scopes that no
    /// policy lets the person use. With `due` those alone of which the officer has not found in the last 90 days that they stay.
    pub ListUserReviews: Get "/v1/user-reviews" = "listUserReviews", scope "users:read", on "Society", status 200, law "R-144", sends Link;
    /// 点検結果の記録
    ///
    /// Records what the officer found of an id: it stays, rights are to be taken away, or it is to end. The latter two are done by an instruction.
    /// 409 `own-id`.
    pub RecordUserReview: Post "/v1/users/{registered_user_id}/reviews" = "recordUserReview", scope "users:instruct", on "RegisteredUser", status 201, law "R-144";
}

/// Filter and page.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UserReviewQuery {
    /// Those alone whose review is due.
    due: Option<bool>,
    /// Rows per page.
    #[validate(range(min = 1, max = 500))]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
    /// Where to go on.
    #[validate(length(max = 2000))]
    #[param(max_length = 2000)]
    cursor: Option<String>,
}
/// What the officer found.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UserReviewCreate {
    /// Finding.
    finding: ReviewFinding,
    /// In words.
    #[validate(length(min = 1, max = 200), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 200)]
    note: String,
}
crate::json_body!("application/json": UserReviewCreate);
/// A review.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserReview {
    /// Id.
    id: Uuid,
    /// Whose id.
    user_id: Uuid,
    /// What gave reason then.
    #[schema(max_items = 10)]
    reasons: Vec<ReviewReason>,
    /// Finding.
    finding: ReviewFinding,
    /// In words.
    #[schema(max_length = 200)]
    note: String,
    /// By whom.
    reviewed_by: Uuid,
    /// When.
    reviewed_at: DateTime<Utc>,
}
/// An id that gives reason to look at it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserToReview {
    /// User id.
    user_id: Uuid,
    /// Sign-in name.
    #[schema(max_length = 64)]
    login: String,
    /// 氏名.
    #[schema(max_length = 100)]
    display_name: String,
    /// What gives reason.
    #[schema(max_items = 10)]
    reasons: Vec<ReviewReason>,
    /// Scopes that no policy lets the person use.
    #[schema(max_items = 100, value_type = Vec<ScopeName>)]
    excess_scopes: Vec<String>,
    /// A review is due.
    is_due: bool,
    /// The last review.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_review: Option<UserReview>,
}
crate::page_of!(UserReviewPage, UserToReview);

fn review(r: &UseRow) -> Result<Option<UserReview>, Problem> {
    let (Some(id), Some(finding), Some(at), Some(by)) =
        (r.review_id, &r.finding, r.reviewed_at, r.reviewed_by)
    else {
        return Ok(None);
    };
    let reasons = r.reasons.iter().flatten().map(|w| ReviewReason::of(w)).collect::<Result<_, _>>()?;
    Ok(Some(UserReview {
        id,
        user_id: r.user_id,
        reasons,
        finding: ReviewFinding::of(finding)?,
        note: r.note.clone().unwrap_or_default(),
        reviewed_by: by,
        reviewed_at: at,
    }))
}
/// Scopes of a person that no policy lets the person use for anything that is offered, whatever linkage is switched on.
fn excess(kernel: &Kernel, u: &UserRow) -> Vec<String> {
    let entry = UserEntry {
        name: u.display_name.clone(),
        section: u.section.clone(),
        duties: u.duties.clone(),
        purposes: u.purposes.clone(),
        scopes: u.scopes.clone(),
        from: u.valid_from,
        until: u.valid_until,
    };
    // asked as nobody, scope by scope, so that all of a section and 担当 share the remembered answers
    let of_all =
        Actor { epoch: kernel.live.get().epoch, ..Actor::person(&UserFacts::of(Uuid::nil(), &entry, true)) };
    let grants = Purpose::ALL.map(GrantState::Matching);
    let is_used = |scope: &String| {
        let actor = Actor { scopes: [scope.clone()].into(), ..of_all.clone() };
        let is_allowed = |o: &Row, g: GrantState| {
            kernel.policies.decide(&actor, o.id, &Facts::of(o.subject, Uuid::nil()), g).is_allowed
        };
        kernel
            .offered
            .iter()
            .filter(|o| o.scope == scope)
            .any(|o| grants.into_iter().any(|g| is_allowed(o, g)))
    };
    u.scopes.iter().filter(|s| !is_used(s)).cloned().collect()
}
/// What is to be looked at of a person whose time runs; nothing of the others.
fn to_review(
    kernel: &Kernel,
    u: &UserRow,
    used: &UseRow,
    now: DateTime<Utc>,
) -> Result<Option<UserToReview>, Problem> {
    if u.valid_from > now || u.valid_until.is_some_and(|until| until <= now) {
        return Ok(None);
    }
    let excess_scopes = excess(kernel, u);
    let reasons = rules::reasons(
        &Use {
            is_activated: u.is_activated,
            usable_since: u.usable_since.max(u.valid_from),
            last_sign_in_at: u.last_sign_in_at,
            locked_at: used.locked_at,
            privileged_since: u.number_from.filter(|from| *from <= now),
            last_linkage_at: used.last_linkage_at,
            has_excess: !excess_scopes.is_empty(),
        },
        now,
    );
    if reasons.is_empty() {
        return Ok(None);
    }
    let last_review = review(used)?;
    let kept = last_review.as_ref().filter(|r| r.finding == ReviewFinding::Keep);
    let is_due = rules::is_due(&reasons, kept.map(|r| (r.reviewed_at, r.reasons.clone())), now);
    let (login, display_name) = (u.login.clone(), u.display_name.clone());
    Ok(Some(UserToReview { user_id: u.id, login, display_name, reasons, excess_scopes, is_due, last_review }))
}
/// Those of some people who are to be looked at.
fn among(tx: &mut Tx<'_>, people: &[UserRow], now: DateTime<Utc>) -> Result<Vec<UserToReview>, Problem> {
    let ids: Vec<Uuid> = people.iter().map(|u| u.id).collect();
    let uses = store::uses(tx, &ids)?;
    let mut found = Vec::new();
    for u in people {
        let Some(used) = uses.iter().find(|r| r.user_id == u.id) else { continue };
        found.extend(to_review(tx.kernel(), u, used, now)?);
    }
    Ok(found)
}
async fn list_reviews(
    gate: Gate<ListUserReviews>,
    q: Query<UserReviewQuery>,
) -> Reply<ListUserReviews, UserReviewPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor, now) = (usize::from(q.limit.unwrap_or(100)), q.cursor.take(), tx.now());
        let list = page::List::<ListUserReviews>::new(tx.kernel(), &q);
        let after = list.id_after(cursor.as_deref())?;
        let asked = store::Asked { at: now, known_at: None, section: None, login: None };
        let rows = store::list(tx, &asked, after, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (people, has_more, permit) =
            tx.admit_page(&society, super::register::GetUser::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, people.last().map(|r| r.id));
        let mut items = among(tx, &people, now)?;
        items.retain(|i| q.due.is_none_or(|due| i.is_due == due));
        tx.note(|n| n.rows = i32::try_from(items.len()).ok());
        Ok(permit.answer(UserReviewPage { items, page }).next(link))
    })
    .await
}
async fn record_review(
    gate: Gate<RecordUserReview>,
    id: Id,
    key: IdempotencyKey,
    input: Input<UserReviewCreate>,
) -> Reply<RecordUserReview, UserReview> {
    gate.once(key, input.digest, move |tx| {
        tx.record_at_once(None);
        let now = tx.now();
        let row = store::find(tx, id.0, now, None)?;
        let (row, permit) = tx.admit::<RecordUserReview, _>(row)?;
        not_own(tx, row.id)?;
        let reasons =
            among(tx, std::slice::from_ref(&row), now)?.pop().map(|i| i.reasons).unwrap_or_default();
        let words: Vec<&str> = reasons.iter().map(|r| r.word()).collect();
        let b = input.value;
        tx.note(|n| n.detail = Some(serde_json::json!({ "finding": b.finding })));
        let id = store::insert_review(tx, &permit, row.id, &words, (b.finding, &b.note))?;
        let (reviewed_by, reviewed_at) = (tx.actor()?.id, now);
        Ok(permit.answer(UserReview {
            id,
            user_id: row.id,
            reasons,
            finding: b.finding,
            note: b.note,
            reviewed_by,
            reviewed_at,
        }))
    })
    .await
}

/// Routes of reviews.
pub fn routes(r: &mut Routes) {
    r.add::<ListUserReviews, _, _, _>(list_reviews);
    r.add::<RecordUserReview, _, _, _>(record_review);
}
