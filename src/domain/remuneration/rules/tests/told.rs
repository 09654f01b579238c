//! What a clerk reads aloud.
use super::*;

#[test]
fn a_trace_reads_as_sentences() {
    let mut months = paid(month("2026-04"), &[(301_000, 20), (299_000, 16), (300_001, 17)]);
    months.reverse();
    let input = RegularInput {
        year: 2026,
        kind: WorkKind::Full,
        months,
        previous_standard_yen: Some(yen(320_000)),
        acquired_on: day("2020-04-01"),
        lost_on: None,
        revision_month: None,
        frequent_bonus_total_yen: None,
    };
    let (_, trace) = apply::<RegularDetermination>(&input).unwrap();
    let told: Vec<(String, String)> = trace.steps.iter().map(|s| (s.ja(), s.en())).collect();
    assert_eq!(
        told.iter().map(|(ja, _)| ja.as_str()).collect::<Vec<_>>(),
        [
            "2026年4月は支払基礎日数20日(17日以上)で、報酬301,000円を算入します。",
            "2026年5月は支払基礎日数16日が17日に満たないため、報酬299,000円を算入しません。",
            "2026年6月は支払基礎日数17日(17日以上)で、報酬300,001円を算入します。",
            "算入する報酬の合計601,001円を2か月で除した平均は300,500円です。1円未満は切り捨てます。",
            "300,500円は290,000円以上の第22級にあたり、標準報酬月額は300,000円です。",
            "2026年9月から2027年8月まで適用します。",
        ]
    );
    assert_eq!(
        told[3].1,
        "The counted pay, 601,001 yen in all, divided by 2 months gives 300,500 yen. Fractions of a yen are dropped."
    );
    assert_eq!(trace.steps[3].words.article, "健康保険法41条1項");
}

#[test]
fn figures_are_written_for_readers_and_for_programs() {
    let cases = [
        (Value::Yen(1_234_567), "1,234,567円", "1,234,567 yen", "1234567"),
        (Value::Yen(999), "999円", "999 yen", "999"),
        (Value::Yen(12_345), "12,345円", "12,345 yen", "12345"),
        (Value::Yen(100_000), "100,000円", "100,000 yen", "100000"),
        (Value::Days(1), "1日", "1 day", "1"),
        (Value::Grades(2), "2等級", "2 grades", "2"),
        (Value::Month(month("2026-09")), "2026年9月", "September 2026", "2026-09"),
        (Value::Date(day("2026-07-01")), "2026年7月1日", "1 July 2026", "2026-07-01"),
    ];
    for (value, ja, en, plain) in cases {
        assert_eq!((value.ja().as_str(), value.en().as_str(), value.plain().as_str()), (ja, en, plain));
    }
}
