//! Answers: made by spending a permit, released by the gate after recording.
use super::Permit;
use crate::kernel::{
    Operation, Problem,
    headers::{Header, Sends, sent},
};
use actix_web::{HttpResponse, http::StatusCode, web::Bytes};
use futures_util::stream::LocalBoxStream;
use serde::Serialize;
use std::marker::PhantomData;

/// A streamed body.
pub type ByteStream = LocalBoxStream<'static, Result<Bytes, std::io::Error>>;
type StreamMaker = Box<dyn FnOnce() -> ByteStream + Send>;

/// What the body of an answer is.
pub enum Payload<T> {
    /// A value, serialised as JSON.
    Value(T),
    /// A value, serialised already: what is stored under the key is what is sent.
    Fresh(String),
    /// The stored body of an earlier answer, byte for byte.
    Replay(String),
    /// Nothing.
    Empty,
    /// The work was recorded, the request is refused all the same (a refused file leaves its receipt).
    Refused(Problem),
    /// NDJSON, made lazily on the worker.
    Lines(StreamMaker),
}

/// The only thing that a handler's work can give.
pub struct Answer<Op, T> {
    pub(super) payload: Payload<T>,
    pub(super) status: u16,
    pub(super) etag: Option<String>,
    pub(super) location: Option<String>,
    pub(super) next: Option<String>,
    op: PhantomData<Op>,
}
impl<Op: Operation> Permit<Op> {
    /// Spends the permit on a body.
    pub fn answer<T>(self, body: T) -> Answer<Op, T> {
        Answer::of(Payload::Value(body))
    }
    /// Spends the permit on an answer without body.
    pub fn done<T>(self) -> Answer<Op, T> {
        Answer::of(Payload::Empty)
    }
    /// Spends the permit on a refusal that leaves a record of its own.
    pub fn refused<T>(self, problem: Problem) -> Answer<Op, T> {
        let status = problem.status();
        Answer { status, ..Answer::of(Payload::Refused(problem)) }
    }
    /// Spends the permit on a stream of lines.
    pub fn lines<T>(self, make: impl FnOnce() -> ByteStream + Send + 'static) -> Answer<Op, T> {
        Answer::of(Payload::Lines(Box::new(make)))
    }
    pub(super) fn replay<T>(self, status: u16, location: Option<String>, body: String) -> Answer<Op, T> {
        Answer { status, location, ..Answer::of(Payload::Replay(body)) }
    }
}
impl<Op: Operation, T> Answer<Op, T> {
    fn of(payload: Payload<T>) -> Self {
        Self { payload, status: Op::STATUS, etag: None, location: None, next: None, op: PhantomData }
    }
    /// With a strong ETag.
    pub fn tagged(mut self, etag: impl Into<String>) -> Self
    where
        Op: Sends<sent::Etag>,
    {
        self.etag = Some(etag.into());
        self
    }
    /// With a Location.
    pub fn located(mut self, path: String) -> Self
    where
        Op: Sends<sent::Location>,
    {
        self.location = Some(path);
        self
    }
    /// With another status of success (a dry run answers 200).
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
    /// With `Link: rel="next"`.
    pub fn next(mut self, link: Option<String>) -> Self
    where
        Op: Sends<sent::Link>,
    {
        self.next = link;
        self
    }
}

/// An answer whose entry is durable: only a gate makes it, and only this leaves the house.
pub struct Recorded<Op, T>(pub(super) Answer<Op, T>);
impl<Op: Operation, T: Serialize> Recorded<Op, T> {
    /// The response as it leaves.
    pub fn respond(self) -> HttpResponse {
        let a = self.0;
        if let Payload::Refused(problem) = &a.payload {
            return actix_web::ResponseError::error_response(problem);
        }
        let mut r = HttpResponse::build(StatusCode::from_u16(a.status).unwrap_or(StatusCode::OK));
        for header in Header::of_success::<Op>() {
            let value = match header {
                Header::CacheControl => Some("no-store".to_owned()),
                Header::Etag => a.etag.as_ref().map(|tag| format!("\"{tag}\"")),
                Header::Location => a.location.clone(),
                Header::Link => a.next.as_ref().map(|link| format!("<{link}>; rel=\"next\"")),
                Header::IdempotencyReplayed | Header::RetryAfter | Header::WwwAuthenticate => None,
            };
            if let Some(value) = value {
                r.insert_header((header.name(), value));
            }
        }
        match a.payload {
            Payload::Value(body) => r.json(body),
            Payload::Fresh(body) => r.content_type("application/json").body(body),
            Payload::Replay(body) => {
                r.insert_header((Header::IdempotencyReplayed.name(), "true"));
                let is_problem = a.status >= 400;
                r.content_type(if is_problem { "application/problem+json" } else { "application/json" })
                    .body(body)
            }
            Payload::Lines(make) => r.content_type("application/x-ndjson").streaming(make()),
            Payload::Empty | Payload::Refused(_) => r.finish(),
        }
    }
}
