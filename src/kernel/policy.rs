//! Cedar: parsed and strictly validated once; any evaluation error denies and alarms.
//!
//! A decision is a pure function of what is known of the caller, the action, the facts of the resource and the context, so
//! it is remembered under all of these, compared whole. The resource's id is a placeholder: no policy may name one.
use super::{Actor, ActorKind, gate::Facts};
use anyhow::{Context as _, bail};
use cedar_policy::{
    ActionConstraint, Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicyId, PolicySet, Request, ResourceConstraint, RestrictedExpression, Schema, ValidationMode,
    Validator,
};
use std::{
    collections::{HashMap, HashSet},
    str::FromStr,
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};
use uuid::Uuid;

/// 事務 for which a scoped token is granted (番号法9条).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// 適用.
    Enrolment,
    /// 給付.
    Benefits,
    /// 徴収.
    Collection,
}
impl Purpose {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Enrolment, Self::Benefits, Self::Collection];
    /// As it is asked for, stored and told.
    pub fn word(self) -> &'static str {
        match self {
            Self::Enrolment => "enrolment",
            Self::Benefits => "benefits",
            Self::Collection => "collection",
        }
    }
    /// Out of its word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.word() == word)
    }
}
/// Does the scoped token of this request cover this person now?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum GrantState {
    /// The token switched nothing on.
    #[default]
    None,
    /// It covers this person, now, for this purpose.
    Matching(Purpose),
    /// It is for somebody else, expired or revoked.
    Other,
}
impl GrantState {
    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Matching(_) => "matching",
            Self::Other => "other",
        }
    }
    fn purpose(self) -> &'static str {
        if let Self::Matching(purpose) = self { purpose.word() } else { "none" }
    }
}

/// Answer of the policies: allowed or not, and by which.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Allowed.
    pub is_allowed: bool,
    /// Ids of the policies that decided.
    pub policies: Arc<[String]>,
}

#[derive(PartialEq, Eq, Hash, Clone)]
struct Question {
    action: &'static str,
    actor: Uuid,
    kind: ActorKind,
    epoch: u64,
    privilege: bool,
    section: Arc<str>,
    duties: Arc<[String]>,
    purposes: Arc<[String]>,
    today_employers: Arc<[Uuid]>,
    scopes: Arc<[String]>,
    zone: super::Zone,
    grant: GrantState,
    resource: &'static str,
    employers: Vec<Uuid>,
    carries_number: bool,
    is_protected: bool,
}
const REMEMBERED_MOST: usize = 50_000;

/// The loaded policies.
pub struct Policies {
    schema: Schema,
    by_action: HashMap<String, PolicySet>,
    authorizer: Authorizer,
    memo: RwLock<HashMap<Question, Verdict>>,
    errors: AtomicU64,
}

/// Schema and policies as built into the program.
pub const BUILT_IN: (&str, &[&str]) = (
    include_str!("../../policies/kenpo.cedarschema"),
    &[
        include_str!("../../policies/guards.cedar"),
        include_str!("../../policies/staff.cedar"),
        include_str!("../../policies/clients.cedar"),
    ],
);

impl Policies {
    /// Parses and validates.
    /// # Errors
    /// Names the policy that does not parse, does not validate, has no id, or names a single resource.
    pub fn load(schema: &str, files: &[&str]) -> anyhow::Result<Self> {
        let (schema, _) = Schema::from_cedarschema_str(schema).context("the policy schema does not parse")?;
        let mut all = PolicySet::new();
        for text in files {
            for p in PolicySet::from_str(text).context("a policy file does not parse")?.policies() {
                let id = p.annotation("id").context("a policy has no @id")?.to_owned();
                if p.annotation("why").is_none() {
                    bail!("policy {id} has no @why");
                }
                if matches!(p.resource_constraint(), ResourceConstraint::Eq(_) | ResourceConstraint::In(_)) {
                    bail!("policy {id} names a single resource: decisions are remembered without it");
                }
                all.add(p.new_id(PolicyId::new(id)))?;
            }
        }
        let result = Validator::new(schema.clone()).validate(&all, ValidationMode::Strict);
        if let Some(e) = result.validation_errors().next() {
            bail!("the policies do not validate: {e}");
        }
        let by_action = slice(&schema, &all)?;
        Ok(Self {
            schema,
            by_action,
            authorizer: Authorizer::new(),
            memo: RwLock::default(),
            errors: AtomicU64::new(0),
        })
    }
    /// The built-in policies.
    /// # Errors
    /// As `load`.
    pub fn built_in() -> anyhow::Result<Self> {
        Self::load(BUILT_IN.0, BUILT_IN.1)
    }
    /// Names of all actions in the schema.
    pub fn actions(&self) -> Vec<String> {
        let mut names: Vec<String> = self.by_action.keys().cloned().collect();
        names.sort();
        names
    }
    /// Evaluation errors so far: each one denied.
    pub fn error_count(&self) -> u64 {
        self.errors.load(Ordering::Relaxed)
    }
    /// Whether `actor` might do it with the linkage switched on for one of the purposes that the actor may handle.
    pub fn might_with_linkage(&self, actor: &Actor, action: &'static str, facts: &Facts) -> bool {
        let held = Purpose::ALL.into_iter().filter(|p| actor.purposes.iter().any(|held| held == p.word()));
        held.into_iter().any(|p| self.decide(actor, action, facts, GrantState::Matching(p)).is_allowed)
    }
    /// Asks whether `actor` may do `action` to a resource with these facts.
    pub fn decide(&self, actor: &Actor, action: &'static str, facts: &Facts, grant: GrantState) -> Verdict {
        let q = Question {
            action,
            actor: actor.id,
            kind: actor.kind.clone(),
            epoch: actor.epoch,
            privilege: actor.has_number_privilege,
            section: actor.section.clone(),
            duties: actor.duties.clone(),
            purposes: actor.purposes.clone(),
            today_employers: actor.employers.clone(),
            scopes: actor.scopes.clone(),
            zone: actor.zone,
            grant,
            resource: facts.kind,
            employers: facts.employers.clone(),
            carries_number: facts.carries_number,
            is_protected: facts.is_protected,
        };
        if let Some(v) = self.memo.read().ok().and_then(|m| m.get(&q).cloned()) {
            return v;
        }
        let verdict = self.evaluate(actor, &q).unwrap_or_else(|e| {
            self.errors.fetch_add(1, Ordering::Relaxed);
            metrics::counter!("kenpo_policy_errors_total").increment(1);
            tracing::error!(action, error = %e, "ALARM: a policy question could not be evaluated: denied");
            Verdict { is_allowed: false, policies: Arc::new([]) }
        });
        if let Ok(mut memo) = self.memo.write() {
            if memo.len() >= REMEMBERED_MOST {
                memo.clear();
            }
            memo.insert(q, verdict.clone());
        }
        verdict
    }
    fn evaluate(&self, actor: &Actor, q: &Question) -> anyhow::Result<Verdict> {
        let principal = principal_entity(actor)?;
        let resource = resource_entity(q)?;
        let context = Context::from_pairs([
            ("scopes".to_owned(), strings(q.scopes.iter())),
            ("zone".to_owned(), text(q.zone.name())),
            ("grant".to_owned(), text(q.grant.name())),
            ("purpose".to_owned(), text(q.grant.purpose())),
        ])?;
        let request = Request::new(
            principal.uid(),
            uid("Action", q.action)?,
            resource.uid(),
            context,
            Some(&self.schema),
        )?;
        let entities = Entities::from_entities([principal, resource], Some(&self.schema))?;
        let set = self.by_action.get(q.action).context("no such action")?;
        let response = self.authorizer.is_authorized(&request, set, &entities);
        if let Some(e) = response.diagnostics().errors().next() {
            bail!("{e}");
        }
        let mut policies: Vec<String> = response.diagnostics().reason().map(ToString::to_string).collect();
        policies.sort();
        Ok(Verdict { is_allowed: response.decision() == Decision::Allow, policies: policies.into() })
    }
}

fn slice(schema: &Schema, all: &PolicySet) -> anyhow::Result<HashMap<String, PolicySet>> {
    let mut out = HashMap::new();
    for action in schema.actions() {
        let mut set = PolicySet::new();
        for p in all.policies() {
            let applies = match p.action_constraint() {
                ActionConstraint::Any => true,
                ActionConstraint::Eq(a) => &a == action,
                ActionConstraint::In(list) => list.contains(action),
            };
            if applies {
                set.add(p.clone())?;
            }
        }
        out.insert(action.id().unescaped().to_owned(), set);
    }
    Ok(out)
}
fn uid(kind: &str, id: &str) -> anyhow::Result<EntityUid> {
    Ok(EntityUid::from_type_name_and_id(
        EntityTypeName::from_str(&format!("Kenpo::{kind}"))?,
        EntityId::new(id),
    ))
}
fn text(s: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(s.to_owned())
}
fn strings<'a>(items: impl Iterator<Item = &'a String>) -> RestrictedExpression {
    RestrictedExpression::new_set(items.map(|s| text(s)))
}
fn employers(ids: &[Uuid]) -> anyhow::Result<RestrictedExpression> {
    let list = ids
        .iter()
        .map(|e| Ok(RestrictedExpression::new_entity_uid(uid("Employer", &e.to_string())?)))
        .collect::<anyhow::Result<Vec<_>>>()?;
    Ok(RestrictedExpression::new_set(list))
}
fn principal_entity(actor: &Actor) -> anyhow::Result<Entity> {
    let (kind, attributes) = match &actor.kind {
        ActorKind::User => (
            "User",
            HashMap::from([
                ("section".to_owned(), text(&actor.section)),
                ("duties".to_owned(), strings(actor.duties.iter())),
                ("purposes".to_owned(), strings(actor.purposes.iter())),
                (
                    "has_number_privilege".to_owned(),
                    RestrictedExpression::new_bool(actor.has_number_privilege),
                ),
            ]),
        ),
        ActorKind::Client(kind) => (
            "Client",
            HashMap::from([
                ("kind".to_owned(), text(kind)),
                ("employers".to_owned(), employers(&actor.employers)?),
            ]),
        ),
        ActorKind::System => bail!("the system asks no policy"),
    };
    Ok(Entity::new(uid(kind, &actor.id.to_string())?, attributes, HashSet::new())?)
}
fn resource_entity(q: &Question) -> anyhow::Result<Entity> {
    let attributes = HashMap::from([
        ("employers".to_owned(), employers(&q.employers)?),
        ("carries_number".to_owned(), RestrictedExpression::new_bool(q.carries_number)),
        ("is_protected".to_owned(), RestrictedExpression::new_bool(q.is_protected)),
    ]);
    Ok(Entity::new(uid(q.resource, "asked-about")?, attributes, HashSet::new())?)
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
