//! A trace as it is shown and stored.
use super::rules::{FigureUnit, RoundingStep, Rule, Trace};
use crate::kernel::Problem;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

/// Instant of an explanation.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExplanationQuery {
    /// As known at this instant: what could be read aloud then; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub known_at: Option<DateTime<Utc>>,
}
/// Whether a version held, as known at an instant or now.
pub fn held(superseded_at: Option<DateTime<Utc>>, known_at: Option<DateTime<Utc>>) -> bool {
    superseded_at.is_none_or(|since| known_at.is_some_and(|at| at < since))
}
/// A figure that a step used.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TraceFigure {
    /// Name.
    #[schema(max_length = 40)]
    pub name: String,
    /// Value: digits, a month or a date.
    #[schema(max_length = 40)]
    pub value: String,
    /// What it counts.
    pub unit: FigureUnit,
}
/// One step of a calculation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TraceStep {
    /// Stable code.
    #[schema(max_length = 60)]
    pub code: String,
    /// Article or notice.
    #[schema(max_length = 100)]
    pub article: String,
    /// The step in Japanese.
    #[schema(max_length = 500)]
    pub ja: String,
    /// The step in English.
    #[schema(max_length = 500)]
    pub en: String,
    /// Figures used.
    #[schema(max_items = 20)]
    pub figures: Vec<TraceFigure>,
    /// How the result was rounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rounding: Option<RoundingStep>,
}
/// Why a calculation came out so.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CalculationTrace {
    /// Id of the rule.
    #[schema(max_length = 60)]
    pub rule: String,
    /// Version of the rule.
    #[schema(max_length = 10)]
    pub rule_version: String,
    /// Steps in order.
    #[schema(max_items = 500)]
    pub steps: Vec<TraceStep>,
}
impl CalculationTrace {
    /// What a rule told.
    pub fn of<R: Rule>(trace: &Trace) -> Self {
        Self::named((R::ID, R::VERSION), trace)
    }
    /// What the rule of an id and version told.
    pub fn named((rule, rule_version): (&str, &str), trace: &Trace) -> Self {
        let steps = trace.steps.iter().map(|step| TraceStep {
            code: step.words.code.into(),
            article: step.words.article.into(),
            ja: step.ja(),
            en: step.en(),
            figures: step
                .figures
                .iter()
                .map(|(name, v)| TraceFigure { name: (*name).into(), value: v.plain(), unit: v.unit() })
                .collect(),
            rounding: step.words.rounding,
        });
        Self { rule: rule.into(), rule_version: rule_version.into(), steps: steps.collect() }
    }
    /// A stored trace.
    /// # Errors
    /// 503 when it can't be read.
    pub fn read(stored: Value) -> Result<Self, Problem> {
        serde_json::from_value(stored).map_err(|_| Problem::unavailable("stored-trace-unreadable"))
    }
    /// As [`Self::aloud`], of something that holds, or does not any more and says so first.
    pub fn aloud_now(&self, holds: bool) -> (String, String) {
        let (ja, en) = self.aloud();
        if holds { (ja, en) } else { (format!("{}{ja}", NO_MORE.0), format!("{}{en}", NO_MORE.1)) }
    }
    /// Its sentences, to be read aloud in Japanese and in English: those of the steps, then the articles, and the rule with its version. Who tells
    /// more of the decision than the rule gave adds it after them.
    pub fn aloud(&self) -> (String, String) {
        if self.steps.is_empty() {
            return (String::new(), String::new());
        }
        let (ja, en): (Vec<&str>, Vec<&str>) =
            self.steps.iter().map(|s| (s.ja.as_str(), s.en.as_str())).unzip();
        let mut articles: Vec<&str> = Vec::new();
        for step in &self.steps {
            if !articles.contains(&step.article.as_str()) {
                articles.push(&step.article);
            }
        }
        let (rule, version) = (&self.rule, &self.rule_version);
        (
            format!(
                "{}根拠は、{}です。適用した規則は、{}({version}版)です。",
                ja.concat(),
                articles.join("、"),
                named(rule)
            ),
            format!("{} Articles: {}. Rule: {rule}, version {version}.", en.join(" "), articles.join("; ")),
        )
    }
}
/// What a clerk calls a rule; its id where there is no such word.
fn named(rule: &str) -> &str {
    match rule {
        "age_dates" => "年齢到達日",
        "elderly_burden_ratio" => "70歳以上の一部負担金の割合",
        "short_time_eligibility" => "短時間労働者の適用",
        "insurer_number_check_digit" => "保険者番号の検証番号",
        "corporate_number_check_digit" => "法人番号の検査用数字",
        "standard_remuneration_grade" => "標準報酬月額の等級",
        "acquisition_determination" => "資格取得時決定",
        "regular_determination" => "定時決定",
        "regular_determination_annual" => "定時決定(年間平均)",
        "occasional_revision" => "随時改定",
        "occasional_revision_annual" => "随時改定(年間平均)",
        "leave_end_revision" => "産前産後休業・育児休業等終了時改定",
        "two_offices" => "二以上事業所勤務者の決定",
        "standard_bonus" => "標準賞与額の決定",
        "exemption_months" => "休業中の保険料の免除",
        "maternity_window" => "産前産後休業の期間",
        "special_retiree_standard" => "特例退職被保険者の標準報酬月額",
        "voluntary_continuation_standard" => "任意継続被保険者の標準報酬月額",
        "voluntary_continuation_deadline" => "任意継続の申出の期限",
        "voluntary_continuation_end" => "任意継続の期間の満了",
        "continuation_loss" => "任意継続・特例退職の資格喪失",
        "loss_at_75" => "75歳到達による資格喪失",
        "dependent_recognition" => "被扶養者の認定",
        other => other,
    }
}
/// What is read aloud before what does not hold any more, in Japanese and in English.
const NO_MORE: (&str, &str) = (
    "これは、その後の決定又は訂正により、現在は効力がありません。内容は次のとおりでした。",
    "This does not hold any more: another decision or a correction took its place. It had been decided as follows. ",
);
/// Facts and trace as they are stored.
/// # Errors
/// 503 when they can't be written.
pub fn stored<R: Rule>(facts: &R::Input, trace: &Trace) -> Result<(Value, Value), Problem>
where
    R::Input: Serialize,
{
    let json = |v: serde_json::Result<Value>| v.map_err(|_| Problem::unavailable("facts-unwritable"));
    Ok((json(serde_json::to_value(facts))?, json(serde_json::to_value(CalculationTrace::of::<R>(trace)))?))
}
