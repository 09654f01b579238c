//! What happens on the first day: an employer sends a real-format file, staff decides it; the other samples are dry runs.
use super::{State, http, step};
use anyhow::bail;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The sample files, carried in the program.
const SAMPLES: &[(&str, &str, &[u8])] = &[
    ("01_shutoku_ok", "SHFD0006.CSV", include_bytes!("../../../samples/01_shutoku_ok/SHFD0006.CSV")),
    ("03_soshitsu_ok", "SHFD0006.CSV", include_bytes!("../../../samples/03_soshitsu_ok/SHFD0006.CSV")),
    ("04_idou_ok", "SHFD0006.CSV", include_bytes!("../../../samples/04_idou_ok/SHFD0006.CSV")),
    ("05_santei_ok", "SHFD0006.CSV", include_bytes!("../../../samples/05_santei_ok/SHFD0006.CSV")),
    ("06_geppen_ok", "SHFD0006.CSV", include_bytes!("../../../samples/06_geppen_ok/SHFD0006.CSV")),
    ("07_shoyo_ok", "SHFD0006.CSV", include_bytes!("../../../samples/07_shoyo_ok/SHFD0006.CSV")),
    (
        "08_shutoku_field_errors",
        "SHFD0006.CSV",
        include_bytes!("../../../samples/08_shutoku_field_errors/SHFD0006.CSV"),
    ),
    (
        "09_shutoku_utf8_bom",
        "SHFD0006.CSV",
        include_bytes!("../../../samples/09_shutoku_utf8_bom/SHFD0006.CSV"),
    ),
    (
        "10_structure_and_charset",
        "SHFD0006.CSV",
        include_bytes!("../../../samples/10_structure_and_charset/SHFD0006.CSV"),
    ),
];
const SENT: &[u8] = include_bytes!("../../../samples/02_shutoku_kpfd_ok/KPFD0006.CSV");

fn path(state: &State, file: &str, more: &str) -> String {
    let employer = state.people.employer_id;
    format!(
        "/v1/notification-files?employer_id={employer}&file_name={file}&preparer_name=%E8%A6%8B%E6%9C%AC%E8%8A%B1%E5%AD%90{more}"
    )
}
/// Sends the first file, decides it, and shows the others.
/// # Errors
/// When an answer is not what the demo is built to show.
pub fn first_file(state: &State) -> anyhow::Result<()> {
    let url = &state.base_url;
    let employer = http::token(state, "employer")?;
    step("dry runs of the sample files (validate_only: nothing is stored)");
    for (name, file, bytes) in SAMPLES {
        let (status, body) = http::post_file(
            url,
            &path(state, file, "&validate_only=true"),
            &employer,
            bytes,
            "demo-dry-run",
        )?;
        println!("      {name:26} {}", summary(status, &body));
    }
    step("the employer sends 02_shutoku_kpfd_ok/KPFD0006.CSV and confirms the count");
    let receipt = send_once(state, &employer)?;
    let Some(id) = receipt["id"].as_str() else { bail!("the receipt has no id") };
    http::post(
        url,
        &format!("/v1/submissions/{id}/confirmation"),
        &employer,
        json!({ "read_count": 2 }),
        &[],
    )?;
    step("適用一課 accepts the first record and returns the second");
    let staff = http::token(state, "enrolment")?;
    let decisions = [
        json!({ "decision": "accept" }),
        json!({ "decision": "return", "reasons": [{ "code": "evidence_missing", "text": "雇用契約書の写しを添付してください" }] }),
    ];
    for (record, decision) in receipt["results"].as_array().into_iter().flatten().zip(decisions) {
        let at = format!("/v1/notifications/{}", record["notification_id"].as_str().unwrap_or_default());
        let (_, now, tag) = http::get(url, &at, &staff)?;
        if !["accepted", "review"].iter().any(|waiting| now["state"] == *waiting) {
            continue; // decided by a run that was broken off afterwards
        }
        let (status, _) =
            http::post(url, &format!("{at}/decision"), &staff, decision, &[("if-match", &tag)])?;
        if status != 200 {
            bail!("a decision was answered with {status}");
        }
    }
    let (_, done, _) = http::get(url, &format!("/v1/submissions/{id}"), &employer)?;
    let outcome = &done["results"][0]["outcome"];
    println!(
        "      result for payroll: 記号 {} 番号 {} 枝番 {}",
        outcome["symbol"].as_str().unwrap_or("?"),
        outcome["number"].as_str().unwrap_or("?"),
        outcome["branch"].as_str().unwrap_or("?")
    );
    Ok(())
}
/// The receipt of the first file: a run that was broken off may have sent it, and its key may be forgotten by now.
fn send_once(state: &State, employer: &str) -> anyhow::Result<Value> {
    let url = &state.base_url;
    let (_, sent, _) = http::get(url, "/v1/submissions", employer)?;
    let is_first = |s: &&Value| s["file_name"] == "KPFD0006.CSV";
    if let Some(first) = sent["items"].as_array().into_iter().flatten().find(is_first) {
        let at = format!("/v1/submissions/{}", first["id"].as_str().unwrap_or_default());
        return Ok(http::get(url, &at, employer)?.1);
    }
    let slip = path(state, "KPFD0006.CSV", "&declared_count=2");
    let (status, receipt) = http::post_file(url, &slip, employer, SENT, "demo-first-file")?;
    if status != 202 {
        bail!("the file was answered with {status}");
    }
    Ok(receipt)
}
fn summary(status: u16, body: &Value) -> String {
    if status != 200 {
        return format!("{status} {}", body["code"].as_str().unwrap_or("?"));
    }
    let records: Vec<&Value> = body["records"].as_array().into_iter().flatten().collect();
    let count = |word: &str| records.iter().filter(|r| r["disposition"] == word).count();
    let findings = records.iter().flat_map(|r| r["findings"].as_array().into_iter().flatten());
    let codes: BTreeSet<&str> = findings.filter_map(|f| f["code"].as_str()).collect();
    format!(
        "{} · accepted {} · review {} · rejected {} {}",
        body["file_result"].as_str().unwrap_or("?"),
        count("accepted"),
        count("review"),
        count("rejected"),
        codes.into_iter().collect::<Vec<_>>().join(" ")
    )
}
