//! Employers' systems that file without pause until the server is gone.
use super::ledger::{Filing, Receipt};
use crate::harness::caller::Response;
use chrono::{Datelike, NaiveDate};
use kenpo::cli::seed;
use serde_json::{Value, json};
use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

const RECORDS_OF_A_FILE: usize = 3;
/// How many invented numbers there are.
const NUMBERS: usize = 1000;

/// What has been filed so far, in all rounds.
pub struct Load {
    pub filings: Mutex<Vec<Filing>>,
    /// The first one sends files, and its filings take turns; forms of the others are at work at the same time.
    employers: Vec<Uuid>,
    today: NaiveDate,
    receipts: AtomicUsize,
}
impl Load {
    pub fn new(employers: Vec<Uuid>, today: NaiveDate) -> Self {
        Self { filings: Mutex::default(), employers, today, receipts: AtomicUsize::new(0) }
    }
    /// Receipts so far.
    pub fn receipts(&self) -> usize {
        self.receipts.load(Ordering::SeqCst)
    }
    /// Files until no answer comes; gives an answer that no filing should get.
    pub fn file(&self, url: &str, token: &str) -> Result<(), String> {
        let agent = agent();
        loop {
            let (n, filing) = self.next();
            match post(&agent, url, token, &filing) {
                Err(_) => return Ok(()),
                Ok((202, _, body)) => {
                    self.filings.lock().unwrap()[n].receipt = Some(receipt(&body));
                    self.receipts.fetch_add(1, Ordering::SeqCst);
                }
                Ok((status, _, body)) => return Err(format!("{}: {status} {body}", filing.key)),
            }
        }
    }
    /// Writes the next filing into the ledger before it is sent.
    fn next(&self) -> (usize, Filing) {
        let mut filings = self.filings.lock().unwrap();
        let n = filings.len();
        let filing = if n.is_multiple_of(2) { self.form(n) } else { self.csv(n) };
        filings.push(filing.clone());
        (n, filing)
    }
    fn form(&self, n: usize) -> Filing {
        let number = n / 2;
        let personal_number =
            (number < NUMBERS).then(|| seed::fictitious_number(u16::try_from(number).unwrap()));
        let mut notification = json!({
            "kind": "qualification_acquisition", "office_number": office_number(n, 0), "name_kana": "ミホン　ナナ",
            "name": "見本　七", "birth_on": "2000-07-07", "sex": "female", "acquired_on": self.today,
            "has_dependents": false, "cash_yen": 250_000, "total_yen": 250_000 });
        match &personal_number {
            Some(digits) => notification["personal_number"] = json!(digits),
            None => {
                notification["resident_address"] =
                    json!({ "postal_code": "9990002", "kana": "ﾐﾎﾝﾁｮｳ", "text": "見本町" });
            }
        }
        let employer = self.employers[number % self.employers.len()];
        let body =
            json!({ "employer_id": employer, "preparer_name": "見本 花子", "notification": notification });
        Filing {
            key: format!("crash-form-{n}"),
            path: "/v1/notifications".into(),
            media: "application/json",
            body: body.to_string().into_bytes(),
            office_numbers: vec![office_number(n, 0)],
            personal_number,
            receipt: None,
        }
    }
    fn csv(&self, n: usize) -> Filing {
        let numbers: Vec<String> = (0..RECORDS_OF_A_FILE).map(|i| office_number(n, i)).collect();
        Filing {
            key: format!("crash-file-{n}"),
            path: format!(
                "/v1/notification-files?employer_id={}&file_name=KPFD0006.CSV&preparer_name=mihon",
                self.employers[0]
            ),
            media: "text/csv",
            body: kpfd(self.today, 1 + n / 2, &numbers),
            office_numbers: numbers,
            personal_number: None,
            receipt: None,
        }
    }
}
fn office_number(n: usize, i: usize) -> String {
    format!("{}", 100_000 + n * RECORDS_OF_A_FILE + i)
}
/// A KPFD file of acquisitions without numbers, as `samples/02` is laid out.
fn kpfd(today: NaiveDate, media: usize, office_numbers: &[String]) -> Vec<u8> {
    let made = today.format("%Y%m%d");
    let acquired = format!("{:02}{}", today.year() - 2018, today.format("%m%d"));
    let mut text = format!(
        "0123,{media:03},{made},,,,,\r\n[kanri]\r\n,001\r\n0123,999,0001,東京都架空区見本町１－２－３,\
         株式会社あおい見本製作所,見本　太郎,03,0000,0001\r\n[data]\r\n"
    );
    for number in office_numbers {
        text.push_str(&format!(
            "2200700,21,97,ｱｵｲ,90001,{number},ｶｸｳ ﾊﾅｺ,架空　花子,7,050607,2,1,,,,,,9,{acquired},0,215000,5000,220000,,,,,,\
             999,0002,ﾄｳｷｮｳﾄｶｸｳｸﾐﾎﾝﾁｮｳ4-5-6,東京都架空区見本町４－５－６,,1,0123,,\r\n"
        ));
    }
    encoding_rs::SHIFT_JIS.encode(&text).0.into_owned()
}
/// What a receipt says.
pub fn receipt(body: &str) -> Receipt {
    let said: Value = serde_json::from_str(body).unwrap();
    Receipt {
        submission: said["id"].as_str().unwrap().parse().unwrap(),
        number: said["receipt_number"].as_str().unwrap().to_owned(),
        body: body.to_owned(),
    }
}
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(30)))
        .http_status_as_error(false)
        .build()
        .into()
}
/// Sends a filing; gives status, whether it is the kept answer, and body. An error is no answer at all, or half of one.
pub fn post(
    agent: &ureq::Agent,
    url: &str,
    token: &str,
    filing: &Filing,
) -> Result<(u16, bool, String), ureq::Error> {
    let mut answer = agent
        .post(format!("{url}{}", filing.path))
        .header("authorization", format!("Bearer {token}"))
        .header("idempotency-key", &filing.key)
        .header("content-type", filing.media)
        .send(&filing.body[..])?;
    let headers: Vec<(String, String)> = answer
        .headers()
        .iter()
        .map(|(n, v)| (n.to_string(), v.to_str().unwrap_or_default().to_owned()))
        .collect();
    let status = answer.status().as_u16();
    let text = answer.body_mut().read_to_string()?;
    let r = Response::checked(("POST", &filing.path), status, headers, text);
    Ok((r.status, !r.header("idempotency-replayed").is_empty(), r.text))
}
