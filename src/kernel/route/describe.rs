//! The OpenAPI document out of the route list.
use super::{Routes, examples};
use crate::kernel::{Method, Operation, headers::Header, problem::ProblemBody};
use std::collections::BTreeMap;
use utoipa::{
    ToSchema,
    openapi::{
        self, Components, Info, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder, Server,
        path::{HttpMethod, OperationBuilder, Parameter},
        request_body::RequestBodyBuilder,
        schema::Schema,
        security::{ClientCredentials, Flow, OAuth2, Scopes, SecurityRequirement, SecurityScheme},
        tag::TagBuilder,
    },
};

/// What the extractors of a handler say of themselves.
#[derive(Default)]
pub struct Described {
    /// Path, query and header parameters.
    pub parameters: Vec<Parameter>,
    /// Media type and schema name of the body.
    pub body: Option<(&'static str, String)>,
    /// Schemas they need.
    pub schemas: Vec<(String, RefOr<Schema>)>,
}
/// An extractor that describes itself.
pub trait Describe {
    /// Adds parameters, body and schemas.
    fn describe(path: &str, out: &mut Described);
}
impl<Op> Describe for crate::kernel::Gate<Op> {
    fn describe(_: &str, _: &mut Described) {}
}
/// Shared state of the process is no part of the contract.
impl<T: 'static> Describe for actix_web::web::Data<T> {
    fn describe(_: &str, _: &mut Described) {}
}
macro_rules! describe_tuples {
    ($(($($t:ident),+))+) => { $(
        impl<$($t: Describe),+> Describe for ($($t,)+) {
            fn describe(path: &str, out: &mut Described) { $($t::describe(path, out);)+ }
        }
    )+ };
}
describe_tuples! { (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) }

/// Media type and schema of a success, if it has a body.
pub type Success = Option<(&'static str, String)>;
pub(super) fn body_of<T: ToSchema>() -> Success {
    Some(("application/json", T::name().into_owned()))
}
/// What an answer that is not one JSON value holds.
pub trait Content {
    /// Media type and schema name.
    fn content() -> Success;
    /// Schemas it needs.
    fn schemas() -> Vec<(String, RefOr<Schema>)>;
}
impl Content for () {
    fn content() -> Success {
        None
    }
    fn schemas() -> Vec<(String, RefOr<Schema>)> {
        Vec::new()
    }
}
/// Lines of `T`.
pub struct Lines<T>(std::marker::PhantomData<T>);
impl<T: ToSchema> Content for Lines<T> {
    fn content() -> Success {
        Some(("application/x-ndjson", T::name().into_owned()))
    }
    fn schemas() -> Vec<(String, RefOr<Schema>)> {
        crate::kernel::input::schemas_of::<T>()
    }
}

pub(super) fn operation<Op: Operation>(
    tag: &str,
    described: &Described,
    success: Success,
) -> (HttpMethod, openapi::path::Operation) {
    let mut doc = Op::DOC.iter().map(|l| l.trim());
    let summary = doc.next().unwrap_or_default().to_owned();
    let description = doc.collect::<Vec<_>>().join("\n").trim().to_owned();
    let mut b = OperationBuilder::new()
        .operation_id(Some(Op::ID))
        .tag(tag)
        .summary(Some(summary))
        .description(Some(description));
    for p in &described.parameters {
        b = b.parameter(p.clone());
    }
    if let Some((media, schema)) = &described.body {
        let content = openapi::Content::new(Some(Ref::from_schema_name(schema)));
        b = b.request_body(Some(
            RequestBodyBuilder::new().required(Some(Required::True)).content(*media, content).build(),
        ));
    }
    let mut ok = with_headers(ResponseBuilder::new().description("Done"), Header::of_success::<Op>());
    if is_keyed(described) {
        ok = with_headers(ok, [Header::IdempotencyReplayed]);
    }
    if let Some((media, schema)) = success {
        ok = ok.content(media, openapi::Content::new(Some(Ref::from_schema_name(schema))));
    }
    b = b.response(Op::STATUS.to_string(), ok.build());
    for (status, name) in problems_of::<Op>(described) {
        b = b.response(status, RefOr::<Response>::Ref(Ref::from_response_name(name)));
    }
    let mut op = b.build();
    op.security = Some(if Op::SCOPE.is_empty() {
        Vec::new()
    } else {
        [Some(Op::SCOPE), Op::ALSO]
            .into_iter()
            .flatten()
            .map(|s| SecurityRequirement::new("oauth2", [s]))
            .collect()
    });
    let law = serde_json::Value::String(Op::LAW.to_owned());
    op.extensions = Some(openapi::extensions::ExtensionsBuilder::new().add("x-law", law).build());
    (method(Op::METHOD), op)
}

fn method(m: Method) -> HttpMethod {
    match m {
        Method::Get => HttpMethod::Get,
        Method::Post => HttpMethod::Post,
        Method::Put => HttpMethod::Put,
        Method::Patch => HttpMethod::Patch,
        Method::Delete => HttpMethod::Delete,
    }
}
pub(super) fn also_answers(op: &mut openapi::path::Operation, status: &str, about: &str, schema: &str) {
    let content = openapi::Content::new(Some(Ref::from_schema_name(schema)));
    let response = ResponseBuilder::new().description(about).content("application/json", content);
    let response = with_headers(response, [Header::CacheControl]).build();
    op.responses.responses.insert(status.to_owned(), RefOr::T(response));
}
fn with_headers(response: ResponseBuilder, headers: impl IntoIterator<Item = Header>) -> ResponseBuilder {
    headers.into_iter().fold(response, |r, h| r.header(h.name(), h.described()))
}
/// Answers are kept under the caller's key.
fn is_keyed(d: &Described) -> bool {
    d.parameters.iter().any(|p| p.name == "Idempotency-Key")
}
/// A refusal that left a record is kept under its key, and given again.
const KEPT: (&str, &str, &str) = (
    "422",
    "InvalidKept",
    "The content is refused; a refusal that was noted is given again under the same key",
);
const PROBLEMS: &[(&str, &str, &str)] = &[
    ("400", "Unreadable", "The request cannot be read"),
    ("401", "Unauthenticated", "No valid token, or a token granted for this purpose is needed"),
    ("403", "Forbidden", "Not permitted, or the scope is missing"),
    ("404", "NotFound", "No such resource, or not for this caller"),
    ("409", "Conflict", "Not possible in the current state"),
    ("412", "Stale", "The resource has changed since it was read"),
    ("413", "TooLarge", "Too large"),
    ("415", "UnsupportedMedia", "This media type is not accepted"),
    ("422", "Invalid", "The content is refused"),
    ("428", "MatchMissing", "An If-Match header is required"),
    ("429", "TooMany", "Too many requests"),
    ("500", "Internal", "Internal error"),
    ("503", "Unavailable", "Temporarily unavailable"),
    ("default", "Unexpected", "Any other failure"),
];
/// Status of each shared response of the document, by its name.
pub fn problem_statuses() -> BTreeMap<&'static str, &'static str> {
    PROBLEMS.iter().chain([&KEPT]).map(|(status, name, _)| (*name, *status)).collect()
}
fn problems_of<Op: Operation>(d: &Described) -> Vec<(&'static str, &'static str)> {
    let writes = Op::METHOD != Method::Get;
    let has = |name: &str| d.parameters.iter().any(|p| p.name == name);
    PROBLEMS
        .iter()
        .filter(|(status, ..)| match *status {
            // a read of a person may name an id that was merged into another one
            "409" => writes || Op::PATH.contains("{member_id}") || Op::PATH.contains("{person_id}"),
            "413" | "415" => d.body.is_some(),
            "412" | "428" => has("If-Match"),
            _ => true,
        })
        .map(|(status, name, _)| (*status, if *status == KEPT.0 && is_keyed(d) { KEPT.1 } else { *name }))
        .collect()
}

/// The whole document, canonical: the same for the same routes.
pub fn document(routes: &Routes, scopes: &[(&str, &str)], tags: &[(&str, &str)]) -> OpenApi {
    let mut api = OpenApi::new(info(), openapi::Paths::new());
    api.servers = Some(vec![Server::new("/")]);
    for (method, path, op) in &routes.operations {
        let mut op = op.clone();
        examples::add(&mut op);
        api.paths.add_path_operation(*path, vec![method.clone()], op);
    }
    let mut components = Components::new();
    components.schemas = routes.schemas.clone();
    for (name, schema) in crate::kernel::input::schemas_of::<ProblemBody>() {
        components.schemas.insert(name, schema);
    }
    for (status, name, about) in PROBLEMS.iter().chain([&KEPT]) {
        let content = openapi::Content::new(Some(Ref::from_schema_name("Problem")));
        let response =
            ResponseBuilder::new().description(*about).content("application/problem+json", content);
        let headers = Header::of_problem(status.parse().unwrap_or(400)).iter().copied();
        let mut response = with_headers(response, headers);
        if *name == KEPT.1 {
            response = with_headers(response, [Header::IdempotencyReplayed]);
        }
        components.responses.insert((*name).to_owned(), RefOr::T(response.build()));
    }
    let listed: BTreeMap<String, String> = scopes.iter().map(|(s, d)| ((*s).into(), (*d).into())).collect();
    let flow = Flow::ClientCredentials(ClientCredentials::new("/oauth/token", Scopes::from_iter(listed)));
    components.add_security_scheme("oauth2", SecurityScheme::OAuth2(OAuth2::new([flow])));
    api.components = Some(components);
    api.tags =
        Some(tags.iter().map(|(n, d)| TagBuilder::new().name(*n).description(Some(*d)).build()).collect());
    api
}
fn info() -> Info {
    let mut info = Info::new("kenpo", "1.0.0");
    info.description = Some(
        "健康保険組合の基幹システム API。 / The core system of a health-insurance society: members, dependents, \
         notifications, personal numbers behind purpose-bound tokens, and the audit log."
            .into(),
    );
    info.contact = Some(openapi::ContactBuilder::new().name(Some("kenpo")).build());
    let mut license = openapi::License::new("Proprietary");
    license.identifier = Some("LicenseRef-Proprietary".into());
    info.license = Some(license);
    info
}
