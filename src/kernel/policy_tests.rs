//! What loading refuses, and that an error denies.
#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use crate::kernel::Zone;

const RULE: &str = "permit (principal is Kenpo::User, action == Kenpo::Action::\"getMember\", resource)";

/// The linkage, switched on for 適用.
const ENROLMENT: GrantState = GrantState::Matching(Purpose::Enrolment);

fn load(policy: &str) -> anyhow::Result<Policies> {
    Policies::load(BUILT_IN.0, &[policy])
}
fn refusal(policy: &str) -> String {
    format!("{:#}", load(policy).err().expect(policy))
}
fn clerk() -> Actor {
    Actor { kind: ActorKind::User, section: "enrolment_1".into(), ..Actor::system("clerk") }
}
fn asked(policies: &Policies) -> Verdict {
    let facts = Facts::of("Member", Uuid::from_u128(1)).in_employer(Uuid::from_u128(2));
    policies.decide(&clerk(), "getMember", &facts, GrantState::None)
}

#[test]
fn loading_names_the_policy_that_is_wrong() {
    let annotated = |rest: &str| format!("@id(\"X1\") @why(\"because\") {rest}");
    assert!(load(&annotated(&format!("{RULE};"))).is_ok());
    for (policy, word) in [
        (format!("@why(\"because\") {RULE};"), "no @id"),
        (format!("@id(\"X1\") {RULE};"), "X1 has no @why"),
        (annotated("permit (principal"), "does not parse"),
        (annotated(&format!("{RULE} when {{ principal.made_up }};")), "do not validate"),
        (annotated(&format!("{RULE} when {{ resource.id == \"x\" }};")), "do not validate"),
        (annotated("permit (principal, action == Kenpo::Action::\"madeUp\", resource);"), "do not validate"),
        (
            annotated(
                "permit (principal, action == Kenpo::Action::\"getMember\", resource == Kenpo::Member::\"7\");",
            ),
            "names a single resource",
        ),
        (format!("{0} {0}", annotated(&format!("{RULE};"))), "X1"),
    ] {
        assert!(refusal(&policy).contains(word), "{policy}: {}", refusal(&policy));
    }
    assert!(format!("{:#}", Policies::load("nonsense", &[]).err().unwrap()).contains("schema"));
}

#[test]
fn an_error_in_one_policy_denies_what_another_permits_and_is_counted() {
    let permitting = format!("@id(\"P\") @why(\"because\") {RULE};");
    assert!(asked(&load(&permitting).unwrap()).is_allowed);
    let overflowing =
        format!("{permitting} @id(\"E\") @why(\"because\") {RULE} when {{ 9223372036854775807 + 1 > 0 }};");
    let policies = load(&overflowing).unwrap();
    assert_eq!(policies.error_count(), 0);
    assert_eq!(asked(&policies), Verdict { is_allowed: false, policies: Arc::new([]) });
    assert_eq!(policies.error_count(), 1, "the error is counted: /readyz tells of it");
}

#[test]
fn nothing_is_allowed_that_no_policy_can_answer() {
    let policies = Policies::built_in().unwrap();
    let facts = Facts::of("Member", Uuid::from_u128(1));
    let system = Actor::system("job");
    assert!(
        !policies.decide(&system, "getMember", &facts, GrantState::None).is_allowed,
        "the system asks no policy"
    );
    assert!(!policies.decide(&clerk(), "madeUp", &facts, GrantState::None).is_allowed);
    let other_kind = Facts::of("AuditLog", Uuid::nil());
    assert!(!policies.decide(&clerk(), "getMember", &other_kind, GrantState::None).is_allowed);
}

#[test]
fn a_decision_is_remembered_for_the_same_question_only() {
    let policies = Policies::built_in().unwrap();
    let facts = Facts::of("Member", Uuid::from_u128(1));
    let privileged = Actor {
        has_number_privilege: true,
        zone: Zone::Closed,
        scopes: vec!["personal-number:read".to_owned()].into(),
        ..clerk()
    };
    let may = |actor: &Actor, grant| policies.decide(actor, "readPersonalNumber", &facts, grant).is_allowed;
    for _ in 0..2 {
        assert!(may(&privileged, ENROLMENT));
        assert!(!may(&privileged, GrantState::Other));
        assert!(!may(&privileged, GrantState::None));
        assert!(!may(&Actor { has_number_privilege: false, ..privileged.clone() }, ENROLMENT));
        assert!(!may(&Actor { zone: Zone::Internet, ..privileged.clone() }, ENROLMENT));
        assert!(!may(&Actor { scopes: Arc::new([]), ..privileged.clone() }, ENROLMENT));
    }
}

#[test]
fn a_linkage_for_another_purpose_registers_no_number() {
    let policies = Policies::built_in().unwrap();
    let facts = Facts::of("Person", Uuid::from_u128(1));
    let both = Actor {
        has_number_privilege: true,
        zone: Zone::Closed,
        scopes: vec!["personal-number:register".to_owned(), "personal-number:verify".to_owned()].into(),
        purposes: vec!["enrolment".to_owned(), "collection".to_owned()].into(),
        ..clerk()
    };
    for action in ["registerPersonalNumber", "verifyPersonalNumber"] {
        let may = |purpose| policies.decide(&both, action, &facts, GrantState::Matching(purpose)).is_allowed;
        assert_eq!(Purpose::ALL.map(may), [true, false, false], "{action}");
    }
}
