//! Traces: what a rule did, step by step, with every figure it used. A trace is what a decision is explained and checked with; it
//! renders into sentences that a clerk can read aloud.
use crate::values::{
    month::{Month, YEARS},
    yen::Yen,
};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FigureUnit {
    /// Whole yen.
    Yen,
    /// Days.
    Days,
    /// A number of months.
    Months,
    /// The number of a grade.
    Grade,
    /// A difference between grades.
    Grades,
    /// A calendar month.
    Month,
    /// A civil date.
    Date,
    /// A plain count.
    Count,
}
/// How a step cut an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundingStep {
    /// Fractions of a yen are dropped.
    YenDown,
    /// What is below 1,000 yen is dropped.
    ThousandDown,
}
impl RoundingStep {
    /// The sentence about it (ja, en).
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::YenDown => ("1円未満は切り捨てます。", "Fractions of a yen are dropped."),
            Self::ThousandDown => ("1,000円未満は切り捨てます。", "What is below 1,000 yen is dropped."),
        }
    }
}

/// The value of a figure, with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// Whole yen.
    Yen(i64),
    /// Days.
    Days(i64),
    /// A number of months.
    Months(i64),
    /// The number of a grade.
    Grade(u8),
    /// A difference between grades.
    Grades(u8),
    /// A calendar month.
    Month(Month),
    /// A civil date.
    Date(NaiveDate),
    /// A plain count.
    Count(i64),
}
impl From<Yen> for Value {
    fn from(yen: Yen) -> Self {
        Self::Yen(yen.get())
    }
}
impl Value {
    /// Its unit.
    pub const fn unit(self) -> FigureUnit {
        match self {
            Self::Yen(_) => FigureUnit::Yen,
            Self::Days(_) => FigureUnit::Days,
            Self::Months(_) => FigureUnit::Months,
            Self::Grade(_) => FigureUnit::Grade,
            Self::Grades(_) => FigureUnit::Grades,
            Self::Month(_) => FigureUnit::Month,
            Self::Date(_) => FigureUnit::Date,
            Self::Count(_) => FigureUnit::Count,
        }
    }
    /// A month or a date lies in the years that a caller may name; anything else always does.
    pub fn is_in_reach(self) -> bool {
        match self {
            Self::Month(month) => YEARS.contains(&month.year()),
            Self::Date(day) => YEARS.contains(&day.year()),
            _ => true,
        }
    }
    /// As programs write it: `250000`, `2026-09`, `2026-09-01`.
    pub fn plain(self) -> String {
        match self {
            Self::Yen(n) | Self::Days(n) | Self::Months(n) | Self::Count(n) => n.to_string(),
            Self::Grade(n) | Self::Grades(n) => n.to_string(),
            Self::Month(month) => month.to_string(),
            Self::Date(day) => day.to_string(),
        }
    }
    /// As Japanese reads it: `250,000円`, `2026年9月`.
    pub fn ja(self) -> String {
        match self {
            Self::Yen(n) => format!("{}円", grouped(n)),
            Self::Days(n) => format!("{n}日"),
            Self::Months(n) => format!("{n}か月"),
            Self::Grade(n) => format!("第{n}級"),
            Self::Grades(n) => format!("{n}等級"),
            Self::Month(m) => format!("{}年{}月", m.year(), m.number()),
            Self::Date(d) => format!("{}年{}月{}日", d.year(), d.month(), d.day()),
            Self::Count(n) => grouped(n),
        }
    }
    /// As English reads it: `250,000 yen`, `September 2026`.
    pub fn en(self) -> String {
        match self {
            Self::Yen(n) => format!("{} yen", grouped(n)),
            Self::Days(n) => counted(n, "day"),
            Self::Months(n) => counted(n, "month"),
            Self::Grade(n) => format!("grade {n}"),
            Self::Grades(n) => counted(i64::from(n), "grade"),
            Self::Month(m) => m.first_day().format("%B %Y").to_string(),
            Self::Date(d) => d.format("%-d %B %Y").to_string(),
            Self::Count(n) => grouped(n),
        }
    }
}
fn counted(n: i64, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}
/// Digits in groups of three.
fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let first = digits.len() % 3;
    let mut out = String::from(if n < 0 { "-" } else { "" });
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && i % 3 == first % 3 {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A kind of step: its code, article, rounding, and its sentences, in which `{name}` stands for a figure.
#[derive(Debug)]
pub struct StepWords {
    /// Stable code.
    pub code: &'static str,
    /// Article or notice.
    pub article: &'static str,
    /// How the step cut the amount it ends in.
    pub rounding: Option<RoundingStep>,
    /// Japanese sentence.
    pub ja: &'static str,
    /// English sentence.
    pub en: &'static str,
}
/// Declares kinds of steps: `NAME = "code", "article" [, rounding]: "日本語" / "English";`
macro_rules! steps {
    ($($name:ident = $code:literal, $law:literal $(, $rounding:ident)?: $ja:literal / $en:literal;)+) => { $(
        const $name: $crate::domain::remuneration::StepWords =
            $crate::domain::remuneration::StepWords {
                code: $code,
                article: $law,
                rounding: $crate::domain::remuneration::steps!(@ $($rounding)?),
                ja: $ja,
                en: $en,
            };
    )+ };
    (@) => { None };
    (@ $rounding:ident) => { Some($crate::domain::remuneration::RoundingStep::$rounding) };
}
pub(crate) use steps;

/// A step that a rule took, with the figures it used.
#[derive(Clone, Debug)]
pub struct Step {
    /// What kind of step.
    pub words: &'static StepWords,
    /// Figures by name.
    pub figures: Vec<(&'static str, Value)>,
}
impl Step {
    /// The Japanese sentence.
    pub fn ja(&self) -> String {
        self.said(self.words.ja, Value::ja, self.words.rounding.map(|r| r.words().0), "")
    }
    /// The English sentence.
    pub fn en(&self) -> String {
        self.said(self.words.en, Value::en, self.words.rounding.map(|r| r.words().1), " ")
    }
    fn said(&self, template: &str, say: fn(Value) -> String, rounding: Option<&str>, gap: &str) -> String {
        let mut text = self.figures.iter().fold(template.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), &say(*value))
        });
        if let Some(rounding) = rounding {
            text.push_str(gap);
            text.push_str(rounding);
        }
        text
    }
}

/// The steps of one application of a rule, in the order in which it took them.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// Steps.
    pub steps: Vec<Step>,
}
impl Trace {
    /// Notes a step and its figures.
    pub fn step<const N: usize>(&mut self, words: &'static StepWords, figures: [(&'static str, Value); N]) {
        self.steps.push(Step { words, figures: figures.into() });
    }
}
