//! The OAuth endpoints: a named list of protocol routes that answer as RFC 6749 says, each call recorded like any operation.
mod client;
mod exchange;
mod form;
mod metadata;
mod revoke;
mod token;

use crate::{
    kernel::{
        Kernel, Kind, Operation, Problem, Tx,
        gate::{Asking, Meta, transact},
    },
    operation,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use form::Call;
use serde::Serialize;
use std::sync::Arc;

operation! {
    /// アクセストークンの発行
    /// Issues an access token to a system (client credentials), or the scoped token to a person (token exchange, RFC 8693).
    pub OauthToken: Post "/oauth/token" = "oauthToken", scope "", on "Session", status 200, law "R-111, R-144";
    /// トークンの取消
    /// Revokes a token (RFC 7009): a scoped token switches the linkage off, any other token of a person ends the session.
    pub OauthRevoke: Post "/oauth/revoke" = "oauthRevoke", scope "", on "Session", status 200, law "R-111, R-144";
    /// 公開鍵
    /// Public keys of access tokens (RFC 7517).
    pub GetKeys: Get "/.well-known/jwks.json" = "getKeys", scope "", on "Session", status 200, law "R-144";
    /// 認可サーバーの情報
    /// What this authorization server can do (RFC 8414).
    pub GetServerMetadata: Get "/.well-known/oauth-authorization-server" = "getServerMetadata",
        scope "", on "Session", status 200, law "R-144";
}

/// A protocol route: its path and what answers there.
type Protocol = (&'static str, fn() -> actix_web::Resource);
/// Every protocol route.
const PROTOCOL: [Protocol; 4] = [
    (OauthToken::PATH, || {
        resource::<OauthToken>(web::post().to(|req, body| posted::<OauthToken, _>(req, body, token::issue)))
    }),
    (OauthRevoke::PATH, || {
        resource::<OauthRevoke>(
            web::post().to(|req, body| posted::<OauthRevoke, _>(req, body, revoke::revoke)),
        )
    }),
    (GetKeys::PATH, || resource::<GetKeys>(web::get().to(|req| shown::<GetKeys>(req, metadata::keys)))),
    (GetServerMetadata::PATH, || {
        resource::<GetServerMetadata>(web::get().to(|req| shown::<GetServerMetadata>(req, metadata::server)))
    }),
];
/// The paths of the protocol routes.
pub fn protocol_paths() -> impl Iterator<Item = &'static str> {
    PROTOCOL.into_iter().map(|(path, _)| path)
}
/// Mounts the protocol routes.
pub fn protocol_routes(cfg: &mut web::ServiceConfig) {
    for (_, made) in PROTOCOL {
        cfg.service(made());
    }
}
fn resource<Op: Operation>(route: actix_web::Route) -> actix_web::Resource {
    web::resource(Op::PATH).route(route).default_service(web::to(wrong_method::<Op>))
}

/// A refusal in the words of RFC 6749, 7523 and 8693. The description is a fixed text, never input.
fn fault(code: &'static str, description: &'static str) -> Problem {
    let kind = match code {
        "invalid_client" => Kind::Unauthenticated,
        "access_denied" => Kind::Forbidden,
        _ => Kind::Unreadable,
    };
    Problem::new(kind).because(code, description, description)
}

#[derive(Serialize)]
struct Refusal<'a> {
    error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<String>,
}
const CODES: &[&str] = &[
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "invalid_scope",
    "access_denied",
    "unauthorized_client",
    "unsupported_grant_type",
];

/// One call of a protocol route, from the socket to its entry.
struct Counter {
    asking: Arc<Asking>,
}
impl Counter {
    fn of<Op: Operation>(req: &HttpRequest) -> Option<Self> {
        let kernel = req.app_data::<web::Data<Kernel>>()?.clone().into_inner();
        let meta = Meta::of(req, &kernel);
        let asking = Asking::new(kernel, None, meta, Op::ID);
        asking.note(|n| n.subject = Some((Op::SUBJECT, None)));
        Some(Self { asking: Arc::new(asking) })
    }
    /// Records what was decided outside a transaction; calls of nobody in particular are counted when they come in floods.
    async fn record<T>(&self, decided: Result<T, Problem>) -> Result<T, Problem> {
        let (status, code) = match &decided {
            Ok(_) => (200, None),
            Err(p) => (p.status(), Some(p.code)),
        };
        let entry = self.asking.entry("protocol", status, code);
        let entry = if self.is_nobody() { self.asking.kernel.floods.admit(entry) } else { Some(entry) };
        if let Some(entry) = entry {
            self.asking.kernel.trail.write(vec![entry]).await?;
        }
        decided
    }
    fn is_nobody(&self) -> bool {
        self.asking.noted().identified.is_none()
    }
    fn respond<T: Serialize>(&self, decided: Result<T, Problem>) -> HttpResponse {
        let mut response = match &decided {
            Ok(body) => HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(body),
            Err(problem) => self.refuse(problem),
        };
        if let Ok(id) = header::HeaderValue::from_str(&self.asking.meta.request_id.to_string()) {
            response.headers_mut().insert(header::HeaderName::from_static("x-request-id"), id);
        }
        let (operation, status) = (self.asking.operation, response.status().as_u16());
        metrics::counter!("kenpo_requests_total", "operation" => operation, "status" => status.to_string())
            .increment(1);
        tracing::info!(operation, status, request_id = %self.asking.meta.request_id, "answered");
        response
    }
    fn refuse(&self, problem: &Problem) -> HttpResponse {
        let status = problem.status();
        let error = match CODES.iter().find(|c| **c == problem.code) {
            Some(code) => code,
            None if status == 500 => "server_error",
            None if status == 429 || status == 503 => "temporarily_unavailable",
            None => "invalid_request",
        };
        let mut r = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST));
        r.insert_header((header::CACHE_CONTROL, "no-store"));
        if status == 401 {
            r.insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"kenpo\""));
        }
        if let Some(seconds) = problem.retry_after {
            r.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        r.json(Refusal { error, error_description: problem.detail.as_ref().map(|(_, en)| en.clone()) })
    }
}

/// A posted form: read, worked on in one transaction with its entry, answered.
async fn posted<Op: Operation, T: Serialize + Send + 'static>(
    req: HttpRequest,
    body: web::Payload,
    work: fn(&mut Tx<'_>, &Asking, &Call) -> Result<T, Problem>,
) -> HttpResponse {
    let Some(counter) = Counter::of::<Op>(&req) else { return HttpResponse::InternalServerError().finish() };
    let done = match Call::read(&req, body.into_inner()).await {
        Err(unread) => Done::Unrecorded(Err(unread)),
        Ok(call) => {
            let asking = counter.asking.clone();
            let worked = web::block(move || decide::<Op, T>(&asking, &call, work)).await;
            worked.unwrap_or_else(|_| Done::Unrecorded(Err(Problem::new(Kind::Internal))))
        }
    };
    let decided = match done {
        Done::Recorded(decided) => decided,
        Done::Unrecorded(decided) => counter.record(decided).await,
    };
    counter.respond(decided)
}
enum Done<T> {
    /// The entry is durable, with what was changed.
    Recorded(Result<T, Problem>),
    /// Nothing was changed; the entry is still to be written.
    Unrecorded(Result<T, Problem>),
}
/// Work and entry in one transaction as soon as it is known who calls. For nobody nothing is changed, so that a flood of forged
/// calls writes no entry each.
fn decide<Op: Operation, T>(
    asking: &Asking,
    call: &Call,
    work: fn(&mut Tx<'_>, &Asking, &Call) -> Result<T, Problem>,
) -> Done<T> {
    let mut decided = None;
    let recorded = transact::<Op, ()>(asking, "protocol", |tx| {
        let made = work(tx, asking, call);
        if made.as_ref().is_err_and(|p| p.status() >= 500) {
            return Err(made.err().unwrap_or_else(Problem::not_found));
        }
        let who = asking.noted().identified;
        let refusal = made.as_ref().err().cloned();
        let is_nobody = who.is_none();
        decided = Some(made);
        match refusal {
            _ if is_nobody => Err(Problem::not_found()), // rolls back; `decided` is what counts
            None => Ok(tx.admit_identified::<Op>(who)?.done()),
            Some(p) => Ok(tx.admit_identified::<Op>(who)?.refused(p)),
        }
    });
    match (recorded, decided) {
        (Ok(_), Some(decided)) => Done::Recorded(decided),
        (Err(_), Some(decided)) if asking.noted().identified.is_none() => Done::Unrecorded(decided),
        (Err(problem), _) => Done::Unrecorded(Err(problem)),
        (Ok(_), None) => Done::Unrecorded(Err(Problem::new(Kind::Internal))),
    }
}

/// A document that anybody may read.
async fn shown<Op: Operation>(req: HttpRequest, make: fn(&Kernel) -> serde_json::Value) -> HttpResponse {
    let Some(counter) = Counter::of::<Op>(&req) else { return HttpResponse::InternalServerError().finish() };
    let document = make(&counter.asking.kernel);
    let decided = counter.record(Ok(document)).await;
    counter.respond(decided)
}
async fn wrong_method<Op: Operation>(req: HttpRequest) -> HttpResponse {
    let Some(counter) = Counter::of::<Op>(&req) else { return HttpResponse::InternalServerError().finish() };
    let refused: Result<(), Problem> = counter.record(Err(Problem::new(Kind::MethodNotAllowed))).await;
    let mut response = counter.respond(refused);
    if let Ok(allow) = header::HeaderValue::from_str(Op::METHOD.name()) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}
