//! 資格の喪失 (健康保険法38条, 37条2項; 附則3条): whichever day comes first holds. An end that is recorded for a later day gives way to an
//! earlier one; one that is no earlier is refused. Standard remuneration and dependents end with the cover. Becoming a dependent is no
//! reason. Whoever ends cover holds the person.
use crate::{
    domain::{
        dependents,
        losses::{self, Basis},
        members,
        members::{CoverRow, EnrolmentType},
        remuneration::{self, ContinuationCause, ContinuationLoss, ContinuationLossInput, rules},
    },
    kernel::{
        Operation, Permit, Problem, Tx,
        errand::{Act, Errand},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use uuid::Uuid;

/// 喪失理由.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// 38条1号: two years have passed.
    TwoYears,
    /// 38条2号.
    Death,
    /// 38条3号: a premium was not paid in time.
    PremiumUnpaid,
    /// 37条2項: the first premium was not paid in time, so that the cover never was.
    FirstPremiumUnpaid,
    /// 38条4号・5号: insured by virtue of an employment, here or elsewhere.
    OtherInsurance,
    /// 38条6号: insured of 後期高齢者医療, before 75 by the recognition of a disability.
    ElderlyCare,
    /// 38条7号: the person asked for it.
    Withdrawal,
}
impl EndReason {
    /// The code as it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::TwoYears => "two_years_passed",
            Self::Death => "death",
            Self::PremiumUnpaid => "premium_unpaid",
            Self::FirstPremiumUnpaid => "first_premium_unpaid",
            Self::OtherInsurance => "other_insurance",
            Self::ElderlyCare => "elderly_care",
            Self::Withdrawal => "withdrawal",
        }
    }
}
impl From<ContinuationCause> for EndReason {
    fn from(cause: ContinuationCause) -> Self {
        match cause {
            ContinuationCause::Death => Self::Death,
            ContinuationCause::PremiumUnpaid => Self::PremiumUnpaid,
            ContinuationCause::FirstPremiumUnpaid => Self::FirstPremiumUnpaid,
            ContinuationCause::OtherInsurance => Self::OtherInsurance,
            ContinuationCause::ElderlyCare => Self::ElderlyCare,
            ContinuationCause::Withdrawal => Self::Withdrawal,
        }
    }
}
/// An end to be recorded.
#[derive(Clone, Debug)]
pub struct End {
    /// 資格喪失年月日: first day not covered.
    pub lost_on: NaiveDate,
    /// 喪失理由.
    pub reason: EndReason,
    /// 喪失受付年月日.
    pub received_on: NaiveDate,
    /// By which rule and facts.
    pub basis: Basis,
}
impl End {
    /// The end of cover that began on a day, by something that happened on another one.
    /// # Errors
    /// 409 `not-decidable` for a day that no rule knows.
    pub fn by(
        cause: ContinuationCause,
        (acquired_on, happened_on): (NaiveDate, NaiveDate),
        received_on: NaiveDate,
    ) -> Result<Self, Problem> {
        let facts = ContinuationLossInput { cause, acquired_on, happened_on };
        let (outcome, basis) = Basis::decided::<ContinuationLoss>(&facts)?;
        Ok(Self { lost_on: outcome.lost_on, reason: cause.into(), received_on, basis })
    }
}

/// The latest cover of a person as 任意継続 or 特例退職, if there is one.
/// # Errors
/// Database errors.
pub fn latest(conn: &mut PgConnection, person: Uuid) -> Result<Option<CoverRow>, Problem> {
    let all = members::enrolled(conn, person)?;
    Ok(all.into_iter().find(|c| EnrolmentType::of(&c.enrolment_type) != EnrolmentType::Compulsory))
}
/// Records an end; gives the dependents who lost cover with it. What a later cover decided is not touched: where one follows, the end stays.
/// # Errors
/// 409 `before-acquisition`, `ended-already` when the cover ends on that day or an earlier one, `later-cover` when another one follows.
pub fn end(
    conn: &mut PgConnection,
    act: &Act,
    cover: &CoverRow,
    end: &End,
) -> Result<Vec<dependents::Made>, Problem> {
    if end.lost_on < cover.acquired_on {
        return Err(before_acquisition("/happened_on"));
    }
    refuse_before_later(conn, cover)?;
    let loss = members::Loss {
        person: cover.person_id,
        employer: cover.employer_id,
        lost_on: end.lost_on,
        reason: end.reason.word(),
        received_on: end.received_on,
        ends_earlier: true,
    };
    let ends_later = cover.lost_on.is_none_or(|known| known > end.lost_on);
    if !ends_later || !members::end_cover(conn, act, &loss)? {
        return Err(Problem::conflict(
            "ended-already",
            "この資格は同じ日またはより早い日に喪失しています",
            "The cover ends on that day or an earlier one already",
        ));
    }
    losses::keep(conn, act, cover.enrolment_id, (end.lost_on, end.reason.word()), &end.basis)?;
    remuneration::end_on_loss(conn, act, cover.person_id, (cover.acquired_on, end.lost_on))?;
    dependents::end_under(conn, act, cover.person_id, end.lost_on)
}
/// # Errors
/// 409 `later-cover`.
fn refuse_before_later(conn: &mut PgConnection, cover: &CoverRow) -> Result<(), Problem> {
    let follows = members::enrolled(conn, cover.person_id)?.into_iter().any(|c| {
        c.acquired_on > cover.acquired_on && c.lost_on.is_none_or(|lost_on| lost_on > c.acquired_on)
    });
    if !follows {
        return Ok(());
    }
    Err(Problem::conflict(
        "later-cover",
        "この後に別の資格があります。この資格の喪失日は変更できません",
        "Another cover of the person follows: the end of this one stays",
    ))
}
fn before_acquisition(pointer: &str) -> Problem {
    Problem::conflict(
        "before-acquisition",
        "資格取得日より前の日付です",
        "The day lies before the acquisition",
    )
    .placed(pointer)
}
/// What the calendar ended: the cover, from when, and the dependents with it.
pub struct CalendarEnd {
    /// Cover that ended.
    pub cover: CoverRow,
    /// First day not covered.
    pub lost_on: NaiveDate,
    /// Dependents who lost cover with it.
    pub dependents: Vec<dependents::Made>,
}
/// Ends cover whose two years are over by a day (38条1号), as of the day on which they were; nothing where they are not, or where
/// another end came first. The person is held, and `known` is the latest instant at which anything was recorded of it.
/// # Errors
/// Database errors.
pub fn end_term(
    conn: &mut PgConnection,
    (errand, known): (&Errand, Option<DateTime<Utc>>),
    person: Uuid,
    day: NaiveDate,
) -> Result<Option<CalendarEnd>, Problem> {
    let Some(cover) = latest(conn, person)? else { return Ok(None) };
    if EnrolmentType::of(&cover.enrolment_type) != EnrolmentType::VoluntaryContinuation {
        return Ok(None);
    }
    let over = term_over(cover.acquired_on, errand.today())?;
    let lost_on = over.lost_on;
    if lost_on > day || cover.lost_on.is_some_and(|known| known <= lost_on) {
        return Ok(None);
    }
    let dependents = end(conn, &Act::of(errand, known), &cover, &over)?;
    Ok(Some(CalendarEnd { cover, lost_on, dependents }))
}
/// The day on which the two years of 任意継続 are over (38条1号).
/// # Errors
/// 409 when the rule can't decide.
pub fn term_end(acquired_on: NaiveDate) -> Result<NaiveDate, Problem> {
    Ok(by_rule(acquired_on, None)?.0.lost_on)
}
fn by_rule(
    acquired_on: NaiveDate,
    withdrawal_received_on: Option<NaiveDate>,
) -> Result<(rules::VoluntaryEndOutcome, Basis), Problem> {
    Basis::decided::<rules::VoluntaryEnd>(&rules::VoluntaryEndInput { acquired_on, withdrawal_received_on })
}
/// The end of the two years, as the society comes to know it on a day.
fn term_over(acquired_on: NaiveDate, received_on: NaiveDate) -> Result<End, Problem> {
    let (out, basis) = by_rule(acquired_on, None)?;
    Ok(End { lost_on: out.lost_on, reason: EndReason::TwoYears, received_on, basis })
}
/// The end by wish (38条7号): the first day of the month after the receipt, or the end of the two years when that comes first.
/// # Errors
/// 409 `before-acquisition`.
pub fn end_by_wish(cover: &CoverRow, received_on: NaiveDate) -> Result<End, Problem> {
    if received_on < cover.acquired_on {
        return Err(before_acquisition("/received_on"));
    }
    if EnrolmentType::of(&cover.enrolment_type) == EnrolmentType::SpecialRetiree {
        return End::by(ContinuationCause::Withdrawal, (cover.acquired_on, received_on), received_on);
    }
    let (out, basis) = by_rule(cover.acquired_on, Some(received_on))?;
    let reason = if out.by_withdrawal { EndReason::Withdrawal } else { EndReason::TwoYears };
    Ok(End { lost_on: out.lost_on, reason, received_on, basis })
}
/// Ends 任意継続 or 特例退職 on the day of an acquisition at an employer (38条4号), unless it ended before; of cover that began on that
/// very day nothing stays. An acquisition before it began ends nothing: what stands against it is told to whoever decides.
/// # Errors
/// Database errors.
pub fn end_by_new_job<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (person, acquired_on): (Uuid, NaiveDate),
    (received_on, source): (NaiveDate, Option<Uuid>),
) -> Result<(), Problem> {
    let Some(cover) = latest(tx.conn(), person)? else { return Ok(()) };
    let runs = cover.acquired_on <= acquired_on && cover.lost_on.is_none_or(|lost| lost > acquired_on);
    if !runs {
        return Ok(());
    }
    let act = Act::permitted(tx, permit, source)?;
    // the two years may be over before the calendar got to it
    let over = match EnrolmentType::of(&cover.enrolment_type) {
        EnrolmentType::VoluntaryContinuation if term_end(cover.acquired_on)? <= acquired_on => {
            term_over(cover.acquired_on, received_on)?
        }
        _ => End::by(ContinuationCause::OtherInsurance, (cover.acquired_on, acquired_on), received_on)?,
    };
    let ended = end(tx.conn(), &act, &cover, &over)?;
    tx.note(|n| n.left(ended.iter().map(|d| d.person_id).chain([person]), &[]));
    Ok(())
}
