//! The gate: the only way to an answer.
//!
//! A row comes from a store as `Guarded`; `Tx::admit` asks the policy, opens it and mints a `Permit`; spending the permit makes
//! an `Answer`; the gate writes the entry and only then hands out the `Recorded` answer that the router takes.
mod answer;
mod desk;
mod entry;
mod run;
mod settled;

pub use answer::{Answer, ByteStream, Payload, Recorded};
pub use desk::{Desk, Permit, Sight, Tx, step_up};
pub use entry::{Asking, Meta, Noted};
pub use run::{Gate, Reply, block, transact};

use std::sync::Arc;
use uuid::Uuid;

/// What policies may know of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Cedar type.
    pub kind: &'static str,
    /// Id, for the trail.
    pub id: Uuid,
    /// Employers in whose affairs it lies.
    pub employers: Vec<Uuid>,
    /// Person it is about.
    pub person: Option<Uuid>,
    /// A personal number waits with it.
    pub carries_number: bool,
    /// Somebody whom it is about is protected (支援措置) today; so, unless the store says otherwise.
    pub is_protected: bool,
}
impl Facts {
    /// Facts of a kind and id, in nobody's affairs.
    pub fn of(kind: &'static str, id: Uuid) -> Self {
        Self { kind, id, employers: Vec::new(), person: None, carries_number: false, is_protected: true }
    }
    /// In the affairs of that employer.
    pub fn in_employer(mut self, employer: Uuid) -> Self {
        self.employers.push(employer);
        self
    }
    /// About that person.
    pub fn about(mut self, person: Uuid) -> Self {
        self.person = Some(person);
        self
    }
    /// Whether anybody whom it is about is protected today, as the store found it.
    pub fn protected(mut self, is_protected: bool) -> Self {
        self.is_protected = is_protected;
        self
    }
}

/// Anything that a policy can be asked about.
pub trait Subject {
    /// What the policy may know of it.
    fn facts(&self) -> Facts;
    /// People whom an answer about it names; the one of its facts, if there is no other.
    fn people(&self) -> Vec<Uuid> {
        self.facts().person.into_iter().collect()
    }
    /// Field classes that an answer about it discloses, for the trail; none for what holds no personal data.
    fn classes(&self) -> &'static [&'static str] {
        &[]
    }
}

/// A row as the store hands it over: nobody can look inside before the policy has answered.
pub struct Guarded<T>(T);
impl<T> Guarded<T> {
    /// Wraps what a store read.
    pub fn new(row: T) -> Self {
        Self(row)
    }
}

/// Which rows of a list a caller may see; a store must apply it.
#[derive(Clone, Debug, PartialEq)]
pub enum RowScope {
    /// All of the society.
    All,
    /// Those of these employers.
    Employers(Arc<[Uuid]>),
}
impl RowScope {
    /// `None` for all, else the employers: what a store binds.
    pub fn employers(&self) -> Option<Vec<Uuid>> {
        match self {
            Self::All => None,
            Self::Employers(ids) => Some(ids.to_vec()),
        }
    }
}
