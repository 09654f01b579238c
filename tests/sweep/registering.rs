//! Instructions of the user register that the sweep asks about.
use crate::harness::{caller::Caller, world::World};
use serde_json::{Value, json};
use uuid::Uuid;

/// An instruction and its ETag.
pub struct Instruction {
    pub id: Uuid,
    pub tag: String,
    /// Whom it is about.
    pub user: Uuid,
}
/// What the operations on the user register are asked about.
pub struct Registering {
    /// Somebody of the register.
    pub user: Uuid,
    pub to_execute: Instruction,
    pub to_reject: Instruction,
    pub to_withdraw: Instruction,
    /// One that was executed.
    pub to_confirm: Instruction,
    /// Whoever chooses a password.
    pub activated: Uuid,
    /// Body of choosing a password with a code that is good.
    pub activation: Value,
}
/// An instruction about a new person of 給付課.
pub fn newcomer(login: &str) -> Value {
    json!({ "login": login, "reason": "新規採用のため", "content": {
        "display_name": "架空　新人", "section": "benefits", "duties": [], "purposes": ["benefits"], "scopes": ["members:read"],
        "holds_from": "2026-11-22T00:00:00+09:00", "holds_until": "2027-04-01T00:00:00+09:00",
        "number_privilege": { "from": "2026-12-01T00:00:00+09:00", "until": "2027-03-01T00:00:00+09:00" } } })
}
/// Instructs as an officer.
pub fn instruct(officer: &Caller, body: &Value) -> Instruction {
    let key = format!("instruct-{}", Uuid::now_v7());
    let r = officer.post("/v1/user-instructions").key(&key).json(body);
    let tag = r.header("etag").to_owned();
    let told = r.expect(201);
    let id = |name: &str| told[name].as_str().unwrap().parse().unwrap();
    Instruction { id: id("id"), tag, user: id("user_id") }
}
/// Executes or confirms.
pub fn carry_out(by: &Caller, i: &Instruction, step: &str) -> crate::harness::caller::Response {
    by.post(format!("/v1/user-instructions/{}/{step}", i.id)).header("if-match", &i.tag).send(b"")
}
/// Body of choosing a password with the halves that two people were shown.
pub fn activation(login: &str, first: &Value, second: &Value, password: &str) -> Value {
    json!({ "user_id": login, "first_half": first["activation_half"], "second_half": second["activation_half"], "password": password })
}
impl Registering {
    pub fn new(w: &World) -> Self {
        let (officer, it) = (w.staff("officer"), w.staff("it"));
        let [to_execute, to_reject, to_withdraw, to_confirm, done] =
            ["execute", "reject", "withdraw", "confirm", "done"]
                .map(|n| instruct(&officer, &newcomer(&format!("to.{n}"))));
        carry_out(&it, &to_confirm, "execution").expect(200);
        let first = carry_out(&it, &done, "execution").expect(200);
        let second = carry_out(&officer, &done, "confirmation").expect(200);
        let activation = activation("to.done", &first, &second, "a password of one's own");
        let activated = done.user;
        Self { user: w.user("review"), activated, to_execute, to_reject, to_withdraw, to_confirm, activation }
    }
}
