//! What callers send: bodies, path ids, queries, headers. Each extractor also describes itself for the document, so that
//! nothing is typed twice. Refusals name places, never values.
use super::{
    Kernel, Kind, Problem,
    gate::Asking,
    problem::{FieldError, Said},
    route::{Describe, Described},
    secrets,
};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header, web};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use futures_util::{StreamExt, future::LocalBoxFuture};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use std::{
    future::{Ready, ready},
    sync::Arc,
};
use utoipa::{
    IntoParams, ToSchema,
    openapi::{
        RefOr, Required,
        path::{ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Schema, Type},
    },
};
use uuid::Uuid;
use validator::{Validate, ValidationError, ValidationErrors, ValidationErrorsKind};
use zeroize::Zeroizing;

/// Something that can be the body of a request.
pub trait Body: Sized {
    /// Media type.
    const MEDIA: &'static str;
    /// Most bytes.
    const LIMIT: usize;
    /// Reads and checks it.
    /// # Errors
    /// 400 unreadable, 422 readable but refused.
    fn parse(bytes: &[u8]) -> Result<Self, Problem>;
    /// Its schemas, its own first.
    fn schemas() -> Vec<(String, RefOr<Schema>)>;
}
/// Most bytes of a JSON body.
pub const JSON_LIMIT: usize = 1024 * 1024;

/// Makes serde types bodies: `json_body!("application/json": CreateSession, …)`.
#[macro_export]
macro_rules! json_body {
    ($media:literal: $($t:ty),+ $(,)?) => { $(
        impl $crate::kernel::input::Body for $t {
            const MEDIA: &'static str = $media;
            const LIMIT: usize = $crate::kernel::input::JSON_LIMIT;
            fn parse(bytes: &[u8]) -> Result<Self, $crate::kernel::Problem> { $crate::kernel::input::parse_valid(bytes) }
            fn schemas() -> Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)> {
                $crate::kernel::input::schemas_of::<$t>()
            }
        }
    )+ };
}
/// A code, a name or a pointer in a list: gives the items of the list their bound in the document.
#[derive(ToSchema)]
#[schema(value_type = String, max_length = 300)]
pub struct Word(pub String);
/// A type's schema and those it refers to.
pub fn schemas_of<T: ToSchema>() -> Vec<(String, RefOr<Schema>)> {
    let mut all = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut all);
    all
}

/// A checked body and the keyed digest of the request that brought it.
pub struct Input<T> {
    /// The body.
    pub value: T,
    /// HMAC of method, path, query and body.
    pub digest: [u8; 32],
}
impl<T: Body + 'static> FromRequest for Input<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;
    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, payload) = (req.clone(), payload.take());
        Box::pin(async move {
            let bytes = read_body(&req, payload, T::MEDIA, T::LIMIT).await?;
            let kernel = kernel_of(&req)?;
            let path = req.uri().path_and_query().map_or("", |p| p.as_str());
            let parts = [req.method().as_str().as_bytes(), path.as_bytes(), &bytes];
            let digest = secrets::hmac256(&kernel.keys.vault.digest, &parts);
            Ok(Self { value: T::parse(&bytes)?, digest })
        })
    }
}
impl<T: Body> Describe for Input<T> {
    fn describe(_: &str, out: &mut Described) {
        let schemas = T::schemas();
        if let Some((name, _)) = schemas.first() {
            out.body = Some((T::MEDIA, name.clone()));
        }
        out.schemas.extend(schemas);
    }
}

/// Reads a body of the right type, in time and within its limit.
/// # Errors
/// 413, 415, 400 when it breaks off or takes too long.
pub async fn read_body(
    req: &HttpRequest,
    mut payload: Payload,
    media: &str,
    limit: usize,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    if !req.content_type().eq_ignore_ascii_case(media) {
        return Err(Problem::new(Kind::UnsupportedMedia));
    }
    let announced =
        req.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|n| n > limit) {
        return Err(Problem::new(Kind::TooLarge));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(announced.unwrap_or(1024).min(limit)));
    let reading = async {
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Problem::new(Kind::Unreadable))?;
            if bytes.len() + chunk.len() > limit {
                return Err(Problem::new(Kind::TooLarge));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(())
    };
    tokio::time::timeout(kernel_of(req)?.body_time, reading).await.map_err(|_| {
        Problem::new(Kind::Unreadable).because(
            "too-slow",
            "送信に時間がかかりすぎています",
            "The body took too long",
        )
    })??;
    Ok(bytes)
}

/// Refuses a body that says, in any of its lines, that it is compressed: nothing is unpacked here.
/// # Errors
/// 415 `compressed-body`.
pub fn refuse_compressed(req: &HttpRequest) -> Result<(), Problem> {
    let mut encodings = req.headers().get_all(header::CONTENT_ENCODING);
    if encodings.all(|e| e.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Ok(());
    }
    Err(Problem::new(Kind::UnsupportedMedia).because(
        "compressed-body",
        "圧縮された本文は受け付けません",
        "Compressed bodies are not accepted",
    ))
}
/// JSON → value. Unreadable is 400; readable but not of this shape is 422 with a pointer.
/// # Errors
/// As said.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if bytes.windows(6).any(|w| w.eq_ignore_ascii_case(b"\\u0000")) {
        return Err(Problem::new(Kind::Unreadable).because(
            "nul",
            "使えない文字があります",
            "A NUL character is not accepted",
        ));
    }
    if super::json::repeats_a_key(bytes) {
        return Err(Problem::new(Kind::Unreadable).because(
            "repeated-key",
            "同じ名前の項目が2回あります",
            "A key stands twice in one object",
        ));
    }
    let mut de = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize::<_, T>(&mut de).map_err(|e| shape_problem(&e))?;
    de.end().map_err(|_| Problem::new(Kind::Unreadable))?;
    Ok(value)
}
/// What holds days or instants, so that their years can be judged.
pub trait Dated {
    /// All years lie in 1 to 9999, in which every day can be written with four digits and kept by the database.
    fn is_in_range(&self) -> bool;
}
impl Dated for NaiveDate {
    fn is_in_range(&self) -> bool {
        (1..=9999).contains(&self.year())
    }
}
impl Dated for DateTime<Utc> {
    fn is_in_range(&self) -> bool {
        self.date_naive().is_in_range()
    }
}
impl<T: Dated> Dated for Option<T> {
    fn is_in_range(&self) -> bool {
        self.as_ref().is_none_or(Dated::is_in_range)
    }
}
impl<T: Dated> Dated for Vec<T> {
    fn is_in_range(&self) -> bool {
        self.iter().all(Dated::is_in_range)
    }
}
/// For `deserialize_with` of every day and instant that callers send (a test sends bad ones to every such place of the document).
/// # Errors
/// `date-out-of-range` for a year that is not 1 to 9999.
pub fn dated<'de, D: Deserializer<'de>, T: Dated + Deserialize<'de>>(d: D) -> Result<T, D::Error> {
    let value = T::deserialize(d)?;
    if value.is_in_range() { Ok(value) } else { Err(serde::de::Error::custom("date-out-of-range")) }
}
fn shape_problem(e: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    if !e.inner().is_data() {
        return Problem::new(Kind::Unreadable);
    }
    let text = e.inner().to_string();
    Problem { errors: vec![shape_error(&pointer_of(e.path()), &text)], ..Problem::new(Kind::Invalid) }
}
/// Code and words for a serde refusal; its own text may hold input and is not passed on.
pub fn shape_error(pointer: &str, serde_text: &str) -> FieldError {
    let (code, said) = match serde_text {
        t if t.starts_with("unknown field") => {
            ("unknown-field", ("この項目は受け付けません", "this field is not accepted"))
        }
        t if t.starts_with("missing field") => {
            ("missing-field", ("必要な項目がありません", "a required field is missing"))
        }
        t if t.starts_with("unknown variant") => {
            ("unknown-value", ("この値は受け付けません", "this value is not accepted"))
        }
        t if t.starts_with("personal-number:check-digit") => {
            ("E-MYNUMBER-CHECK-DIGIT", ("個人番号の検査用数字が合いません", "the check digit is wrong"))
        }
        t if t.starts_with("personal-number") => {
            ("personal-number-malformed", ("個人番号は12桁の数字です", "a personal number has 12 digits"))
        }
        t if t.starts_with("date-out-of-range") => {
            ("date-out-of-range", ("日付が範囲外です", "the date is out of range"))
        }
        _ => ("wrong-type", ("型または形式が違います", "wrong type or format")),
    };
    FieldError::at(pointer, code, said)
}
/// A pointer of known names only: a key that the caller made up is shown only when it can't be data.
pub fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut out = String::new();
    for s in path {
        match s {
            Segment::Seq { index } => out.push_str(&format!("/{index}")),
            Segment::Map { key } if is_name(key) => out.push_str(&format!("/{key}")),
            Segment::Enum { .. } => {}
            _ => break,
        }
    }
    out
}
fn is_name(key: &str) -> bool {
    key.len() <= 40
        && key.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit())
        && !crate::values::personal_number::contains_number_run(key)
}
/// JSON → value that is valid.
/// # Errors
/// 400, 422.
pub fn parse_valid<T: DeserializeOwned + Validate>(bytes: &[u8]) -> Result<T, Problem> {
    let value: T = parse_json(bytes)?;
    check(&value)?;
    Ok(value)
}
/// Runs the derived checks.
/// # Errors
/// 422 with pointers.
pub fn check<T: Validate>(value: &T) -> Result<(), Problem> {
    value.validate().map_err(|e| {
        let mut errors = Vec::new();
        collect("", &e, &mut errors);
        Problem { errors, ..Problem::new(Kind::Invalid) }
    })
}
fn collect(at: &str, e: &ValidationErrors, out: &mut Vec<FieldError>) {
    for (field, kind) in e.errors() {
        let here = format!("{at}/{field}");
        match kind {
            ValidationErrorsKind::Struct(inner) => collect(&here, inner, out),
            ValidationErrorsKind::List(items) => {
                items.iter().for_each(|(i, inner)| collect(&format!("{here}/{i}"), inner, out));
            }
            ValidationErrorsKind::Field(list) => {
                out.extend(list.iter().map(|v| FieldError::at(here.clone(), &v.code, said_by(v))))
            }
        }
    }
}
/// Under which parameter a validator's fault keeps its English words; its message is Japanese.
const EN: &str = "en";
/// What a validator of our own finds, in both languages.
pub fn fault(code: &'static str, (ja, en): Said<'static>) -> ValidationError {
    let mut e = ValidationError::new(code).with_message(ja.into());
    e.add_param(EN.into(), &en);
    e
}
fn said_by(e: &ValidationError) -> Said<'_> {
    let en = e.params.get(EN).and_then(|en| en.as_str());
    e.message.as_deref().zip(en).unwrap_or(("値が範囲外です", "out of range"))
}
/// Validator for free text: no run of 12 digits in any width, no control characters.
/// # Errors
/// `number-in-text` or `control-character`.
pub fn plain_text(s: &str) -> Result<(), ValidationError> {
    if crate::values::personal_number::contains_number_run(s) {
        return Err(fault(
            "E-NUMBER-IN-TEXT",
            ("12桁の数字は記載できません", "a run of 12 digits is not accepted here"),
        ));
    }
    if s.chars().any(char::is_control) {
        return Err(fault(
            "control-character",
            ("制御文字は使えません", "control characters are not accepted"),
        ));
    }
    Ok(())
}

/// The id of a thing of this kind in the path, as `{member_id}` names a `Member`; nothing where the path names another thing.
pub fn id_in_path(req: &HttpRequest, kind: &str) -> Option<Uuid> {
    let (name, value) = req.match_info().iter().next()?;
    let wanted = kind.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase());
    let is_its = name.strip_suffix("_id").is_some_and(|n| n.chars().filter(|c| *c != '_').eq(wanted));
    if is_its { Uuid::try_parse(value).ok() } else { None }
}
/// The id in the path; anything but a UUID names nothing (404).
pub struct Id(pub Uuid);
impl FromRequest for Id {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = req.match_info().iter().next().and_then(|(_, v)| Uuid::try_parse(v).ok());
        ready(id.map(Id).ok_or_else(Problem::not_found))
    }
}
impl Describe for Id {
    fn describe(path: &str, out: &mut Described) {
        let Some(name) = path.split(['{', '}']).nth(1) else { return };
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Uuid)))
            .max_length(Some(36))
            .build();
        out.parameters.push(
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .description(Some("Id of the resource"))
                .schema(Some(schema))
                .build(),
        );
    }
}

/// Checked query parameters; unknown ones are refused.
pub struct Query<T>(pub T);
impl<T: DeserializeOwned + Validate> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut words = form_urlencoded::parse(req.query_string().as_bytes());
        if words.any(|(name, value)| [name, value].iter().any(|w| w.contains(char::REPLACEMENT_CHARACTER))) {
            return ready(Err(Problem::new(Kind::Unreadable)));
        }
        let read = serde_path_to_error::deserialize::<_, T>(serde_urlencoded_of(req.query_string()));
        ready(
            read.map_err(|e| Problem {
                errors: vec![shape_error(&pointer_of(e.path()), &e.inner().to_string())],
                ..Problem::new(Kind::Invalid)
            })
            .and_then(|v| check(&v).map(|()| Self(v)))
            .and_then(|v| {
                let known_at =
                    kernel_of(req).and_then(|k| super::asked::check(req.query_string(), &k.clock))?;
                if let (Some(at), Some(asking)) = (known_at, req.extensions().get::<Arc<Asking>>()) {
                    asking.asks_what_was_known(at);
                }
                Ok(v)
            }),
        )
    }
}
fn kernel_of(req: &HttpRequest) -> Result<&web::Data<Kernel>, Problem> {
    req.app_data::<web::Data<Kernel>>().ok_or_else(|| Problem::new(Kind::Internal))
}
fn serde_urlencoded_of(query: &str) -> serde_urlencoded::Deserializer<'_> {
    serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()))
}
impl<T: IntoParams> Describe for Query<T> {
    fn describe(_: &str, out: &mut Described) {
        out.parameters.extend(T::into_params(|| Some(ParameterIn::Query)));
    }
}

/// `Idempotency-Key`, required. Made by reading the header alone, so that whoever keeps an answer also describes the key.
pub struct IdempotencyKey(String);
impl IdempotencyKey {
    /// As the caller sent it.
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}
impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let key = req.headers().get("idempotency-key").and_then(|v| v.to_str().ok()).unwrap_or("");
        let is_good = (8..=128).contains(&key.len()) && key.chars().all(|c| c.is_ascii_graphic());
        ready(if is_good { Ok(Self(key.into())) } else { Err(Problem::new(Kind::KeyMissing)) })
    }
}
impl Describe for IdempotencyKey {
    fn describe(_: &str, out: &mut Described) {
        out.parameters.push(header_parameter("Idempotency-Key", "Names this request: the same key and body get the same answer again (8 to 128 characters, kept 72 hours)", 128));
    }
}
/// `Idempotency-Key` of a request that files: required unless it is a dry run.
pub struct FilingKey(Option<String>);
impl FilingKey {
    /// # Errors
    /// 400 when the header is missing or malformed.
    pub fn required(self) -> Result<IdempotencyKey, Problem> {
        self.0.map(IdempotencyKey).ok_or_else(|| Problem::new(Kind::KeyMissing))
    }
}
impl FromRequest for FilingKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;
    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if req.headers().get("idempotency-key").is_none() {
            return ready(Ok(Self(None)));
        }
        ready(IdempotencyKey::from_request(req, payload).into_inner().map(|k| Self(Some(k.0))))
    }
}
impl Describe for FilingKey {
    fn describe(path: &str, out: &mut Described) {
        IdempotencyKey::describe(path, out);
        if let Some(p) = out.parameters.last_mut() {
            p.required = Required::False;
            p.description = Some("Names this request: the same key and body get the same answer again (8 to 128 characters, kept 72 hours). Required unless validate_only".into());
        }
    }
}
/// `If-Match`, required.
pub struct IfMatch(pub String);
impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let tag = req
            .headers()
            .get(header::IF_MATCH)
            .and_then(|v| v.to_str().ok())
            .map(|v| v.trim().trim_matches('"'));
        ready(match tag {
            Some(tag) if !tag.is_empty() && tag.len() <= 64 => Ok(Self(tag.into())),
            _ => Err(Problem::new(Kind::MatchMissing)),
        })
    }
}
impl IfMatch {
    /// # Errors
    /// 412 when the resource has another tag by now.
    pub fn require(&self, tag: &str) -> Result<(), Problem> {
        if self.0 == tag { Ok(()) } else { Err(Problem::new(Kind::Stale)) }
    }
}
impl Describe for IfMatch {
    fn describe(_: &str, out: &mut Described) {
        out.parameters.push(header_parameter("If-Match", "ETag of the version that is to be changed", 64));
    }
}
fn header_parameter(name: &str, about: &str, most: usize) -> utoipa::openapi::path::Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String).max_length(Some(most)).build();
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some(about))
        .schema(Some(schema))
        .build()
}
