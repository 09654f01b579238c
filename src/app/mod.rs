//! ROOF: settings → pools, keys, policies, ports → the list of routes → the server.
mod build;
mod document;
mod matrix;
mod migrate;
mod pages;
mod serve;

pub use build::{App, Background, Parts, background};
pub use document::openapi;
pub use matrix::policy_matrix;
pub use migrate::{migrate, owner_url, require_current};
pub use pages::install_metrics;
pub use serve::{Running, serve};

pub use crate::domain::users::SCOPES;
use crate::{domain, kernel::Routes};

const TAGS: &[(&str, &str)] = &[
    ("Sessions", "利用者のサインイン / sign-in of people"),
    ("Users", "ユーザ管理簿と権限の設定 / the user register, and who instructs, executes and confirms it"),
    ("Employers", "適用事業所 / employers"),
    ("Members", "被保険者 / insured persons"),
    ("Dependents", "被扶養者 / dependents"),
    ("PersonalNumbers", "個人番号 / personal numbers, behind purpose-bound tokens"),
    (
        "Calculations",
        "標準報酬などの計算 / calculations of standard remuneration, explained; nothing is stored",
    ),
    ("StandardRemunerations", "標準報酬・標準賞与の決定 / decisions of standard remuneration and bonuses"),
    ("NoBonusReports", "賞与不支給報告書 / reports that no bonus was paid"),
    ("RegularDeterminationRuns", "定時決定の一括処理 / determinations of a year for many at once"),
    ("Leaves", "産前産後休業・育児休業等と免除月 / leaves and the months that they exempt"),
    ("Confirmations", "被扶養者の現況確認 / the yearly confirmation of dependents"),
    (
        "VoluntaryContinuation",
        "任意継続・特例退職の設定と保険料未納 / settings of voluntary continuation, and unpaid premiums",
    ),
    ("Calendar", "暦による処理と年齢到達者 / what happens by the calendar, and who comes to an age"),
    ("Protections", "支援措置と送付先 / protection of persons who fled from violence, and where letters go"),
    ("PublicExpenses", "公費 / public payers that bear a part of a person's care"),
    ("PersonMerges", "名寄せ / two ids of one human being"),
    ("Notifications", "届出 / notifications"),
    ("AuditLogs", "操作ログ / the audit log"),
];

/// The flat, readable list of everything that can be asked.
pub fn routes() -> Routes {
    let mut r = Routes::default();
    domain::access::routes(&mut r);
    domain::users::routes(&mut r);
    domain::employers::routes(&mut r);
    domain::members::routes(&mut r);
    domain::dependents::routes(&mut r);
    domain::remuneration::routes(&mut r);
    domain::eligibility::routes(&mut r);
    domain::confirmations::routes(&mut r);
    domain::withdrawals::routes(&mut r);
    domain::losses::routes(&mut r);
    domain::voluntary::routes(&mut r);
    domain::calendar::routes(&mut r);
    domain::public_expenses::routes(&mut r);
    domain::protections::routes(&mut r);
    domain::merges::routes(&mut r);
    domain::personal_numbers::routes(&mut r);
    domain::notifications::routes(&mut r);
    domain::audit::routes(&mut r);
    r
}

/// Where an answer comes from that is no operation of that list: the protocol routes and the pages.
pub fn other_paths() -> impl Iterator<Item = &'static str> {
    domain::access::protocol_paths().chain(pages::paths())
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_schemas_share_a_name() {
        assert_eq!(super::routes().clashes, Vec::<String>::new());
    }
}
