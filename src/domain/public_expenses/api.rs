//! Operations on public expenses.
use super::{model::ExpenseRow, store};
use crate::{
    domain::members,
    kernel::{
        Gate, Kind, Operation, Permit, Problem, Reply, Routes, Tx,
        input::{Id, IfMatch, Input, Query},
    },
    values::check_digits,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 公費の一覧
    ///
    /// The public expenses (公費) of a person: those that hold on a day, or of all days; optionally as known at an instant. Its ETag is what a
    /// change takes.
    pub ListPublicExpenses: Get "/v1/persons/{person_id}/public-expenses" = "listPublicExpenses", scope "public-expenses:read", on "Person", status 200, law "R-020", sends Etag;
    /// 公費の登録
    ///
    /// Records a public expense of a person. 409 `public-expense-overlaps`: the same payer bears on one of these days already.
    pub RecordPublicExpense: Post "/v1/persons/{person_id}/public-expenses" = "recordPublicExpense", scope "public-expenses:write", on "Person", status 200, law "R-020", sends Etag;
    /// 公費の訂正
    ///
    /// States a public expense anew, as a whole: what was known before stays in the history. An end on its first day says that it never
    /// held. 409 `nothing-new`, `public-expense-overlaps`.
    pub CorrectPublicExpense: Post "/v1/public-expenses/{public_expense_id}/corrections" = "correctPublicExpense", scope "public-expenses:write", on "PublicExpense", status 200, law "R-020", sends Etag;
}

/// A public expense as it is stated.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PublicExpenseStatement {
    /// 公費負担者番号: 8 digits, the last a check digit.
    #[schema(min_length = 8, max_length = 8, pattern = "^[0-9]{8}$")]
    payer_number: String,
    /// 受給者番号: 7 digits.
    #[schema(min_length = 7, max_length = 7, pattern = "^[0-9]{7}$")]
    recipient_number: String,
    /// 受給開始年月日.
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    valid_from: NaiveDate,
    /// First day after the 受給終了年月日; none yet when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    #[schema(nullable = false)]
    valid_to: Option<NaiveDate>,
    /// 受付年月日.
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    received_on: NaiveDate,
}
crate::json_body!("application/json": PublicExpenseStatement);
impl PublicExpenseStatement {
    fn checked(&self, today: NaiveDate) -> Result<(), Problem> {
        let wrong = |pointer, code, said| Err(Problem::new(Kind::Invalid).at(pointer, code, said));
        // the same rule as for 保険者番号 (保険者番号等の設定要領)
        let right = check_digits::insurer_number(&self.payer_number);
        if right.is_none_or(|d| self.payer_number.as_bytes().last() != Some(&(b'0' + d))) {
            return wrong(
                "/payer_number",
                "check-digit",
                ("公費負担者番号が正しくありません", "the payer's number is not right"),
            );
        }
        if self.recipient_number.len() != 7 || !self.recipient_number.bytes().all(|b| b.is_ascii_digit()) {
            return wrong(
                "/recipient_number",
                "seven-digits",
                ("受給者番号は7桁の数字です", "the recipient's number has 7 digits"),
            );
        }
        if self.valid_to.is_some_and(|to| to < self.valid_from) {
            return wrong("/valid_to", "before-start", ("開始日より前です", "the end is before the start"));
        }
        if self.received_on > today {
            return wrong("/received_on", "future-date", ("未来の日付です", "the day is still to come"));
        }
        Ok(())
    }
    fn put(self, into: ExpenseRow) -> ExpenseRow {
        ExpenseRow {
            payer_number: self.payer_number,
            recipient_number: self.recipient_number,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            received_on: self.received_on,
            ..into
        }
    }
}
/// A public expense (公費).
#[derive(Serialize, ToSchema)]
pub struct PublicExpense {
    /// Stays the same over all versions.
    id: Uuid,
    /// 公費負担者番号.
    #[schema(max_length = 8)]
    payer_number: String,
    /// 受給者番号.
    #[schema(max_length = 7)]
    recipient_number: String,
    /// 受給開始年月日.
    valid_from: NaiveDate,
    /// First day after the 受給終了年月日.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_to: Option<NaiveDate>,
    /// 受付年月日.
    received_on: NaiveDate,
    /// Known since.
    recorded_at: DateTime<Utc>,
}
impl From<ExpenseRow> for PublicExpense {
    fn from(r: ExpenseRow) -> Self {
        Self {
            id: r.public_expense_id,
            payer_number: r.payer_number,
            recipient_number: r.recipient_number,
            valid_from: r.valid_from,
            valid_to: r.valid_to,
            received_on: r.received_on,
            recorded_at: r.recorded_at,
        }
    }
}
/// The public expenses of a person.
#[derive(Serialize, ToSchema)]
pub struct PublicExpenseList {
    /// Newest start first.
    #[schema(max_items = 200)]
    items: Vec<PublicExpense>,
}
/// Day and knowledge.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PublicExpenseQuery {
    /// Those that hold on this day (JST); of all days when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As it was known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
}
/// All that is known of a person's public expenses as just written, and the tag of the person.
fn told<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    person: Uuid,
) -> Result<(PublicExpenseList, String), Problem> {
    let row = members::person_written(tx, permit, person)?;
    tx.note(|n| n.left([person], &["public_expense"]));
    let items = store::list(tx, &row, None, None)?.into_iter().map(Into::into).collect();
    Ok((PublicExpenseList { items }, row.version.to_string()))
}

async fn list_expenses(
    gate: Gate<ListPublicExpenses>,
    id: Id,
    q: Query<PublicExpenseQuery>,
) -> Reply<ListPublicExpenses, PublicExpenseList> {
    gate.read(move |tx| {
        let row = members::find_person(tx, id.0)?;
        let (row, permit) = tx.admit::<ListPublicExpenses, _>(row)?;
        row.require_known_as_own(q.0.known_at)?;
        let rows = store::list(tx, &row, q.0.as_of, q.0.known_at)?;
        tx.note_beneath(rows.len(), &["public_expense"]);
        let items = rows.into_iter().map(Into::into).collect();
        Ok(permit.answer(PublicExpenseList { items }).tagged(row.version.to_string()))
    })
    .await
}
async fn record_expense(
    gate: Gate<RecordPublicExpense>,
    id: Id,
    tag: IfMatch,
    input: Input<PublicExpenseStatement>,
) -> Reply<RecordPublicExpense, PublicExpenseList> {
    gate.run(move |tx| {
        members::lock_person(tx.conn(), id.0)?;
        let row = members::find_person(tx, id.0)?;
        let (row, permit) = tx.admit::<RecordPublicExpense, _>(row)?;
        row.require_current()?;
        tag.require(&row.version.to_string())?;
        input.value.checked(tx.today())?;
        let now = tx.now();
        let first = input.value.put(ExpenseRow {
            public_expense_id: Uuid::now_v7(),
            person_id: row.id,
            payer_number: String::new(),
            recipient_number: String::new(),
            valid_from: tx.today(),
            valid_to: None,
            received_on: tx.today(),
            recorded_at: now,
            version: row.version,
        });
        store::write(tx, &permit, &first, "recorded")?;
        members::touch(tx, row.id)?;
        let (told, tag) = told(tx, &permit, row.id)?;
        Ok(permit.answer(told).tagged(tag))
    })
    .await
}
async fn correct_expense(
    gate: Gate<CorrectPublicExpense>,
    id: Id,
    tag: IfMatch,
    input: Input<PublicExpenseStatement>,
) -> Reply<CorrectPublicExpense, PublicExpenseList> {
    gate.run(move |tx| {
        let row = store::lock(tx, id.0)?;
        let (row, permit) = tx.admit::<CorrectPublicExpense, _>(row)?;
        tag.require(&row.version.to_string())?;
        let b = input.value;
        b.checked(tx.today())?;
        let next = b.put(row.clone());
        let said = |r: &ExpenseRow| {
            (r.payer_number.clone(), r.recipient_number.clone(), r.valid_from, r.valid_to, r.received_on)
        };
        if said(&next) == said(&row) {
            return Err(Problem::conflict(
                "nothing-new",
                "記録どおりです",
                "It is recorded like that already",
            ));
        }
        store::write(tx, &permit, &next, "corrected")?;
        members::touch(tx, row.person_id)?;
        let (told, tag) = told(tx, &permit, row.person_id)?;
        Ok(permit.answer(told).tagged(tag))
    })
    .await
}

/// Routes of public expenses.
pub fn routes(r: &mut Routes) {
    r.group("PublicExpenses");
    r.add::<ListPublicExpenses, _, _, _>(list_expenses);
    r.add::<RecordPublicExpense, _, _, _>(record_expense);
    r.add::<CorrectPublicExpense, _, _, _>(correct_expense);
}
