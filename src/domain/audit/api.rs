//! 操作ログの照会と出力 — what auditors and the data-protection officer ask of the log.
use super::{
    export,
    model::{AuditEntry, AuditOutcome, ExportLine, whole_log},
    store::{self, Filter, Part},
};
use crate::{
    kernel::{
        Gate, Operation, Reply, Routes,
        input::Query,
        page::{self, List},
        route::Lines,
    },
    operation, page_of,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use uuid::Uuid;
use validator::{Validate, ValidationError};

operation! {
    /// 操作ログを照会する
    /// Entries of the audit log, newest first, up to the last position given so far: an entry appears some 200 ms after
    /// its commit. Pages stay as they are while others write. The query is itself recorded, by the names of its filters.
    pub ListAuditLogs: Get "/v1/audit-logs" = "listAuditLogs", scope "audit:read", on "AuditLog", status 200, law "R-160, R-162", sends Link;
    /// 操作ログを出力する
    /// Streams an unbroken range of the audit log as NDJSON, oldest first: one entry per line and a trailer with count,
    /// digest and links at the end. An export without trailer broke off. Positions never change: the same positions give
    /// the same bytes. Times are widened to the unbroken range of positions that holds every entry of these times.
    /// `kenpo audit verify` checks the file.
    pub ExportAuditLogs: Get "/v1/audit-logs/export" = "exportAuditLogs", scope "audit:export", on "AuditLog", status 200, law "R-168, R-203";
}

/// Filters of the list.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditLogQuery {
    /// From that instant on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub from: Option<DateTime<Utc>>,
    /// Before that instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub to: Option<DateTime<Utc>>,
    /// operationId.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 60), custom(function = "operation_name"))]
    #[param(max_length = 60, pattern = "^[A-Za-z]+$")]
    pub operation: Option<String>,
    /// User or client that asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<Uuid>,
    /// Person whose data left or changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_id: Option<Uuid>,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<AuditOutcome>,
    /// Entries a page (50 when not given).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u16>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 2000))]
    #[param(max_length = 2000)]
    pub cursor: Option<String>,
}
const PAGE: u16 = 50;

/// Part of the log to export; everything when nothing is given.
#[derive(Clone, Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// First position.
    #[validate(range(min = 1))]
    #[param(minimum = 1)]
    pub from_seq: Option<i64>,
    /// Last position.
    #[validate(range(min = 1))]
    #[param(minimum = 1)]
    pub to_seq: Option<i64>,
    /// From that instant on.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub from: Option<DateTime<Utc>>,
    /// Before that instant.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub to: Option<DateTime<Utc>>,
}
page_of!(AuditLogPage, AuditEntry);

fn operation_name(name: &str) -> Result<(), ValidationError> {
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic());
    if is_name { Ok(()) } else { Err(ValidationError::new("operation")) }
}
/// Names of the filters that were used: what the entry tells of a query.
fn names(used: &[(&'static str, bool)]) -> Option<serde_json::Value> {
    let names: Vec<_> = used.iter().filter(|u| u.1).map(|u| u.0).collect();
    Some(serde_json::json!({ "filters": names }))
}

impl AuditLogQuery {
    fn filter(&self) -> Filter {
        Filter {
            from: self.from,
            to: self.to,
            operation: self.operation.clone(),
            actor_id: self.actor_id,
            person_id: self.person_id,
            outcome: self.outcome,
        }
    }
    fn used(&self) -> Option<serde_json::Value> {
        names(&[
            ("from", self.from.is_some()),
            ("to", self.to.is_some()),
            ("operation", self.operation.is_some()),
            ("actor_id", self.actor_id.is_some()),
            ("person_id", self.person_id.is_some()),
            ("outcome", self.outcome.is_some()),
        ])
    }
}

/// Lists entries, newest first.
/// # Errors
/// 404 for whom the policy gives no log, 422 for a foreign cursor.
pub async fn list_audit_logs(
    gate: Gate<ListAuditLogs>,
    Query(mut query): Query<AuditLogQuery>,
) -> Reply<ListAuditLogs, AuditLogPage> {
    gate.read(move |tx| {
        let cursor = query.cursor.take();
        tx.note(|n| n.detail = query.used());
        let list = List::<ListAuditLogs>::new(tx.kernel(), &query);
        let limit = usize::from(query.limit.unwrap_or(PAGE));
        let before = list.after(cursor.as_deref())?;
        let rows = store::search(tx, &query.filter(), before, page::one_more(limit))?;
        let (items, has_more, permit) = tx.admit_page(&whole_log(), ListAuditLogs::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, items.last().map(|e| e.seq));
        Ok(permit.answer(AuditLogPage { items, page }).next(link))
    })
    .await
}

/// Streams a part of the log; what it holds is fixed before the first byte.
/// # Errors
/// 404 for whom the policy gives no log.
pub async fn export_audit_logs(
    gate: Gate<ExportAuditLogs>,
    Query(query): Query<ExportQuery>,
) -> Reply<ExportAuditLogs, ()> {
    let asking = gate.shared();
    gate.read(move |tx| {
        tx.note(|n| {
            n.detail = names(&[
                ("from_seq", query.from_seq.is_some()),
                ("to_seq", query.to_seq.is_some()),
                ("from", query.from.is_some()),
                ("to", query.to.is_some()),
            ]);
        });
        let part = Part { from_seq: query.from_seq, to_seq: query.to_seq, from: query.from, to: query.to };
        let window = store::window(tx, &part)?;
        let (window, permit) = tx.admit::<ExportAuditLogs, _>(window)?;
        Ok(permit.lines(move || export::stream(asking, window)))
    })
    .await
}

/// The operations of the log.
pub fn routes(r: &mut Routes) {
    r.group("AuditLogs");
    r.add::<ListAuditLogs, _, _, _>(list_audit_logs);
    r.add_other::<ExportAuditLogs, _, _, (), Lines<ExportLine>>(export_audit_logs);
}
