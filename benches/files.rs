//! Notification files of invented people, as `samples/02` is laid out.
use crate::society::Society;
use chrono::{Datelike, NaiveDate};
use std::time::Instant;

/// A KPFD file of acquisitions: distinct 整理番号, addresses in the place of numbers.
pub fn kpfd(today: NaiveDate, media: usize, records: usize) -> Vec<u8> {
    let made = today.format("%Y%m%d");
    let acquired = format!("{:02}{}", today.year() - 2018, today.format("%m%d"));
    let mut text = format!(
        "0123,{media:03},{made},,,,,\r\n[kanri]\r\n,001\r\n0123,999,0001,東京都架空区見本町１－２－３,\
         株式会社あおい見本製作所,見本　太郎,03,0000,0001\r\n[data]\r\n"
    );
    for n in 0..records {
        let number = 400_000 + media * records + n;
        let born = format!("0{}{:02}{:02}", 1 + n % 9, 1 + n % 12, 1 + n % 28);
        text.push_str(&format!(
            "2200700,21,97,ｱｵｲ,90001,{number},ｶｸｳ ﾊﾅｺ,架空　花子,7,{born},2,1,,,,,,9,{acquired},0,215000,5000,220000,,,,,,\
             999,0002,ﾄｳｷｮｳﾄｶｸｳｸﾐﾎﾝﾁｮｳ4-5-6,東京都架空区見本町４－５－６,,1,0123,,\r\n"
        ));
    }
    encoding_rs::SHIFT_JIS.encode(&text).0.into_owned()
}
/// Files it; gives the seconds until the receipt came, which must accept every record.
pub fn send(society: &Society, token: &str, n: usize, bytes: &[u8]) -> f64 {
    let since = Instant::now();
    let url = format!(
        "http://{}/v1/notification-files?employer_id={}&file_name=KPFD0006.CSV&preparer_name=mihon",
        society.address(),
        society.employer()
    );
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = agent
        .post(url)
        .header("authorization", format!("Bearer {token}"))
        .header("idempotency-key", format!("bench-file-{n}"))
        .header("content-type", "text/csv")
        .send(bytes)
        .unwrap();
    let body = answer.body_mut().with_config().limit(100 << 20).read_to_string().unwrap();
    let seconds = since.elapsed().as_secs_f64();
    let start = body.chars().take(2_000).collect::<String>();
    assert_eq!(answer.status(), 202, "{start}");
    assert!(body.contains("\"file_result\":\"accepted\""), "{start}");
    seconds
}
