//! Why cover ended where no rule's decision is kept: a form or staff stated the day and the reason (健康保険法36条, for a dependent 3条7項).
use crate::domain::remuneration::Value;
use chrono::NaiveDate;

/// Why a dependent lost cover together with the insured person.
const WITH_THE_INSURED: &str = "insured_lost";

/// What happened (ja, en), the article, and whether cover lasts to the end of that day: then the first day not covered is the next one.
type Ground = (&'static str, &'static str, &'static str, bool);
const INSURED: [(&str, Ground); 5] = [
    (
        "retirement",
        (
            "退職等により、使用されなくなった又は適用除外に該当した",
            "The employment ended, or was no longer one that is covered,",
            "健康保険法36条2号又は3号",
            true,
        ),
    ),
    ("death", ("被保険者が死亡した", "The insured person died", "健康保険法36条1号", true)),
    (
        "age_75",
        (
            "75歳に達し、後期高齢者医療の被保険者となった",
            "The person became 75 and is insured of the scheme for people of 75 and over",
            "健康保険法36条3号、高齢者の医療の確保に関する法律50条1号",
            false,
        ),
    ),
    (
        "disability",
        (
            "障害の認定を受け、後期高齢者医療の被保険者となった",
            "The person was certified as disabled and is insured of the scheme for people of 75 and over",
            "健康保険法36条3号、高齢者の医療の確保に関する法律50条2号",
            false,
        ),
    ),
    (
        "social_security_agreement",
        (
            "社会保障協定により日本の健康保険の適用を受けなくなった",
            "By a social security agreement the Japanese health insurance does not apply any more",
            "健康保険法36条、社会保障協定の実施に伴う特例法",
            false,
        ),
    ),
];
const DEPENDENT: [(&str, (&str, &str)); 8] = [
    ("death", ("死亡", "death")),
    ("divorce", ("離婚", "divorce")),
    ("employment", ("就職", "employment")),
    ("income_rose", ("収入の増加", "a higher income")),
    ("age_75", ("75歳到達(後期高齢者医療の被保険者)", "the age of 75")),
    ("disability", ("障害の認定(後期高齢者医療の被保険者)", "certified disability")),
    ("other", ("届書に記載されたその他の理由", "another reason that the form states")),
    (WITH_THE_INSURED, ("被保険者の資格の喪失", "the insured person's loss of cover")),
];

/// What is said of a day of which no rule's decision is kept, in Japanese and in English.
pub fn recorded(lost_on: NaiveDate, reason: &str, is_dependent: bool) -> (String, String) {
    let found = |of: &[(&str, Ground)]| of.iter().find(|g| g.0 == reason).map(|g| g.1);
    match (is_dependent, found(&INSURED)) {
        (true, _) => dependent(lost_on, reason),
        (false, Some(ground)) => insured(lost_on, ground),
        (false, None) => stated(lost_on),
    }
}
fn insured(lost_on: NaiveDate, (ja, en, article, is_next_day): Ground) -> (String, String) {
    let day = Value::Date(lost_on);
    let last = Value::Date(lost_on.pred_opt().unwrap_or(lost_on));
    let (when_ja, when_en) = if is_next_day {
        (
            format!("{}に{ja}ため、その翌日の{}に", last.ja(), day.ja()),
            format!("{en} on {}: cover ended on the next day, {}", last.en(), day.en()),
        )
    } else {
        (
            format!("{}に{ja}ため、その日に", day.ja()),
            format!("{en} on {}: cover ended on that day", day.en()),
        )
    };
    (
        format!(
            "{when_ja}資格を喪失しました({article})。{}は資格のない最初の日で、{}まで資格がありました。届出により記録された日です。",
            day.ja(),
            last.ja()
        ),
        format!(
            "{when_en} ({article}). {} is the first day not covered, {} was the last day covered; so it was notified.",
            day.en(),
            last.en()
        ),
    )
}
fn dependent(lost_on: NaiveDate, reason: &str) -> (String, String) {
    let day = Value::Date(lost_on);
    let Some((_, (ja, en))) = DEPENDENT.iter().find(|r| r.0 == reason) else { return stated(lost_on) };
    (
        format!(
            "理由は{ja}で、{}から被扶養者ではありません(健康保険法3条7項)。{}が被扶養者でない最初の日です。届出又は審査により記録された日です。",
            day.ja(),
            day.ja()
        ),
        format!(
            "The reason is {en}: no dependent from {} (健康保険法3条7項), which is the first day not covered; so it was notified or examined.",
            day.en()
        ),
    )
}
/// Of a reason that has no words here.
fn stated(lost_on: NaiveDate) -> (String, String) {
    let day = Value::Date(lost_on);
    (
        format!("{}から資格がありません。届出又は審査により記録された日です。", day.ja()),
        format!("Not covered from {}: so it was notified or examined.", day.en()),
    )
}
