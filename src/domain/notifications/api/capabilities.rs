//! What an employer's software may file today, and how.
use super::{
    super::{
        Attachment, FILE_TOO_LARGE, FormOnDate, NumberRule, Profile, Slot, forms_on, kinds::is_taken_for,
        layout::layouts_on,
    },
    bodies::BATCH_MOST,
    intake,
};
use crate::{
    domain::voluntary,
    kernel::{Gate, Reply, Routes, idempotency, input::Query},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 受付可能な届出の案内
    ///
    /// Tells an employer's software the accepted forms, layouts and their dates, windows, conventions and limits.
    pub GetCapabilities: Get "/v1/capabilities" = "getCapabilities", scope "notifications:submit", on "Employer", status 200, law "R-081";
}
/// Which employer.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CapabilitiesQuery {
    /// Employer.
    employer_id: Uuid,
}
/// May the form carry the number of this person?
#[derive(Serialize, ToSchema)]
pub struct NumberCapability {
    /// Place on the form.
    slot: Slot,
    /// Required, optional or refused.
    rule: NumberRule,
}
/// A form that is taken.
#[derive(Serialize, ToSchema)]
pub struct FormCapability {
    /// Kind in JSON.
    #[schema(max_length = 40)]
    kind: String,
    /// 届書コード in files; absent for a form that comes as JSON alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 8, nullable = false)]
    form_code: Option<String>,
    /// Taken from this day on.
    valid_from: NaiveDate,
    /// Whose number it may carry.
    #[schema(max_items = 4)]
    personal_numbers: Vec<NumberCapability>,
    /// Taken to this day, included; absent while no end is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    valid_until: Option<NaiveDate>,
    /// Papers that go with it, by the change they belong to.
    #[schema(max_items = 20)]
    required_attachments: Vec<Attachment>,
}
/// A file layout that is taken.
#[derive(Serialize, ToSchema)]
pub struct LayoutCapability {
    /// Layout.
    #[schema(max_length = 20)]
    profile: String,
    /// 届書コード.
    #[schema(max_length = 8)]
    form_code: String,
    /// Valid from.
    valid_from: NaiveDate,
    /// Valid to this day, included; absent while no end is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    valid_until: Option<NaiveDate>,
    /// Fields of a record.
    field_count: u32,
}
/// Limits of one submission.
#[derive(Serialize, ToSchema)]
pub struct SubmissionLimits {
    /// Forms of a JSON batch.
    batch_forms: u32,
    /// Bytes of a file: it must be smaller than this.
    file_bytes: u32,
    /// Bytes of a JSON body.
    json_bytes: u32,
    /// Hours for which an Idempotency-Key is kept.
    idempotency_hours: u32,
}
/// What may be filed today, and how.
#[derive(Serialize, ToSchema)]
pub struct Capabilities {
    /// Employer.
    employer_id: Uuid,
    /// As of this day.
    as_of: NaiveDate,
    /// Forms.
    #[schema(max_items = 50)]
    forms: Vec<FormCapability>,
    /// File layouts.
    #[schema(max_items = 50)]
    layouts: Vec<LayoutCapability>,
    /// Encoding of files.
    #[schema(max_length = 20)]
    file_encoding: String,
    /// Days before the event at which a form is taken as a pre-check.
    early_filing_days: i16,
    /// 枝番: the insured person's own.
    #[schema(max_length = 2)]
    insured_branch: String,
    /// 枝番: the first dependent's; the others follow.
    #[schema(max_length = 2)]
    first_dependent_branch: String,
    /// Limits.
    limits: SubmissionLimits,
}

async fn get_capabilities(
    gate: Gate<GetCapabilities>,
    q: Query<CapabilitiesQuery>,
) -> Reply<GetCapabilities, Capabilities> {
    gate.read(move |tx| {
        let (employer, permit) = intake::employer_of::<GetCapabilities>(tx, q.0.employer_id)?;
        let today = tx.today();
        let takes = |p: Profile| p != Profile::Shfd162 || employer.accepts_pension_layout;
        let layouts = layouts_on(today)
            .into_iter()
            .filter(|known| takes(known.profile))
            .map(|known| LayoutCapability {
                profile: known.profile.as_str().into(),
                form_code: known.form_code.clone(),
                valid_from: known.valid_from,
                valid_until: known.valid_until,
                field_count: u32::try_from(known.field_count).unwrap_or(0),
            })
            .collect();
        let is_own_office = voluntary::is_own_office(tx, employer.employer_id)?;
        let is_taken = |f: &FormCapability| is_taken_for(&f.kind, is_own_office);
        let forms = forms_on(today).into_iter().filter_map(form).filter(is_taken).collect();
        Ok(permit.answer(Capabilities {
            employer_id: employer.employer_id,
            as_of: today,
            forms,
            layouts,
            file_encoding: "Shift_JIS".into(),
            early_filing_days: employer.early_filing_days,
            insured_branch: "00".into(),
            first_dependent_branch: "01".into(),
            limits: SubmissionLimits {
                batch_forms: u32::try_from(BATCH_MOST).unwrap_or(0),
                file_bytes: u32::try_from(FILE_TOO_LARGE).unwrap_or(0),
                json_bytes: u32::try_from(crate::kernel::input::JSON_LIMIT).unwrap_or(0),
                idempotency_hours: idempotency::KEPT_HOURS,
            },
        }))
    })
    .await
}
fn form(known: &FormOnDate) -> Option<FormCapability> {
    Some(FormCapability {
        kind: known.kind.clone()?,
        form_code: known.form_code.clone(),
        valid_from: known.valid_from,
        personal_numbers: Slot::ALL
            .into_iter()
            .map(|slot| NumberCapability { slot, rule: known.number_rule(slot) })
            .collect(),
        valid_until: known.valid_until,
        required_attachments: known.attachments.clone(),
    })
}
/// Routes of capabilities.
pub fn routes(r: &mut Routes) {
    r.add::<GetCapabilities, _, _, _>(get_capabilities);
}
