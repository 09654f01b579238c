//! Headers of answers that are part of the contract: what may be sent stands here once, and both the answer and the document are
//! made of it.
use super::{Kind, Operation};
use utoipa::openapi::{
    self, KnownFormat, SchemaFormat,
    schema::{ObjectBuilder, Type},
};

/// A header of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// What may be kept of the answer: nothing.
    CacheControl,
    /// Version of the resource.
    Etag,
    /// Where the made resource is.
    Location,
    /// The next page.
    Link,
    /// The answer of an earlier request under the same key.
    IdempotencyReplayed,
    /// When to ask again.
    RetryAfter,
    /// How to authenticate.
    WwwAuthenticate,
}
impl Header {
    /// Name as it is written in the document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CacheControl => "Cache-Control",
            Self::Etag => "ETag",
            Self::Location => "Location",
            Self::Link => "Link",
            Self::IdempotencyReplayed => "Idempotency-Replayed",
            Self::RetryAfter => "Retry-After",
            Self::WwwAuthenticate => "WWW-Authenticate",
        }
    }
    fn about(self) -> &'static str {
        match self {
            Self::CacheControl => "no-store: answers are kept nowhere on the way",
            Self::Etag => "Version of the resource, for If-Match",
            Self::Location => "Path of what was made",
            Self::Link => "Path of the next page, as rel=\"next\"; absent on the last one",
            Self::IdempotencyReplayed => {
                "true when this is the kept answer of an earlier request under the same Idempotency-Key"
            }
            Self::RetryAfter => "Seconds after which to ask again",
            Self::WwwAuthenticate => "How to authenticate, or what the token lacks (RFC 6750, RFC 9470)",
        }
    }
    /// Is it on every answer of that status that lists it?
    pub fn is_always_sent(self, status: &str) -> bool {
        match self {
            Self::Link | Self::IdempotencyReplayed => false,
            Self::WwwAuthenticate => status == "401",
            _ => true,
        }
    }
    /// As the document describes it.
    pub fn described(self) -> openapi::header::Header {
        let schema = match self {
            Self::RetryAfter => ObjectBuilder::new()
                .schema_type(Type::Integer)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
                .minimum(Some(0))
                .maximum(Some(86_400)),
            Self::IdempotencyReplayed => {
                ObjectBuilder::new().schema_type(Type::String).pattern(Some("^true$")).max_length(Some(4))
            }
            _ => ObjectBuilder::new().schema_type(Type::String).max_length(Some(4_000)),
        };
        let mut header = openapi::header::Header::new(schema.build());
        header.description = Some(self.about().into());
        header
    }
    /// All of the contract.
    pub const ALL: &'static [Self] = &[
        Self::CacheControl,
        Self::Etag,
        Self::Location,
        Self::Link,
        Self::IdempotencyReplayed,
        Self::RetryAfter,
        Self::WwwAuthenticate,
    ];
    /// Those of a success of `Op`, but for the mark of a kept answer.
    pub fn of_success<Op: Operation>() -> impl Iterator<Item = Self> {
        std::iter::once(Self::CacheControl).chain(Op::SENDS.iter().copied())
    }
    /// Those of a problem of that status.
    pub fn of_problem(status: u16) -> &'static [Self] {
        match status {
            401 | 403 => &[Self::CacheControl, Self::WwwAuthenticate],
            429 | 503 => &[Self::CacheControl, Self::RetryAfter],
            _ => &[Self::CacheControl],
        }
    }
}

/// Said by `operation!`: the operation sends that header. An answer takes a header only when its operation says so.
pub trait Sends<H>: Operation {}
/// Names of headers for [`Sends`].
pub mod sent {
    /// `ETag`.
    pub struct Etag;
    /// `Location`.
    pub struct Location;
    /// `Link`.
    pub struct Link;
}

/// The challenge of a problem that brings none of its own.
pub fn challenge(kind: Kind) -> Option<String> {
    (kind.status() == 401).then(|| "Bearer".into())
}
/// Seconds for Retry-After of a problem that says no others.
pub fn retry_after(kind: Kind) -> Option<u32> {
    match kind.status() {
        429 => Some(1),
        503 => Some(2),
        _ => None,
    }
}
