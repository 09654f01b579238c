//! What must wake somebody: readiness and metrics after a policy question that could not be evaluated.
use crate::harness::world::World;
use kenpo::{
    app,
    kernel::{Actor, Facts, policy::GrantState},
};
use uuid::Uuid;

#[test]
fn a_policy_question_that_could_not_be_evaluated_denies_and_alarms_until_a_restart() {
    app::install_metrics();
    let w = World::new();
    let node = w.second_node();
    let by = w.nobody().at(&node.url);
    let counted = || -> u64 {
        let metrics = by.get("/metrics").text;
        let line = metrics.lines().find_map(|l| l.strip_prefix("kenpo_policy_errors_total "));
        line.map_or(0, |n| n.parse().unwrap())
    };
    assert_eq!(by.get("/readyz").status, 200);
    let before = counted();
    // the system is nobody about whom a policy could be asked
    let (system, member) = (Actor::system("job"), Facts::of("Member", Uuid::nil()));
    let verdict = node.app.kernel.policies.decide(&system, "getMember", &member, GrantState::None);
    assert!(!verdict.is_allowed && verdict.policies.is_empty());
    assert!(counted() > before, "the metric counts it");
    for _ in 0..2 {
        let answer = by.get("/readyz");
        assert_eq!((answer.status, answer.text.as_str()), (503, "policy evaluation errors: see the log\n"));
    }
    assert_eq!(by.get("/healthz").status, 200, "it lives, and is not sent anybody");
    assert_eq!(w.nobody().get("/readyz").status, 200, "the other node evaluates as it should");
    let told = w.entries("operation = 'getReadiness' and status = 503");
    assert_eq!(told.len(), 2);
}
