//! The explanation of a recognition.
use super::{
    aloud::{Decided, aloud},
    departure::DepartureReason,
    examined::{RecognitionFinding, of_word},
};
use crate::{
    domain::{dependents, members::Seen},
    kernel::{
        Gate, Kind, Problem, Reply, Routes, Subject,
        input::{Id, Query},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 被扶養者の認定・現況確認の説明
    ///
    /// Explains in sentences to be read aloud on which facts somebody was found to be a dependent, or not any more, with articles and
    /// figures, as it was decided: the examination that speaks for the day, as known at an instant or now. 404 where none was kept. Of a protected
    /// person (支援措置) and the household for 適用 and 給付 alone.
    pub ExplainDependentRecognition: Get "/v1/dependents/{dependent_id}/recognition/explanation" = "explainDependentRecognition", scope "dependents:read", on "Dependent", status 200, law "健康保険法3条7項, R-006, R-016, R-047";
}

/// Day and instant of the explanation.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RecognitionQuery {
    /// The examination that speaks for this day (JST); today when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
}
/// At which occasion a dependent was examined.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExaminationOccasion {
    /// 認定.
    Recognition,
    /// 現況確認.
    Confirmation,
}
/// Why somebody was found to be a dependent, or not any more.
#[derive(Serialize, ToSchema)]
pub struct DependentRecognitionExplanation {
    /// Id of the dependency.
    dependent_id: Uuid,
    /// Insured person.
    member_id: Uuid,
    /// At which occasion.
    occasion: ExaminationOccasion,
    /// Day for which the rule was asked: the day of recognition, or the as-of day of the campaign.
    examined_on: NaiveDate,
    /// What staff decided.
    is_recognised: bool,
    /// What the rule answered.
    finding: RecognitionFinding,
    /// Why staff recognised without a yes of the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    departure: Option<DepartureReason>,
    /// The same in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 100)]
    departure_note: Option<String>,
    /// When the society received what it was decided on.
    received_on: NaiveDate,
    /// Known since.
    recorded_at: DateTime<Utc>,
    /// To be read aloud, in Japanese.
    #[schema(max_length = 20000)]
    ja: String,
    /// To be read aloud, in English.
    #[schema(max_length = 20000)]
    en: String,
}

async fn explain(
    gate: Gate<ExplainDependentRecognition>,
    id: Id,
    q: Query<RecognitionQuery>,
) -> Reply<ExplainDependentRecognition, DependentRecognitionExplanation> {
    gate.read(move |tx| {
        let (day, known_at) = (q.0.as_of.unwrap_or_else(|| tx.today()), q.0.known_at);
        let dependent = dependents::find(tx, id.0, day, known_at)?;
        let (dependent, permit) = tx.admit::<ExplainDependentRecognition, _>(dependent)?;
        // its facts say how and where the person lives
        if !Seen::of(tx, &dependent.facts())?.sees() {
            return Err(Problem::new(Kind::Forbidden));
        }
        let row = dependents::examination(tx, &dependent, day, known_at)?;
        // the trace tells what the insured person earns
        tx.note(|n| n.left([dependent.insured_id], &["income", "remuneration"]));
        Ok(permit.answer(explained(&dependent, row)?))
    })
    .await
}
fn explained(
    of: &dependents::DependentRow,
    r: dependents::ExaminationRow,
) -> Result<DependentRecognitionExplanation, Problem> {
    let finding = RecognitionFinding::stored(
        (r.answer.as_deref(), r.failed_test.as_deref()),
        &r.documents_needed,
        (r.counted_income_yen, r.income_limit_yen),
        r.trace,
    )?;
    let departure = r.departure.as_deref().map(of_word).transpose()?;
    let decided = Decided { is_recognised: r.is_recognised, departure, note: r.departure_note.as_deref() };
    let (ja, en) = aloud(&finding, &decided);
    Ok(DependentRecognitionExplanation {
        dependent_id: of.dependent_id,
        member_id: of.insured_id,
        occasion: of_word(&r.occasion)?,
        examined_on: r.examined_on,
        is_recognised: r.is_recognised,
        finding,
        departure,
        departure_note: r.departure_note,
        received_on: r.received_on,
        recorded_at: r.recorded_at,
        ja,
        en,
    })
}

/// Routes of recognitions.
pub fn routes(r: &mut Routes) {
    r.group("Dependents");
    r.add::<ExplainDependentRecognition, _, _, _>(explain);
}
