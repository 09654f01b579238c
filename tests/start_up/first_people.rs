//! The first day of a society's register: the first people are entered once, and register everybody else.
use super::{Process, Site, durable_cluster, nobody};
use crate::{
    harness::caller::Caller,
    users::{activation, carry_out, instruct, newcomer},
};
use serde_json::{Value, json};

const OWN: &str = "a password of one's own";
fn enter(site: &Site, options: &[&str]) -> Result<String, String> {
    let mut args = vec!["first-people"];
    args.extend(options);
    let output = site.run(&args);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}
/// The halves that were printed for somebody.
fn halves(printed: &str, login: &str) -> (Value, Value) {
    let line = printed.lines().find(|l| l.starts_with(login)).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    let half = |at: usize| json!({ "activation_half": words[at] });
    (half(3), half(6))
}
fn signed_in(url: &str, login: &str) -> Caller {
    let body = json!({ "user_id": login, "password": OWN });
    let tokens = nobody(url).post("/v1/sessions").json(&body).expect(200);
    Caller { token: tokens["access_token"].as_str().map(Into::into), ..nobody(url) }
}

#[test]
fn the_first_people_are_entered_once_and_register_everybody_else() {
    let cluster = durable_cluster();
    let site = Site::new(&cluster.server);
    let four = [
        "--officer",
        "officer.a=保護　一",
        "--officer",
        "officer.b=保護　二",
        "--administrator",
        "it.a=情報　一",
        "--administrator",
        "it.b=情報　二",
    ];
    site.done(&["keys", "init"]);
    assert!(enter(&site, &four).unwrap_err().contains("kenpo migrate"));
    site.done(&["migrate"]);
    assert!(enter(&site, &four[2..]).unwrap_err().contains("two people at least"));
    assert!(
        enter(&site, &["--officer", "Capital=x", "--administrator", "it.a=x"])
            .unwrap_err()
            .contains("small letters")
    );
    let printed = enter(&site, &four).unwrap();
    assert!(enter(&site, &four).unwrap_err().contains("able to act"));
    let mut process = Process::start(site.command(&["serve"]));
    let url = process.url();
    for login in ["officer.a", "officer.b", "it.a", "it.b"] {
        let (first, second) = halves(&printed, login);
        let chosen = nobody(&url).post("/v1/activations").json(&activation(login, &first, &second, OWN));
        assert_eq!(chosen.status, 204, "{login}: {}", chosen.text);
    }
    let (officer, it) = (signed_in(&url, "officer.a"), signed_in(&url, "it.a"));
    let mut body = newcomer("new.person");
    // the clock is the real one here
    body["content"]["holds_from"] = json!("2100-04-01T00:00:00+09:00");
    body["content"]["holds_until"] = json!("2101-04-01T00:00:00+09:00");
    body["content"].as_object_mut().unwrap().remove("number_privilege");
    let i = instruct(&officer, &body);
    carry_out(&it, &i, "execution").expect(200);
    carry_out(&officer, &i, "confirmation").expect(200);
    let told = officer.get(format!("/v1/users/{}", i.user)).expect(200);
    assert_eq!((&told["login"], &told["state"]), (&json!("new.person"), &json!("not_yet")));
    let founded = officer.get("/v1/audit-logs?operation=foundUsers").expect(200);
    assert_eq!(founded["items"].as_array().unwrap().len(), 4);
}
