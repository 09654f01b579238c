//! One row for each way to ask an operation: what is sent, and who may. The sweep fails when an operation has no row.
use super::{
    registering,
    society::{NUMBER, Society, acquisition, on_paper, sign_in},
};
use kenpo::cli::seed;
use serde_json::{Value, json};
use uuid::Uuid;

/// Who gets an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Whoever signs in.
    Anybody,
    Employer,
    Staff,
    /// Staff of 徴収.
    Collection,
    Granted,
    Auditor,
    /// データ保護担当者.
    Officer,
    /// ID・権限の設定担当.
    Administrator,
}
/// What a system of another employer gets, with every scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stranger {
    /// There is nothing to be asked about.
    None,
    /// 404.
    Hidden,
    /// A list of its own.
    Own,
}
/// Body of a request.
pub enum Body {
    None,
    Json(Value),
    Patch(Value),
    Csv(&'static [u8]),
}
pub struct Row {
    pub id: &'static str,
    pub query: fn(&Society) -> String,
    pub body: fn(&Society) -> Body,
    pub right: Who,
    pub stranger: Stranger,
    /// Field classes that the right caller is shown.
    pub classes: Classes,
    /// Entries of a right request, beside disclosures.
    pub entries: usize,
    /// Personal numbers in the answer.
    pub numbers: usize,
}
const FILE: &[u8] = include_bytes!("../../samples/02_shutoku_kpfd_ok/KPFD0006.CSV");

/// Field classes that an answer discloses. Beside a personal number, which has an entry of its own.
type Classes = &'static [&'static str];
const NONE: Classes = &[];
/// A confirmation with its answer.
const ANSWERED: Classes = &["identity", "family", "income", "remuneration"];
/// What the user register says of somebody.
const REGISTER: Classes = &["user_register"];
const SHELTER: Classes = &["protected_whereabouts"];
/// A form that nobody decided.
const WAITING: Classes = &["identity", "notification"];
/// A 資格取得届 with its result.
const HIRED: Classes = &["identity", "notification", "enrolment", "remuneration"];

const fn row(id: &'static str, right: Who, stranger: Stranger, classes: Classes) -> Row {
    let (query, body) = (|_: &Society| String::new(), |_: &Society| Body::None);
    Row { id, query, body, right, stranger, classes, entries: 1, numbers: 0 }
}
impl Row {
    const fn query(self, query: fn(&Society) -> String) -> Self {
        Self { query, ..self }
    }
    const fn body(self, body: fn(&Society) -> Body) -> Self {
        Self { body, ..self }
    }
}
/// A calculation: it looks at nobody, so no caller with the scope is a stranger to it.
const fn calculation(id: &'static str) -> Row {
    row(id, Who::Employer, Stranger::None, NONE)
}
/// `count` months of pay from a month on.
fn paid(year: i32, first: i32, count: i32) -> Vec<Value> {
    let month = |n: i32| format!("{}-{:02}", year + (n - 1) / 12, (n - 1) % 12 + 1);
    (first..first + count)
        .map(|n| json!({ "month": month(n), "pay_yen": 300000 + n, "base_days": 20 }))
        .collect()
}
/// Every row, in an order in which the right requests can follow one another.
pub fn table() -> Vec<Row> {
    use Stranger::{Hidden, None as Nothing, Own};
    use Who::{Administrator, Anybody, Auditor, Collection, Employer, Granted, Officer, Staff};
    let one = |_: &Society| "?limit=1".to_owned();
    let as_of = |_: &Society| "?as_of=2026-11-22".to_owned();
    vec![
        row("createSession", Anybody, Nothing, NONE).body(|_| Body::Json(sign_in())),
        row("refreshSession", Anybody, Nothing, NONE)
            .body(|s| Body::Json(json!({ "refresh_token": s.refresh_token }))),
        row("activateUser", Anybody, Nothing, NONE).body(|s| Body::Json(s.registering.activation.clone())),
        row("listUsers", Auditor, Hidden, REGISTER).query(one),
        row("getUser", Officer, Hidden, REGISTER).query(as_of),
        row("getUserHistory", Administrator, Hidden, REGISTER),
        row("lockUser", Administrator, Hidden, REGISTER).body(|_| Body::Json(json!({ "reason": "suspicion" }))),
        row("listUserReviews", Officer, Hidden, REGISTER).query(one),
        row("recordUserReview", Officer, Hidden, REGISTER)
            .body(|_| Body::Json(json!({ "finding": "keep", "note": "休職中のため" }))),
        row("createUserInstruction", Officer, Hidden, NONE)
            .body(|_| Body::Json(registering::newcomer("sweep.newcomer"))),
        row("listUserInstructions", Auditor, Hidden, REGISTER).query(one),
        row("getUserInstruction", Officer, Hidden, REGISTER),
        row("executeUserInstruction", Administrator, Hidden, REGISTER),
        row("rejectUserInstruction", Administrator, Hidden, REGISTER)
            .body(|_| Body::Json(json!({ "reason": "課の記載が誤っているため" }))),
        row("withdrawUserInstruction", Officer, Hidden, REGISTER)
            .body(|_| Body::Json(json!({ "reason": "異動が延期されたため" }))),
        row("confirmUserInstruction", Officer, Hidden, REGISTER),
        row("listEmployers", Employer, Own, NONE).query(one),
        row("getEmployer", Employer, Hidden, NONE),
        row("getEmployerHistory", Staff, Hidden, NONE),
        row("createEmployer", Staff, Hidden, NONE).body(|_| {
            Body::Json(json!({ "valid_from": "2026-12-01", "symbol": "777", "society_number": "0777",
                "name": "見本商店株式会社", "settings": { "accepts_pension_layout": false, "early_filing_days": 14 } }))
        }),
        row("updateEmployer", Staff, Hidden, NONE)
            .body(|_| Body::Patch(json!({ "valid_from": "2026-12-01", "name": "株式会社あおい見本工業" }))),
        row("listMembers", Employer, Own, &["identity", "contact", "enrolment"]).query(one),
        row("getMember", Employer, Hidden, &["identity", "contact", "enrolment"]),
        row("getMember", Staff, Hidden, &["identity", "contact", "enrolment"]).query(as_of),
        Row { numbers: 1, ..row("getMember", Granted, Nothing, &["identity", "contact", "enrolment"]) },
        row("getMemberHistory", Staff, Hidden, &["identity", "contact", "enrolment"]),
        row("requestContactChange", Staff, Hidden, &["contact"])
            .body(|_| Body::Json(json!({ "contact_address": "東京都架空区見本町９－９", "phone": "03-0000-0009" }))),
        row("requestNameChange", Staff, Hidden, &["identity"])
            .body(|_| Body::Json(json!({ "name_kana": "ミホン　ゴロウ", "reason": "correction" }))),
        row("listIdentityChanges", Staff, Hidden, &["identity", "contact"]).query(|_| "?state=requested".into()),
        row("decideIdentityChange", Staff, Hidden, &["contact"])
            .body(|_| Body::Json(json!({ "ruling": "approve" }))),
        row("searchDependents", Employer, Own, &["identity", "family"]).query(one),
        row("listDependents", Employer, Hidden, &["identity", "family"]),
        row("getDependent", Employer, Hidden, &["identity", "family"]),
        row("getDependent", Staff, Hidden, &["identity", "family"]).query(as_of),
        row("getDependentHistory", Staff, Hidden, &["identity", "family"]),
        row("explainDependentRecognition", Staff, Hidden, &["identity", "family", "income", "remuneration"]).query(as_of),
        row("createConfirmationCampaign", Staff, Hidden, NONE).body(|s| {
            Body::Json(json!({ "name": "令和8年度 現況確認(19歳以上)", "as_of": "2026-11-20", "due_on": "2026-12-20",
                "remind_on": ["2026-12-01", "2026-12-15"],
                "selection": { "age_from": 19, "recognised_before": "2026-04-01", "employer_ids": [s.w.employer] } }))
        }),
        row("listConfirmationCampaigns", Staff, Hidden, NONE).query(one),
        row("startConfirmationCampaign", Staff, Hidden, NONE),
        row("closeConfirmationCampaign", Staff, Hidden, NONE),
        row("cancelConfirmationCampaign", Staff, Hidden, NONE)
            .body(|_| Body::Json(json!({ "reason": "対象の選び方を誤ったため" }))),
        row("getConfirmationCampaign", Staff, Hidden, NONE),
        row("listConfirmationProgress", Employer, Own, NONE).query(one),
        // Of one campaign: the one that was started before has a row of the stranger's, too.
        row("listConfirmations", Employer, Own, ANSWERED)
            .query(|s| format!("?limit=1&campaign_id={}", s.confirming.running)),
        row("getConfirmation", Employer, Hidden, ANSWERED),
        row("answerConfirmation", Employer, Hidden, ANSWERED).body(|_| {
            Body::Json(json!({ "still_qualifies": true, "facts": { "lives_together": true, "annual_income_yen": 0,
                "insured_income_yen": 4_000_000, "documents": ["household_proof"] } }))
        }),
        row("previewConfirmationDecision", Staff, Hidden, ANSWERED).body(|_| {
            Body::Json(json!({ "evidence": { "documents": ["kinship_proof", "household_proof", "income_proof"],
                "annual_income_yen": 900_000 } }))
        }),
        row("decideConfirmation", Staff, Hidden, ANSWERED).body(|_| {
            Body::Json(json!({ "decision": "confirm",
                "evidence": { "documents": ["kinship_proof", "household_proof"], "annual_income_yen": 900_000 },
                "departure": { "reason": "known_otherwise", "note": "年金振込通知書を確認" } }))
        }),
        row("listStandardRemunerations", Staff, Hidden, &["remuneration"]).query(as_of),
        row("listStandardBonuses", Staff, Hidden, &["remuneration"]).query(as_of),
        row("listConcurrentOffices", Staff, Hidden, &["remuneration"]).query(as_of),
        row("explainStandardRemuneration", Staff, Hidden, &["remuneration"]),
        row("explainStandardBonus", Staff, Hidden, &["remuneration"]),
        row("listLosses", Staff, Hidden, &["enrolment"]).query(|_| "?lost_from=2026-11-22&lost_to=2026-11-22&limit=1".into()),
        row("explainLoss", Staff, Hidden, &["identity", "enrolment"]),
        row("explainDependentRemoval", Staff, Hidden, &["enrolment"]),
        row("requestRemunerationWithdrawal", Staff, Hidden, &["remuneration"])
            .body(|_| Body::Json(json!({ "reason": "二重に処理したため" }))),
        row("listRemunerationWithdrawals", Staff, Hidden, &["remuneration"])
            .query(|_| "?state=requested".into()),
        row("decideRemunerationWithdrawal", Staff, Hidden, &["remuneration"])
            .body(|_| Body::Json(json!({ "decision": "approve" }))),
        row("listLeaves", Staff, Hidden, &["remuneration", "family"]).query(as_of),
        row("explainLeave", Staff, Hidden, &["remuneration", "family"]),
        row("listPublicExpenses", Staff, Hidden, &["public_expense"]),
        row("recordPublicExpense", Staff, Hidden, &["public_expense"]).body(|_| {
            Body::Json(json!({ "payer_number": "21136015", "recipient_number": "7654321", "valid_from": "2025-04-01", "valid_to": "2026-04-01",
                "received_on": "2026-11-20" }))
        }),
        row("correctPublicExpense", Staff, Hidden, &["public_expense"]).body(|_| {
            Body::Json(json!({ "payer_number": "21136015", "recipient_number": "1234567", "valid_from": "2026-04-01", "valid_to": "2027-04-01",
                "received_on": "2026-11-20" }))
        }),
        row("listSamePersonProposals", Staff, Hidden, &["identity"]),
        row("requestPersonMerge", Staff, Hidden, NONE)
            .body(|s| Body::Json(json!({ "merged_person_id": s.twins.1, "reason": "double_entry" }))),
        row("listPersonMerges", Staff, Hidden, NONE).query(|_| "?state=requested".into()),
        row("decidePersonMerge", Staff, Hidden, NONE).body(|_| Body::Json(json!({ "decision": "approve" }))),
        row("listProtections", Staff, Hidden, SHELTER),
        row("listEndingProtections", Staff, Hidden, SHELTER).query(one),
        row("getMailingAddress", Staff, Hidden, SHELTER),
        row("setProtection", Staff, Hidden, SHELTER).body(|_| {
            Body::Json(json!({ "reason": "domestic_violence", "authority": "municipality", "authority_name": "架空市", "valid_from": "2026-11-22",
                "valid_to": "2027-11-22", "received_on": "2026-11-20", "letter_address": { "postal_code": "999-0009", "text": "東京都架空区私書箱９" } }))
        }),
        row("prolongProtection", Staff, Hidden, SHELTER).body(|_| {
            Body::Json(json!({ "valid_to": "2028-11-01", "received_on": "2026-11-20" }))
        }),
        row("liftProtection", Staff, Hidden, SHELTER).body(|_| {
            Body::Json(json!({ "step": "request", "valid_to": "2026-12-01", "received_on": "2026-11-20" }))
        }),
        row("verifyPersonalNumber", Granted, Hidden, NONE)
            .body(|_| Body::Json(json!({ "personal_number": seed::fictitious_number(NUMBER) }))),
        row("registerPersonalNumber", Granted, Hidden, NONE).body(|_| {
            Body::Json(json!({ "personal_number": seed::fictitious_number(42), "reason": "first_registration" }))
        }),
        calculation("calculateStandardRemunerationGrade").body(|_| Body::Json(json!({ "remuneration_yen": 301000, "month": "2026-09" }))),
        calculation("calculateAcquisitionDetermination").body(|_| {
            Body::Json(json!({ "acquired_on": "2026-11-01", "monthly_yen": 240000, "periods": [{ "pay_yen": 7000, "days": 7 }] }))
        }),
        calculation("calculateRegularDetermination").body(|_| {
            Body::Json(json!({ "year": 2026, "kind": "full", "months": paid(2026, 4, 3), "previous_standard_yen": 300000,
                "acquired_on": "2020-04-01" }))
        }),
        calculation("calculateRegularDeterminationAnnual").body(|_| {
            Body::Json(json!({ "year": 2026, "kind": "full", "months": paid(2025, 7, 12), "is_recurring": true, "has_consent": true }))
        }),
        calculation("calculateOccasionalRevision").body(|_| {
            Body::Json(json!({ "kind": "full", "fixed_change": "up", "change_month": "2026-04", "months": paid(2026, 4, 3),
                "current_standard_yen": 260000 }))
        }),
        calculation("calculateOccasionalRevisionAnnual").body(|_| {
            Body::Json(json!({ "kind": "full", "fixed_change": "up", "change_month": "2026-04", "months": paid(2026, 4, 3),
                "fixed_pay_total_yen": 750000, "variable_pay_total_yen": 120000, "current_standard_yen": 240000,
                "is_recurring": true, "has_consent": true }))
        }),
        calculation("calculateLeaveEndRevision").body(|_| {
            Body::Json(json!({ "leave": "childcare", "kind": "full", "ended_on": "2026-04-14", "months": paid(2026, 4, 3),
                "current_standard_yen": 320000, "is_requested": true }))
        }),
        calculation("calculateExemptionMonths").body(|_| {
            Body::Json(json!({ "kind": "childcare", "leaves": [{ "starts_on": "2026-10-06", "ends_on": "2026-10-20", "worked_days": 1 }] }))
        }),
        calculation("calculateStandardBonus").body(|_| {
            Body::Json(json!({ "month": "2026-12", "amounts_yen": [650400, 120700], "cumulative_before_yen": 5000000 }))
        }),
        calculation("calculateTwoOffices").body(|_| Body::Json(json!({ "month": "2026-09", "remunerations_yen": [500000, 300000] }))),
        calculation("calculateVoluntaryStandard").body(|_| {
            Body::Json(json!({ "month": "2026-12", "at_loss_yen": 530000, "average_remuneration_yen": 379769, "rule": "statutory" }))
        }),
        calculation("calculateVoluntaryDeadline").body(|_| {
            Body::Json(json!({ "months_before": 14, "lost_on": "2026-11-04", "applied_on": "2026-11-20", "closed_days": ["2026-11-24"] }))
        }),
        calculation("calculateVoluntaryEnd").body(|_| {
            Body::Json(json!({ "acquired_on": "2026-04-01", "withdrawal_received_on": "2026-11-20" }))
        }),
        calculation("calculateAgeDates").body(|_| Body::Json(json!({ "birth_on": "1956-12-01" }))),
        calculation("calculateDependentRecognition").body(|_| {
            Body::Json(json!({ "recognised_on": "2026-11-22", "birth_on": "2006-05-01", "kinship": "child", "lives_together": false,
                "residence": "in_japan", "is_student": true, "contract_income_yen": 1400000, "is_wages_only": true,
                "insured_income_yen": 5200000, "support_yen": 1500000, "documents": ["kinship_proof", "labour_contract"] }))
        }),
        calculation("calculateShortTimeEligibility").body(|_| {
            Body::Json(json!({ "on": "2026-11-22", "weekly_minutes": 1260, "full_time_weekly_minutes": 2400, "monthly_days": 13,
                "full_time_monthly_days": 20, "employed_from": "2026-11-01", "monthly_wage_yen": 96000, "employer": "by_size", "workers": 51,
                "legal_values": [{ "name": "employer_size", "valid_from": "2026-10-01", "value": 40, "source": "試算" }] }))
        }),
        calculation("calculateElderlyBurdenRatio").body(|_| {
            Body::Json(json!({ "care_on": "2026-12-01", "patient_birth_on": "1955-06-15", "role": "insured", "insured_standard_yen": 300000,
                "income_yen": 4200000, "income_with_former_dependent_yen": 4900000 }))
        }),
        calculation("calculateSpecialRetireeStandard")
            .body(|_| Body::Json(json!({ "month": "2026-12", "rule_amount_yen": 240000 }))),
        calculation("calculateMaternityWindow").body(|_| {
            Body::Json(json!({ "expected_birth_on": "2026-12-10", "born_on": "2026-12-14", "is_multiple": false }))
        }),
        calculation("calculateLossAtSeventyFive")
            .body(|_| Body::Json(json!({ "birth_on": "1951-12-05", "acquired_on": "1990-04-01" }))),
        calculation("calculateContinuationLoss")
            .body(|_| Body::Json(json!({ "cause": "death", "acquired_on": "2026-11-01", "happened_on": "2026-11-18" }))),
        calculation("calculateCorporateNumberCheckDigit").body(|_| Body::Json(json!({ "corporate_number": "7000012050002" }))),
        calculation("calculateInsurerNumberCheckDigit").body(|_| Body::Json(json!({ "insurer_number": "33120015" }))),
        row("listRegularDeterminationRuns", Staff, Hidden, NONE).query(one),
        row("getRegularDeterminationRun", Staff, Hidden, NONE),
        row("listRegularDeterminationLeft", Staff, Hidden, &["notification"]),
        row("cancelRegularDeterminationRun", Staff, Hidden, NONE),
        row("createRegularDeterminationRun", Staff, Hidden, NONE).body(|_| Body::Json(json!({ "year": 2026, "validate_only": true }))),
        row("listCalendarRuns", Staff, Hidden, NONE).query(one),
        row("getCalendarRun", Staff, Hidden, &["enrolment"]),
        row("listAgeEvents", Staff, Hidden, &["identity"]).query(|_| "?event=care_ends&from=2045-01-01&to=2045-03-01".into()),
        row("getCapabilities", Employer, Hidden, NONE).query(|s| format!("?employer_id={}", s.w.employer)),
        row("createNotification", Employer, Hidden, NONE).body(|s| {
            let form = acquisition(61, "ミホン　ロク");
            Body::Json(json!({ "employer_id": s.w.employer, "preparer_name": "見本 花子", "notification": form }))
        }),
        row("createNotification", Employer, Hidden, NONE).query(|_| "?validate_only=true".into()).body(|s| {
            let form = acquisition(64, "ミホン　ク");
            Body::Json(json!({ "employer_id": s.w.employer, "preparer_name": "見本 花子", "notification": form }))
        }),
        row("createNotificationBatch", Employer, Hidden, NONE).query(|_| "?validate_only=true".into()).body(|s| {
            let forms = [acquisition(65, "ミホン　ジュウ")];
            Body::Json(json!({ "employer_id": s.w.employer, "preparer_name": "見本 花子", "notifications": forms }))
        }),
        row("createNotificationBatch", Employer, Hidden, NONE).body(|s| {
            let forms = [acquisition(62, "ミホン　ナナ"), acquisition(63, "ミホン　ハチ")];
            Body::Json(json!({ "employer_id": s.w.employer, "preparer_name": "見本 花子", "declared_count": 2,
                "notifications": forms }))
        }),
        row("createNotificationFile", Employer, Hidden, NONE)
            .query(|s| format!("{}&validate_only=true", slip(s)))
            .body(|_| Body::Csv(FILE)),
        row("createNotificationFile", Employer, Hidden, NONE)
            .query(|s| format!("{}&declared_count=2", slip(s)))
            .body(|_| Body::Csv(FILE)),
        row("keyNotification", Staff, Hidden, NONE)
            .query(|_| "?received_on=2026-11-20&validate_only=true".into())
            .body(|s| Body::Json(crate::filing::slip(&s.w, &on_paper("66")))),
        row("keyNotification", Staff, Hidden, NONE)
            .query(|_| "?received_on=2026-11-20".into())
            .body(|s| Body::Json(crate::filing::slip(&s.w, &on_paper("67")))),
        row("checkKeyedNotification", Staff, Hidden, WAITING).body(|_| Body::Json(json!({ "outcome": "matches" }))),
        row("listSubmissions", Employer, Own, NONE).query(one),
        row("getSubmission", Employer, Hidden, &["notification"]),
        row("confirmSubmission", Employer, Hidden, &["notification"]).body(|_| Body::Json(json!({ "read_count": 1 }))),
        row("listNotifications", Employer, Own, HIRED).query(one),
        row("getNotification", Employer, Hidden, WAITING),
        row("previewNotificationDecision", Staff, Hidden, HIRED).body(|_| Body::Json(json!({}))),
        row("decideNotification", Staff, Hidden, HIRED).body(|_| Body::Json(json!({ "decision": "accept" }))),
        row("withdrawNotification", Employer, Hidden, WAITING),
        row("listRecognitionSettings", Staff, Hidden, NONE).query(as_of),
        row("requestRecognitionSetting", Staff, Hidden, NONE).body(|_| {
            Body::Json(json!({ "name": "income_limit", "valid_from": "2027-04-01", "value": 1350000, "source": "令和9年4月1日適用の通知" }))
        }),
        row("checkRecognitionSetting", Staff, Hidden, NONE).body(|_| Body::Json(json!({ "ruling": "approve" }))),
        row("listVoluntarySettings", Staff, Hidden, NONE),
        row("requestVoluntarySetting", Staff, Hidden, NONE).body(|s| Body::Json(crate::voluntary::setting(s.continuing.office))),
        row("checkVoluntarySetting", Staff, Hidden, NONE).body(|_| Body::Json(json!({ "ruling": "approve" }))),
        row("previewVoluntaryContinuation", Staff, Hidden, &["identity", "notification", "enrolment", "family", "remuneration"]),
        row("requestVoluntaryDefault", Collection, Hidden, &["enrolment"])
            .body(|_| Body::Json(json!({ "premium": "first", "due_on": "2026-11-20" }))),
        row("listVoluntaryDefaults", Collection, Hidden, &["enrolment"]).query(|_| "?state=requested".into()),
        row("decideVoluntaryDefault", Collection, Hidden, &["enrolment"])
            .body(|_| Body::Json(json!({ "ruling": "approve" }))),
        row("listNoBonusReports", Employer, Hidden, NONE),
        row("listAuditLogs", Auditor, Hidden, NONE).query(one),
        Row { entries: 2, ..row("exportAuditLogs", Auditor, Hidden, NONE) },
        row("endSession", Staff, Hidden, NONE),
    ]
}
fn slip(s: &Society) -> String {
    let slip = "file_name=KPFD0006.CSV&preparer_name=%E8%A6%8B%E6%9C%AC%E8%8A%B1%E5%AD%90";
    format!("?employer_id={}&{slip}", s.w.employer)
}
/// The people whom the ids of a path name.
pub fn people(s: &Society, id: &str, template: &str) -> Vec<Uuid> {
    let named = |part: &str| template.contains(part);
    let mut all = Vec::new();
    for (part, who) in [
        ("{decision_id}", if id == "requestRemunerationWithdrawal" { s.withdrawing.person } else { s.hired }),
        ("{bonus_id}", s.hired),
        ("{leave_id}", s.member),
        ("{dependent_id}", if id == "explainDependentRemoval" { s.gone.1 } else { s.child }),
        ("{protection_id}", s.guarded),
        ("{public_expense_id}", s.guarded),
    ] {
        all.extend(named(part).then_some(who));
    }
    if named("{member_id}") || named("{person_id}") {
        let path = path(s, id, template);
        all.extend(path.split('/').filter_map(|part| Uuid::try_parse(part).ok()));
    }
    all
}
/// The path with its ids.
pub fn path(s: &Society, id: &str, template: &str) -> String {
    let member = match id {
        "requestVoluntaryDefault" => s.continuing.person,
        "explainLoss" => s.old,
        "listStandardRemunerations" | "listStandardBonuses" | "listConcurrentOffices" => s.hired,
        _ => s.member,
    };
    let person = match id {
        "registerPersonalNumber" | "setProtection" => s.unnumbered,
        "listProtections" | "getMailingAddress" | "listPublicExpenses" | "recordPublicExpense" => s.guarded,
        "listSamePersonProposals" | "requestPersonMerge" => s.twins.0,
        _ => s.member,
    };
    let notification = match id {
        "decideNotification" | "previewNotificationDecision" => s.to_decide,
        "withdrawNotification" => s.to_withdraw,
        "checkKeyedNotification" => s.to_check,
        "previewVoluntaryContinuation" => s.continuing.application,
        _ => s.notification,
    };
    let campaign = match id {
        "startConfirmationCampaign" => s.confirming.planned,
        "closeConfirmationCampaign" => s.confirming.decided,
        "cancelConfirmationCampaign" => s.confirming.wrong,
        _ => s.confirming.running,
    };
    let instruction = match id {
        "executeUserInstruction" => &s.registering.to_execute,
        "rejectUserInstruction" => &s.registering.to_reject,
        "withdrawUserInstruction" => &s.registering.to_withdraw,
        _ => &s.registering.to_confirm,
    };
    let confirmation = if id == "answerConfirmation" { s.confirming.open } else { s.confirming.answered };
    [
        ("{registered_user_id}", s.registering.user),
        ("{user_instruction_id}", instruction.id),
        ("{employer_id}", s.w.employer),
        ("{member_id}", member),
        ("{dependent_id}", if id == "explainDependentRemoval" { s.gone.0 } else { s.dependent }),
        (
            "{decision_id}",
            if id == "requestRemunerationWithdrawal" { s.withdrawing.decision } else { s.decision },
        ),
        ("{withdrawal_id}", s.withdrawing.asked),
        ("{bonus_id}", s.bonus),
        ("{leave_id}", s.leave),
        ("{protection_id}", s.protection),
        ("{public_expense_id}", s.expense),
        ("{merge_id}", s.merge),
        ("{person_id}", person),
        ("{submission_id}", s.submission),
        ("{notification_id}", notification),
        ("{calendar_run_id}", s.calendar_run),
        ("{determination_run_id}", s.determination_run),
        ("{confirmation_campaign_id}", campaign),
        ("{confirmation_id}", confirmation),
        ("{identity_change_id}", s.identity_change),
        ("{voluntary_default_id}", s.continuing.unpaid),
        ("{setting_id}", s.continuing.setting),
        ("{recognition_setting_id}", s.recognition_setting),
    ]
    .into_iter()
    .fold(template.to_owned(), |path, (name, id)| path.replace(name, &id.to_string()))
}
