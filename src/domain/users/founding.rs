//! The first people of a society's register, entered by who sets the system up: two officers and two administrators, who register everybody
//! else. Nobody has a hand in the own id, so two of each are needed.
use super::{
    codes,
    model::UserContent,
    store,
    words::{Duty, Section},
};
use crate::kernel::{clock::Clock, errand::Errand, trail};
use anyhow::{Context, ensure};
use diesel::{Connection, PgConnection};
use uuid::Uuid;

/// One of the first people.
#[derive(Clone, Debug)]
pub struct Founder {
    /// Sign-in name.
    pub login: String,
    /// 氏名.
    pub display_name: String,
    /// What the person answers for: officer or administrator.
    pub duty: Duty,
}
/// An activation code, to be handed over once.
#[derive(Debug)]
pub struct Code {
    /// Sign-in name.
    pub login: String,
    /// First half.
    pub first_half: String,
    /// Second half.
    pub second_half: String,
}
const OFFICER: &[&str] = &["users:read", "users:instruct", "users:lock", "audit:read", "audit:export"];
const ADMINISTRATOR: &[&str] = &["users:read", "users:execute", "users:lock", "calendar:read"];

fn content(f: &Founder, clock: &Clock) -> UserContent {
    let (section, scopes) = match f.duty {
        Duty::DataProtectionOfficer => (Section::DataProtection, OFFICER),
        _ => (Section::It, ADMINISTRATOR),
    };
    UserContent {
        display_name: f.display_name.clone(),
        section,
        duties: vec![f.duty],
        purposes: Vec::new(),
        scopes: scopes.iter().map(|s| (*s).into()).collect(),
        holds_from: clock.now(),
        holds_until: None,
        number_privilege: None,
    }
}
/// Enters them, all or none, as the owner of the tables, and leaves an entry for each in the trail. Gives their activation codes. Done once, and
/// again when fewer than two officers or administrators are left who could act: without two nobody can be registered or released any more.
/// # Errors
/// When two of each can act already, when there are not two of each among them, or a name can't be used.
pub fn found(
    conn: &mut PgConnection,
    clock: &Clock,
    (key, idle_days): (&[u8; 32], u32),
    people: &[Founder],
) -> anyhow::Result<Vec<Code>> {
    for duty in [Duty::DataProtectionOfficer, Duty::IdAdministration] {
        let count = people.iter().filter(|f| f.duty == duty).count();
        ensure!(
            count >= 2,
            "two people at least are needed as {}, since nobody has a hand in the own id",
            duty.word()
        );
    }
    let errand = Errand::new("founding", "foundUsers", clock);
    conn.transaction(|conn| {
        let able = |conn: &mut PgConnection, duty: Duty| store::able(conn, duty.word(), clock.now(), idle_days);
        ensure!(
            able(conn, Duty::DataProtectionOfficer)? < 2 || able(conn, Duty::IdAdministration)? < 2,
            "two officers and two administrators are registered and able to act: the officer instructs, the IT section executes"
        );
        let mut codes = Vec::new();
        let mut entries = Vec::new();
        for f in people {
            let (user, instruction) = (Uuid::now_v7(), Uuid::now_v7());
            let first = codes::fresh(key, instruction).map_err(|_| anyhow::anyhow!("no random numbers"))?;
            let second = codes::fresh(key, instruction).map_err(|_| anyhow::anyhow!("no random numbers"))?;
            let new = store::Founded {
                ids: (user, instruction),
                login: &f.login,
                content: &content(f, clock),
                halves: (first.digest, second.digest),
                at: clock.now(),
            };
            store::found(conn, &new).with_context(|| format!("{} can't be entered", f.login))?;
            entries.push(errand.entry(
                ("RegisteredUser", user),
                None,
                Vec::new(),
                serde_json::json!({ "duty": f.duty }),
            ));
            codes.push(Code { login: f.login.clone(), first_half: first.text, second_half: second.text });
        }
        trail::append(conn, &entries).map_err(|p| anyhow::anyhow!("the trail can't be written: {p}"))?;
        Ok(codes)
    })
}
