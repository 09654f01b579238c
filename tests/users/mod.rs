//! ユーザ管理簿: what is registered of who may sign in, by whom, and what follows from it (J9).
mod activation;
mod life;
mod refused;
mod reviews;

use crate::harness::{behind::within, world::World};
pub use crate::sweep::registering::{Instruction, activation, carry_out, instruct, newcomer};
use serde_json::{Value, json};

/// Instructs, executes and confirms.
pub fn registered(w: &World, body: &Value) -> Instruction {
    let (officer, it) = (w.staff("officer"), w.staff("it"));
    let i = instruct(&officer, body);
    carry_out(&it, &i, "execution").expect(200);
    carry_out(&officer, &i, "confirmation").expect(200);
    let user = i.user;
    within(1, "what was registered is known", || w.app.kernel.live.get().users.contains_key(&user));
    i
}
/// An instruction about somebody who is registered: 適用一課, as it stands, with these changes.
pub fn about(w: &World, login: &str, changes: &Value) -> Value {
    let mut content = json!({ "display_name": "架空　職員", "section": "enrolment_1", "duties": [], "purposes": ["enrolment"],
        "scopes": ["members:read", "dependents:read"], "holds_from": "2026-11-22T00:00:00+09:00" });
    for (key, value) in changes.as_object().unwrap() {
        content[key] = value.clone();
    }
    json!({ "user_id": w.user(login), "reason": "異動のため", "content": content })
}
