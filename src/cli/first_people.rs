//! `kenpo first-people`: the first officers and administrators of a society's register.
use crate::{
    app,
    config::Config,
    domain::users::{self, Duty, Founder},
    kernel::{clock::Clock, input::plain_text, keys::Keys},
};
use anyhow::{Context, ensure};
use clap::Args;
use diesel::{Connection, PgConnection};
use std::{fmt::Write, path::Path};

/// Who they are.
#[derive(Args)]
pub(super) struct FirstPeople {
    /// データ保護担当者, as LOGIN=氏名; two at least.
    #[arg(long, required = true)]
    officer: Vec<String>,
    /// ID・権限の設定担当 of the IT section, as LOGIN=氏名; two at least.
    #[arg(long, required = true)]
    administrator: Vec<String>,
}
/// Enters them as the owner of the tables and gives what is printed: the two halves of each activation code.
/// # Errors
/// Says what is wrong and what to do.
pub(super) fn first_people(config: &Config, options: &FirstPeople) -> anyhow::Result<String> {
    let keys = Keys::open(Path::new(config.text("keys")))?;
    let of = |duty: Duty| move |text: &String| founder(text, duty);
    let people = options.officer.iter().map(of(Duty::DataProtectionOfficer));
    let people = people.chain(options.administrator.iter().map(of(Duty::IdAdministration)));
    let people = people.collect::<anyhow::Result<Vec<_>>>()?;
    let mut conn =
        PgConnection::establish(app::owner_url(config)?).context("the database can't be reached")?;
    let codes = users::found(&mut conn, &Clock::real(), (&keys.vault.digest, config.idle_days()?), &people)?;
    let mut out = String::from(
        "Each chooses a password within seven days (POST /v1/activations), with both halves. Hand each half over by another person.\n",
    );
    for code in codes {
        writeln!(out, "{:20} first half {}   second half {}", code.login, code.first_half, code.second_half)?;
    }
    Ok(out)
}
fn founder(text: &str, duty: Duty) -> anyhow::Result<Founder> {
    let (login, name) = text.split_once('=').context("a person is given as LOGIN=氏名")?;
    ensure!(
        users::is_login(login),
        "{login}: a sign-in name has 3 to 64 small letters, digits, dots, hyphens and underscores"
    );
    let name = name.trim();
    let is_good = (1..=100).contains(&name.chars().count()) && plain_text(name).is_ok();
    ensure!(is_good, "{login}: the name is missing, too long, or has a number or a control character in it");
    Ok(Founder { login: login.into(), display_name: name.into(), duty })
}
