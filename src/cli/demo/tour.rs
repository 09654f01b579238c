//! The guided tour: commands to paste, whose tokens are made when they are pasted.
use super::{State, http};
use crate::cli::seed::fictitious_number;
use anyhow::bail;
use chrono::NaiveDate;
use serde_json::json;

/// Prints it; `place` is the folder of a demo that is not where it is by default.
/// # Errors
/// When the case of the tour can't be made out.
pub fn print(state: &State, place: &str) -> anyhow::Result<()> {
    let url = &state.base_url;
    let employer = state.people.employer_id;
    let staff = http::token(state, "enrolment")?;
    let (_, list, _) = http::get(url, "/v1/notifications?limit=1", &staff)?;
    // The first notification was accepted: it is the case, and the number of its person may be looked at for it.
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let outcome = &list["items"][0]["outcome"];
    let (case, member) = (word(&list["items"][0]["id"]), word(&outcome["member_id"]));
    let (symbol, number, on) =
        (word(&outcome["symbol"]), word(&outcome["number"]), word(&outcome["acquired_on"]));
    if case.is_empty() || member.is_empty() {
        bail!("the first file was not decided");
    }
    let before = on.parse::<NaiveDate>()?.pred_opt().unwrap_or_default();
    let program = std::env::current_exe().map(|p| p.display().to_string()).unwrap_or_else(|_| "kenpo".into());
    let program = if place.is_empty() { program } else { format!("KENPO_BASE='{place}' {program}") };
    let token = |name: &str| format!("-H \"Authorization: Bearer $({program} token --as {name})\"");
    let acquisition = |number: &str| {
        json!({ "employer_id": employer, "preparer_name": "見本花子", "notification": {
            "kind": "qualification_acquisition", "office_number": "77", "name_kana": "ミホン　ナナ", "name": "見本　七",
            "birth_on": "2000-07-07", "sex": "female", "acquired_on": "2026-11-01", "has_dependents": false,
            "cash_yen": 250_000, "total_yen": 250_000, "personal_number": number } })
    };
    println!("\nThe society works at {url} · documentation: {url}/docs · Ctrl-C ends it\n");
    let mut steps = vec![
        (
            "What may this employer file today?",
            format!("curl -s {} '{url}/v1/capabilities?employer_id={employer}'", token("employer")),
        ),
        ("Its receipts and results", format!("curl -s {} '{url}/v1/submissions'", token("employer"))),
        (
            "A dry run: an acquisition with a wrong check digit",
            format!(
                "curl -s {} -H 'Content-Type: application/json' '{url}/v1/notifications?validate_only=true' -d '{}'",
                token("employer"),
                acquisition("999900000018")
            ),
        ),
        (
            "File it with the right one; pasted again within three days it gets the same answer and is filed once",
            format!(
                "curl -s {} -H 'Content-Type: application/json' -H 'Idempotency-Key: guided-tour' '{url}/v1/notifications' -d '{}'",
                token("employer"),
                acquisition(&fictitious_number(990))
            ),
        ),
        (
            "The work list of 適用一課",
            format!("curl -s {} '{url}/v1/notifications?limit=5'", token("enrolment")),
        ),
        (
            "A member: no personal number, only whether one is registered",
            format!("curl -s {} '{url}/v1/members/{member}'", token("enrolment")),
        ),
        (
            "Refused: a clerk without the privilege asks for the number (403)",
            format!("curl -si {} '{url}/v1/members/{member}?expand=personal_number'", token("clerk")),
        ),
        (
            "Refused: the privileged are told to step up (401)",
            format!("curl -si {} '{url}/v1/members/{member}?expand=personal_number'", token("enrolment")),
        ),
        (
            "Granted: switch the linkage on for this purpose, case and person, then look",
            format!(
                "curl -s -H \"Authorization: Bearer $(curl -s {url}/oauth/token -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange -d subject_token_type=urn:ietf:params:oauth:token-type:access_token -d scope=personal-number:read -d purpose=enrolment -d reason=examination -d case={case} -d members={member} --data-urlencode subject_token=$({program} token --as enrolment) | sed -E 's/.*\"access_token\":\"([^\"]+)\".*/\\1/')\" '{url}/v1/members/{member}'"
            ),
        ),
        (
            "The audit entries of both",
            // entries get their places in the log within a second
            format!(
                "sleep 1; curl -s {} '{url}/v1/audit-logs?person_id={member}&limit=10'",
                token("auditor")
            ),
        ),
        (
            "As of a day: nobody had this number on the day before the acquisition, and on the day itself the new member has it",
            format!(
                "for day in {before} {on}; do curl -s {} \"{url}/v1/members?as_of=$day&symbol={symbol}&number={number}\"; echo; done",
                token("clerk")
            ),
        ),
        (
            "The whole log, to check offline",
            format!(
                "curl -s {} '{url}/v1/audit-logs/export' > audit.ndjson && {program} audit verify audit.ndjson",
                token("auditor")
            ),
        ),
    ];
    // A demo that was filled by an earlier version decided nothing of pay.
    if let Some(decision) = outcome["decision_id"].as_str() {
        steps.push((
            "Why this standard remuneration? To be read aloud, with articles and figures",
            format!("curl -s {} '{url}/v1/standard-remunerations/{decision}/explanation'", token("clerk")),
        ));
    }
    for (n, (title, command)) in (1..).zip(&steps) {
        println!("{n:2}. {title}\n{command}\n");
    }
    Ok(())
}
