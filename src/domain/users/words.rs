//! Words of the user register: sections, duties, scopes, and where things stand.
use crate::kernel::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident $word:tt,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+ }
        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// As it is stored and told.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
            /// Out of its stored word.
            /// # Errors
            /// 503 for a word that is none.
            pub fn of(word: &str) -> Result<Self, Problem> {
                let known = Self::ALL.iter().copied().find(|w| w.word() == word);
                known.ok_or_else(|| Problem::unavailable("stored-word-unknown"))
            }
        }
    };
}
words! {
    /// 課.
    Section {
        /// 適用一課.
        Enrolment1 "enrolment_1",
        /// 適用二課.
        Enrolment2 "enrolment_2",
        /// 給付課.
        Benefits "benefits",
        /// 徴収課.
        Collection "collection",
        /// 審査課.
        Review "review",
        /// データ保護担当.
        DataProtection "data_protection",
        /// ＩＴ推進課.
        It "it",
        /// 企画部.
        Planning "planning",
        /// 監査.
        InternalAudit "internal_audit",
    }
}
words! {
    /// 担当: what a person answers for beyond the work of the section.
    Duty {
        /// データ保護担当者: instructs and confirms what is registered of users.
        DataProtectionOfficer "data_protection_officer",
        /// ID・権限の設定担当: carries out what the officer instructed.
        IdAdministration "id_administration",
        /// システム管理責任者.
        SystemOwner "system_owner",
        /// 課長.
        SectionChief "section_chief",
        /// 常務理事.
        ExecutiveDirector "executive_director",
    }
}
words! {
    /// 事務 that a person may handle (番号法9条).
    UserPurpose {
        /// 適用.
        Enrolment "enrolment",
        /// 給付.
        Benefits "benefits",
        /// 徴収.
        Collection "collection",
    }
}
words! {
    /// Where an instruction stands.
    InstructionState {
        /// It waits for the IT section.
        Instructed "instructed",
        /// It waits for the officer to confirm.
        Executed "executed",
        /// It is registered.
        Confirmed "confirmed",
        /// The IT section could not carry it out.
        Rejected "rejected",
        /// The officer took it back.
        Withdrawn "withdrawn",
    }
}
words! {
    /// Why an id is to be looked at.
    ReviewReason {
        /// Nobody signed in with it for 30 days.
        Unused "unused",
        /// No password was chosen within 14 days.
        NeverActivated "never_activated",
        /// It has been locked for 30 days.
        LockedLong "locked_long",
        /// The personal-number privilege has held for 30 days, and the linkage was not switched on in that time.
        PrivilegeUnused "privilege_unused",
        /// It has scopes that no policy lets its section and 担当 use.
        ExcessScopes "excess_scopes",
    }
}
words! {
    /// What the officer found.
    ReviewFinding {
        /// It stays as it is.
        Keep "keep",
        /// Rights are to be taken away: by an instruction.
        Reduce "reduce",
        /// The id is to end: by an instruction.
        End "end",
    }
}
words! {
    /// Why an id was locked at once.
    LockReason {
        /// 利用停止.
        Suspended "suspended",
        /// 不正の疑い.
        Suspicion "suspicion",
        /// 認証情報の紛失.
        LostCredentials "lost_credentials",
    }
}

/// Every scope and what it opens, in words that a person understands.
pub const SCOPES: &[(&str, &str)] = &[
    ("members:read", "被保険者を参照する / read insured persons"),
    ("members:write", "被保険者の連絡先を変更する / change contact details of insured persons"),
    ("dependents:read", "被扶養者を参照する / read dependents"),
    ("confirmations:read", "被扶養者の現況確認を参照する / read the yearly confirmation of dependents"),
    ("confirmations:answer", "被扶養者の現況確認に回答する / answer the yearly confirmation of dependents"),
    (
        "confirmations:manage",
        "被扶養者の現況確認を実施・決定する / run and decide the yearly confirmation of dependents",
    ),
    ("employers:read", "事業所を参照する / read employers"),
    ("employers:write", "事業所を登録・変更する / register and change employers"),
    ("calendar:read", "暦による処理を参照する / read what is done by the calendar"),
    ("voluntary:read", "任意継続の設定を参照する / read settings of voluntary continuation"),
    (
        "voluntary:write",
        "任意継続の設定を登録・承認する / ask for and approve settings of voluntary continuation",
    ),
    (
        "voluntary:collect",
        "任意継続の保険料未納を登録する / record unpaid premiums of voluntary continuation",
    ),
    ("calculations:run", "標準報酬などを試算する / run calculations of standard remuneration"),
    (
        "remuneration:read",
        "標準報酬・標準賞与・休業とその説明を参照する / read standard remuneration, bonuses and leaves and their explanation",
    ),
    ("protections:read", "支援措置と送付先を参照する / read protections and where letters go"),
    ("protections:write", "支援措置を開始・延長・終了する / set, prolong and lift protections"),
    ("public-expenses:read", "公費を参照する / read public expenses"),
    ("public-expenses:write", "公費を登録・訂正する / record and correct public expenses"),
    ("persons:merge", "名寄せを申請・決定する / ask for and decide the merge of two person ids"),
    ("notifications:submit", "届出を提出する / file notifications"),
    ("notifications:read", "届出と結果を参照する / read notifications and results"),
    ("notifications:decide", "届出を審査する / decide notifications"),
    ("notifications:key", "紙の届出を入力・確認する / key notifications from paper and check the entry"),
    (
        "personal-number:read",
        "目的を限って個人番号を見る / see personal numbers for one purpose, case and up to 20 people",
    ),
    ("personal-number:write", "個人番号を登録する / register personal numbers, write-only"),
    ("personal-number:verify", "個人番号を照合する / ask whether a personal number is right"),
    ("audit:read", "操作ログを参照する / read the audit log"),
    ("audit:export", "操作ログを出力する / export the audit log"),
    ("users:read", "ユーザ管理簿を参照する / read the user register"),
    (
        "users:instruct",
        "利用者と権限の登録を指示・確認する / instruct and confirm what is registered of users",
    ),
    ("users:execute", "指示された登録を実施する / execute what was instructed of users"),
    ("users:lock", "利用者IDを緊急停止する / lock an id at once"),
    ("session:end", "自分のセッションを終了する / end the own session"),
];
/// Scope that every signed-in person has.
pub(super) const SESSION_SCOPE: &str = "session:end";
