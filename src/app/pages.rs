//! Pages that are no operations: the document, its reader, problem pages, health and metrics. A named list with a recorded
//! wrapper of its own (in floods as one entry with its count).
use crate::{
    domain::{calendar, notifications, personal_numbers::jobs},
    kernel::{
        Kernel, Kind, Problem, db,
        gate::{Asking, Meta, block},
        job,
        problem::Lang,
        route,
        trail::Entry,
    },
};
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use std::sync::{Arc, OnceLock};

type Document = web::Data<Arc<str>>;
/// Kinds of jobs that the worker does.
const JOBS: [&str; 3] = [jobs::DESTROY_KEYS, jobs::SWEEP_KEYS, notifications::DETERMINE];

/// A page: its path and what is shown there.
type Page = (&'static str, fn() -> actix_web::Route);
/// Every page.
const PAGES: [Page; 7] = [
    ("/openapi.json", || web::get().to(document)),
    ("/docs", || web::get().to(docs_index)),
    ("/docs/{file}", || web::get().to(docs)),
    ("/problems/{slug}", || web::get().to(problem_page)),
    ("/healthz", || web::get().to(healthz)),
    ("/readyz", || web::get().to(readyz)),
    ("/metrics", || web::get().to(metrics_page)),
];
/// The paths of the pages.
pub fn paths() -> impl Iterator<Item = &'static str> {
    PAGES.into_iter().map(|(path, _)| path)
}
/// Mounts the pages.
pub fn routes(cfg: &mut web::ServiceConfig) {
    for (path, shown) in PAGES {
        cfg.service(page(path, shown()));
    }
}
fn page(path: &str, shown: actix_web::Route) -> actix_web::Resource {
    let other = |req: HttpRequest| async move { route::wrong_method(req, "GET").await };
    web::resource(path.to_owned()).route(shown).default_service(web::to(other))
}
/// Writes the entry, then lets the answer go; without a record there is none.
async fn recorded(
    req: &HttpRequest,
    kernel: web::Data<Kernel>,
    operation: &'static str,
    response: HttpResponse,
) -> HttpResponse {
    let kernel = kernel.into_inner();
    let meta = Meta::of(req, &kernel);
    let asking = Asking::new(kernel, None, meta, operation);
    let entry = asking.entry("protocol", response.status().as_u16(), None);
    let response = named(response, &asking);
    let Some(entry) = asking.kernel.floods.admit(entry) else { return response };
    written(&asking, entry, response).await
}
async fn written(asking: &Asking, entry: Entry, response: HttpResponse) -> HttpResponse {
    match asking.kernel.trail.write(vec![entry]).await {
        Ok(()) => response,
        Err(p) => named(actix_web::ResponseError::error_response(&asking.dress(p)), asking),
    }
}
/// With the request id, by which its entry is found.
fn named(mut response: HttpResponse, asking: &Asking) -> HttpResponse {
    if let Ok(id) = header::HeaderValue::from_str(&asking.meta.request_id.to_string()) {
        response.headers_mut().insert(header::HeaderName::from_static("x-request-id"), id);
    }
    response
}
async fn document(req: HttpRequest, kernel: web::Data<Kernel>, text: Document) -> HttpResponse {
    let body = text.to_string();
    recorded(&req, kernel, "getOpenapi", HttpResponse::Ok().content_type("application/json").body(body)).await
}
async fn docs_index(req: HttpRequest, kernel: web::Data<Kernel>) -> HttpResponse {
    let there = HttpResponse::SeeOther().insert_header((header::LOCATION, "/docs/index.html")).finish();
    recorded(&req, kernel, "getDocs", there).await
}
async fn docs(req: HttpRequest, kernel: web::Data<Kernel>, file: web::Path<String>) -> HttpResponse {
    static CONFIG: OnceLock<Arc<utoipa_swagger_ui::Config<'static>>> = OnceLock::new();
    let config = CONFIG.get_or_init(|| Arc::new(utoipa_swagger_ui::Config::from("/openapi.json")));
    let response = match utoipa_swagger_ui::serve(&file, config.clone()) {
        Ok(Some(f)) => HttpResponse::Ok()
            .content_type(f.content_type)
            .insert_header((
                "content-security-policy",
                "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
            ))
            .body(f.bytes.into_owned()),
        _ => HttpResponse::NotFound().finish(),
    };
    recorded(&req, kernel, "getDocs", response).await
}
async fn problem_page(req: HttpRequest, kernel: web::Data<Kernel>, slug: web::Path<String>) -> HttpResponse {
    let found = Kind::ALL.iter().find(|k| k.slug() == slug.as_str());
    let response = match found {
        Some(k) => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(format!(
            "<!doctype html><html lang=\"ja\"><meta charset=\"utf-8\"><title>{slug}</title><h1>{slug}</h1><p>HTTP {}</p>\
             <p>{}</p><p lang=\"en\">{}</p></html>",
            k.status(),
            k.title(Lang::Ja),
            k.title(Lang::En),
            slug = k.slug(),
        )),
        None => HttpResponse::NotFound().finish(),
    };
    recorded(&req, kernel, "getProblemPage", response).await
}
/// Readiness and metrics are for the society's own network.
fn is_closed(req: &HttpRequest) -> bool {
    req.app_data::<crate::kernel::Zone>() == Some(&crate::kernel::Zone::Closed)
}
async fn healthz(req: HttpRequest, kernel: web::Data<Kernel>) -> HttpResponse {
    recorded(&req, kernel, "getHealth", HttpResponse::Ok().content_type("text/plain").body("ok\n")).await
}
/// Ready means: an entry could be written just now, so the database and the trail work; and no policy question failed.
async fn readyz(req: HttpRequest, kernel: web::Data<Kernel>) -> HttpResponse {
    if !is_closed(&req) {
        return recorded(&req, kernel, "getReadiness", HttpResponse::NotFound().finish()).await;
    }
    let response = if kernel.policies.error_count() > 0 {
        HttpResponse::ServiceUnavailable()
            .content_type("text/plain")
            .body("policy evaluation errors: see the log\n")
    } else {
        HttpResponse::Ok().content_type("text/plain").body("ready\n")
    };
    let kernel = kernel.into_inner();
    let meta = Meta::of(&req, &kernel);
    let asking = Asking::new(kernel, None, meta, "getReadiness");
    let entry = asking.entry("protocol", response.status().as_u16(), None);
    let response = named(response, &asking);
    written(&asking, entry, response).await
}
async fn metrics_page(req: HttpRequest, kernel: web::Data<Kernel>) -> HttpResponse {
    if !is_closed(&req) {
        return recorded(&req, kernel, "getMetrics", HttpResponse::NotFound().finish()).await;
    }
    let db = kernel.db.clone();
    let unfinished = move || {
        let jobs = job::unfinished(&mut *db::connection(&db)?, &JOBS)?;
        Ok::<_, Problem>((calendar::unfinished(&db)?, jobs))
    };
    if let Ok((days, jobs)) = block(unfinished).await {
        let count = |n: i64| f64::from(i32::try_from(n).unwrap_or(i32::MAX));
        for d in days {
            let days =
                metrics::gauge!("kenpo_calendar_unfinished_days", "kind" => d.kind, "state" => d.state);
            days.set(count(d.days));
        }
        for j in jobs {
            metrics::gauge!("kenpo_jobs", "kind" => j.kind, "state" => j.state).set(count(j.jobs));
        }
    }
    let text = RECORDER.get().and_then(Option::as_ref).map(|h| h.render()).unwrap_or_default();
    recorded(
        &req,
        kernel,
        "getMetrics",
        HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text),
    )
    .await
}
static RECORDER: OnceLock<Option<metrics_exporter_prometheus::PrometheusHandle>> = OnceLock::new();
/// Installs the process-wide recorder of metrics, once.
pub fn install_metrics() {
    RECORDER.get_or_init(|| metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder().ok());
}
