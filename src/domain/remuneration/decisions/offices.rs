//! 二以上事業所勤務 (健康保険法44条3項): the remunerations of the offices are added and looked up once; each office's part of the sum stays with
//! the decision, so that premiums can be shared by it (健康保険法施行令47条). Pure.
use super::{
    super::rules::{
        self, GradeInput, StandardRemunerationGrade, Trace, TwoOffices, TwoOfficesInput, Value as Figure,
        trace::steps,
    },
    facts::{Made, Undecided, known_yen},
};
use crate::{
    domain::{employers, members::OfficeRow, remuneration::rules::Rule},
    kernel::{Problem, Tx},
    values::{month::Month, yen::Yen},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// Under this key the offices stand beside the facts of a decision.
pub const OFFICES: &str = "offices";

/// 報酬月額 of one of the offices, as the decision added it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfficeShare {
    /// Employer of this society.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub employer_id: Option<Uuid>,
    /// Name of an office outside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub name: Option<String>,
    /// 報酬月額 there: its part of the sum.
    pub monthly_yen: i64,
    /// The month from which this 報酬月額 holds.
    pub since: Month,
}
impl OfficeShare {
    /// The same office.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.employer_id, &self.name) == (other.employer_id, &other.name)
    }
}
steps! {
    SHARE = "share_of_office", "健康保険法施行令47条":
        "{place}番目の事業所の報酬月額は{pay}で、保険料は合算額{total}に対する割合で按分します。" /
        "Office {place} has {pay} of the {total}: premiums are shared in this proportion.";
    ALONE = "one_office_left", "健康保険法44条3項":
        "{month}から一つの事業所の報酬月額{pay}によります。" /
        "From {month} the remuneration of one office, {pay}, decides.";
}
/// Which offices the steps of a decision count, to be read aloud to whoever may see all of it: the name, and the 記号 of one of this society.
/// # Errors
/// Database errors.
pub fn aloud(
    tx: &mut Tx<'_>,
    shares: &[OfficeShare],
    at: (NaiveDate, Option<DateTime<Utc>>),
) -> Result<(String, String), Problem> {
    let (mut ja, mut en) = (String::new(), String::new());
    for (place, share) in (1..).zip(shares) {
        let (name_ja, name_en) = match (&share.name, share.employer_id) {
            (Some(name), _) => (name.clone(), name.clone()),
            (None, Some(employer)) => {
                let c = employers::called(tx, employer, at)?;
                (format!("{}(記号{})", c.name, c.symbol), format!("{} ({})", c.name, c.symbol))
            }
            (None, None) => continue,
        };
        if shares.len() == 1 {
            ja.push_str(&format!("その事業所は{name_ja}です。"));
            en.push_str(&format!(" That office is {name_en}."));
        } else {
            ja.push_str(&format!("{place}番目の事業所は{name_ja}です。"));
            en.push_str(&format!(" Office {place} is {name_en}."));
        }
    }
    Ok((ja, en))
}
/// The offices that a stored decision added; none for one office.
/// # Errors
/// 503 when they can't be read: a decision on several offices is never taken for one on one.
pub fn stored(offices: Option<&Value>) -> Result<Vec<OfficeShare>, Problem> {
    let read = |v: &Value| serde_json::from_value(v.clone());
    let shares = offices.filter(|v| !v.is_null()).map(read).transpose();
    Ok(shares.map_err(|_| Problem::unavailable("stored-offices-unreadable"))?.unwrap_or_default())
}
/// The employment has a day in the month, or runs into it: it counts from the month it begins in, to the one before it ends in.
pub fn is_active(office: &OfficeRow, month: Month) -> bool {
    Month::of(office.from_on) <= month && office.until_on.is_none_or(|until| month < Month::of(until))
}
/// An employment as an office of a decision.
pub fn first_share(office: &OfficeRow) -> OfficeShare {
    OfficeShare {
        employer_id: office.employer_id,
        name: office.name.clone(),
        monthly_yen: office.monthly_yen,
        since: Month::of(office.from_on),
    }
}
/// Adds the offices and looks the sum up; `own` are the steps that led to the report of one of them.
/// # Errors
/// Months without a table of grades.
pub fn added(from: Month, own: Option<Made>, shares: &[OfficeShare]) -> Result<Made, Undecided> {
    let mut trace = own.as_ref().map_or_else(Trace::default, |m| m.trace.clone());
    let yen = |s: &OfficeShare| known_yen(s.monthly_yen);
    if let [only] = shares {
        trace.step(&ALONE, [("month", Figure::Month(from)), ("pay", Figure::Yen(only.monthly_yen))]);
        let facts = GradeInput { remuneration_yen: yen(only)?, month: from };
        let (out, more) = rules::apply::<StandardRemunerationGrade>(&facts)?;
        trace.steps.extend(more.steps);
        let amounts = (out.grade, out.standard_yen, only.monthly_yen);
        return Ok(Made { from, amounts, by: id::<TwoOffices>(), trace, is_carried: false });
    }
    let remunerations_yen = shares.iter().map(yen).collect::<Result<_, _>>()?;
    let facts = TwoOfficesInput { month: from, remunerations_yen };
    let (out, more) = rules::apply::<TwoOffices>(&facts)?;
    trace.steps.extend(more.steps);
    for (place, share) in (1..).zip(shares) {
        trace.step(
            &SHARE,
            [
                ("place", Figure::Count(place)),
                ("pay", Figure::Yen(share.monthly_yen)),
                ("total", Figure::Yen(out.remuneration_yen)),
            ],
        );
    }
    let amounts = (out.grade, out.standard_yen, out.remuneration_yen);
    let by = own.map_or(id::<TwoOffices>(), |m| m.by);
    Ok(Made { from, amounts, by, trace, is_carried: false })
}
const fn id<R: Rule>() -> (&'static str, &'static str) {
    (R::ID, R::VERSION)
}
/// 標準報酬月額 of the remuneration of one office alone, which its revisions are compared with.
pub fn standard_alone(monthly_yen: i64, month: Month) -> Option<i64> {
    let remuneration_yen = Yen::new(monthly_yen)?;
    let (out, _) = rules::apply::<StandardRemunerationGrade>(&GradeInput { remuneration_yen, month }).ok()?;
    Some(out.standard_yen)
}
