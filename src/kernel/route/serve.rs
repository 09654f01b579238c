//! Every request takes this way: authenticate, check the scope, extract, run, record. No answer leaves unrecorded.
use crate::kernel::{
    Actor, ActorKind, Facts, Kernel, Kind, Operation, Problem,
    gate::{Asking, Meta, Reply, step_up},
    input::{id_in_path, refuse_compressed},
    policy::GrantState,
};
use actix_web::{
    FromRequest, Handler, HttpMessage, HttpRequest, HttpResponse, ResponseError, http::header, web,
};
use serde::Serialize;
use std::{sync::Arc, time::Instant};
use uuid::Uuid;

/// Runs a request to its end even when the caller goes away: what was begun is recorded. A handler that panics is answered
/// with 500 and recorded as failed, as the request of who asked; if its entry was durable already, that one stands alone.
pub(super) async fn carried_out<Op, F, Args, T>(
    handler: F,
    req: HttpRequest,
    payload: web::Payload,
) -> HttpResponse
where
    Op: Operation,
    F: Handler<Args, Output = Reply<Op, T>>,
    Args: FromRequest + 'static,
    T: Serialize + 'static,
{
    let started = Instant::now();
    let Some(kernel) = req.app_data::<web::Data<Kernel>>().map(|d| d.clone().into_inner()) else {
        return Problem::new(Kind::Internal).error_response();
    };
    let meta = Meta::of(&req, &kernel);
    let authenticated =
        if Op::SCOPE.is_empty() { Ok(None) } else { kernel.authenticate(&req, meta.zone).map(Some) };
    let (actor, early) = match authenticated {
        Ok(actor) => (actor, None),
        Err(problem) => (None, Some(problem)),
    };
    let asking = Arc::new(Asking::new(kernel, actor, meta, Op::ID));
    // Who is refused at the door is recorded with whom it asked for.
    asking.note(|n| n.subject = Some((Op::SUBJECT, id_in_path(&req, Op::SUBJECT))));
    let early = early.or_else(|| refused_at_the_door::<Op>(&asking, &req));
    let serving = serve::<Op, F, Args, T>(handler, req, payload, asking.clone(), early);
    let mut response = match actix_web::rt::spawn(serving).await {
        Ok(response) => response,
        Err(_) => broken_off(&asking).await.error_response(),
    };
    finish(&mut response, &asking, Op::ID, started);
    response
}
async fn serve<Op, F, Args, T>(
    handler: F,
    req: HttpRequest,
    payload: web::Payload,
    asking: Arc<Asking>,
    early: Option<Problem>,
) -> HttpResponse
where
    Op: Operation,
    F: Handler<Args, Output = Reply<Op, T>>,
    Args: FromRequest,
    T: Serialize,
{
    let answered = match early {
        Some(problem) => Err(problem),
        None => {
            req.extensions_mut().insert(asking.clone());
            let mut payload = payload.into_inner();
            match Args::from_request(&req, &mut payload).await {
                Ok(args) => handler.call(args).await,
                Err(e) => Err(extraction_problem(e.into())),
            }
        }
    };
    match answered {
        Ok(recorded) => recorded.respond(),
        Err(problem) => asking.refuse(problem).await.error_response(),
    }
}
/// The handler ended without an answer. What was done and recorded is not recorded as failed too: only its answer was lost.
async fn broken_off(asking: &Asking) -> Problem {
    let (operation, was_done) = (asking.operation, asking.is_recorded());
    tracing::error!(operation, was_done, request_id = %asking.meta.request_id, "ALARM: a handler ended without an answer");
    let problem = Problem::new(Kind::Internal);
    if was_done { asking.dress(problem) } else { asking.refuse(problem).await }
}

fn refused_at_the_door<Op: Operation>(asking: &Asking, req: &HttpRequest) -> Option<Problem> {
    if let Err(problem) = refuse_compressed(req) {
        return Some(problem);
    }
    let actor = asking.actor.as_ref()?;
    if !asking.kernel.limits.take(actor.id, asking.kernel.clock.now().timestamp_millis()) {
        return Some(Problem::new(Kind::TooMany));
    }
    let opens = |scope: &str| actor.has_scope(scope) || actor.kind == ActorKind::System;
    if opens(Op::SCOPE) || Op::ALSO.is_some_and(opens) {
        return None;
    }
    if lacks_only_the_linkage::<Op>(asking, actor) {
        return Some(step_up(actor));
    }
    let mut p = Problem::new(Kind::ScopeMissing);
    p.challenge = Some(format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", Op::SCOPE));
    Some(p)
}

/// An operation on numbers, which a scoped token opens by itself, asked by somebody whom the policy lets through with the linkage
/// and not without: that is told, whatever the sign-in's own scopes are (RFC 9470).
fn lacks_only_the_linkage<Op: Operation>(asking: &Asking, actor: &Actor) -> bool {
    let (policies, facts) = (&asking.kernel.policies, Facts::of(Op::SUBJECT, Uuid::nil()));
    let is_allowed = || policies.decide(actor, Op::ID, &facts, GrantState::None).is_allowed;
    Op::ALSO.is_some() && !is_allowed() && policies.might_with_linkage(actor, Op::ID, &facts)
}

fn extraction_problem(e: actix_web::Error) -> Problem {
    e.as_error::<Problem>().cloned().unwrap_or_else(|| Problem::new(Kind::Unreadable))
}

fn finish(response: &mut HttpResponse, asking: &Asking, operation: &'static str, started: Instant) {
    let headers = response.headers_mut();
    if let Ok(id) = header::HeaderValue::from_str(&asking.meta.request_id.to_string()) {
        headers.insert(header::HeaderName::from_static("x-request-id"), id);
    }
    headers.insert(
        header::HeaderName::from_static("kenpo-version"),
        header::HeaderValue::from_static(env!("CARGO_PKG_VERSION")),
    );
    let status = response.status().as_u16();
    metrics::histogram!("kenpo_request_seconds", "operation" => operation)
        .record(started.elapsed().as_secs_f64());
    metrics::counter!("kenpo_requests_total", "operation" => operation, "status" => status.to_string())
        .increment(1);
    tracing::info!(operation, status, request_id = %asking.meta.request_id, ms = started.elapsed().as_millis(), "answered");
}

/// A path that names nothing: recorded, counted in floods.
pub(super) async fn nothing_here(req: HttpRequest) -> HttpResponse {
    outside(req, "noSuchRoute", Problem::not_found()).await
}
/// A method that this path does not take: recorded, answered 405 with `Allow`.
pub async fn wrong_method(req: HttpRequest, allow: &str) -> HttpResponse {
    let mut response = outside(req, "noSuchRoute", Problem::new(Kind::MethodNotAllowed)).await;
    if let Ok(allow) = header::HeaderValue::from_str(allow) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}
async fn outside(req: HttpRequest, operation: &'static str, problem: Problem) -> HttpResponse {
    let Some(kernel) = req.app_data::<web::Data<Kernel>>().map(|d| d.clone().into_inner()) else {
        return problem.error_response();
    };
    let meta = Meta::of(&req, &kernel);
    let actor = kernel.authenticate(&req, meta.zone).ok(); // nothing is given, but who knocks is known
    let asking = Asking::new(kernel, actor, meta, operation);
    let mut response = asking.refuse(problem).await.error_response();
    finish(&mut response, &asking, operation, Instant::now());
    response
}
