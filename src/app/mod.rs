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

use crate::{domain, kernel::Routes};

/// Scopes and what they allow, in words that a person understands.
pub const SCOPES: &[(&str, &str)] = &[
    ("members:read", "被保険者を参照する / read insured persons"),
    ("members:write", "被保険者の連絡先を変更する / change contact details of insured persons"),
    ("dependents:read", "被扶養者を参照する / read dependents"),
    ("employers:read", "事業所を参照する / read employers"),
    ("employers:write", "事業所を登録・変更する / register and change employers"),
    ("notifications:submit", "届出を提出する / file notifications"),
    ("notifications:read", "届出と結果を参照する / read notifications and results"),
    ("notifications:decide", "届出を審査する / decide notifications"),
    (
        "personal-number:read",
        "目的を限って個人番号を見る / see personal numbers for one purpose, case and up to 20 people",
    ),
    ("personal-number:write", "個人番号を登録する / register personal numbers, write-only"),
    ("personal-number:verify", "個人番号を照合する / ask whether a personal number is right"),
    ("audit:read", "操作ログを参照する / read the audit log"),
    ("audit:export", "操作ログを出力する / export the audit log"),
    ("session:end", "自分のセッションを終了する / end the own session"),
];
const TAGS: &[(&str, &str)] = &[
    ("Sessions", "利用者のサインイン / sign-in of people"),
    ("Employers", "適用事業所 / employers"),
    ("Members", "被保険者 / insured persons"),
    ("Dependents", "被扶養者 / dependents"),
    ("PersonalNumbers", "個人番号 / personal numbers, behind purpose-bound tokens"),
    ("Notifications", "届出 / notifications"),
    ("AuditLogs", "操作ログ / the audit log"),
];

/// The flat, readable list of everything that can be asked.
pub fn routes() -> Routes {
    let mut r = Routes::default();
    domain::access::routes(&mut r);
    domain::employers::routes(&mut r);
    domain::members::routes(&mut r);
    domain::dependents::routes(&mut r);
    domain::personal_numbers::routes(&mut r);
    domain::notifications::routes(&mut r);
    domain::audit::routes(&mut r);
    r
}
