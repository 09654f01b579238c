//! Routes: one declaration makes the route, the OpenAPI operation, the required scope, the audit label and the sweep row.
mod describe;
mod examples;
mod serve;

pub use describe::{Content, Describe, Described, Lines, document, problem_statuses};
pub use serve::wrong_method;

use super::{Operation, gate::Reply, operation::Method};
use actix_web::{FromRequest, Handler, HttpRequest, web};
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};
use utoipa::{
    ToSchema,
    openapi::{self, RefOr, path::HttpMethod, schema::Schema},
};

/// What the sweep and the matrix know of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// operationId.
    pub id: &'static str,
    /// Method.
    pub method: Method,
    /// Route template.
    pub path: &'static str,
    /// Required scope; empty when open.
    pub scope: &'static str,
    /// A second scope that opens it.
    pub also: Option<&'static str>,
    /// Cedar type.
    pub subject: &'static str,
    /// Cedar type of what its entry names, where it makes another one.
    pub makes: &'static str,
}

type Mount = Arc<dyn Fn() -> actix_web::Route + Send + Sync>;
type Resource<'r> = (&'static str, &'r Vec<(Method, Mount)>);

/// The list of routes.
#[derive(Clone, Default)]
pub struct Routes {
    /// Operations in order.
    pub rows: Vec<Row>,
    pub(super) operations: Vec<(HttpMethod, &'static str, openapi::path::Operation)>,
    pub(super) schemas: BTreeMap<String, RefOr<Schema>>,
    mounts: BTreeMap<&'static str, Vec<(Method, Mount)>>,
    tag: &'static str,
    /// Names that two different schemas share; must be empty.
    pub clashes: Vec<String>,
}
impl Routes {
    /// Names the group of the operations that follow.
    pub fn group(&mut self, tag: &'static str) -> &mut Self {
        self.tag = tag;
        self
    }
    /// Adds an operation that answers with JSON.
    pub fn add<Op, F, Args, T>(&mut self, handler: F) -> &mut Self
    where
        Op: Operation,
        F: Handler<Args, Output = Reply<Op, T>> + Send + Sync,
        Args: FromRequest + Describe + 'static,
        T: Serialize + ToSchema + 'static,
    {
        self.declare::<Op, Args>(describe::body_of::<T>());
        self.take(super::input::schemas_of::<T>());
        self.mount::<Op, F, Args, T>(handler)
    }
    /// Adds an operation that answers with lines of `T` (NDJSON) or, with `T = ()`, with nothing.
    pub fn add_other<Op, F, Args, T, Line>(&mut self, handler: F) -> &mut Self
    where
        Op: Operation,
        F: Handler<Args, Output = Reply<Op, T>> + Send + Sync,
        Args: FromRequest + Describe + 'static,
        T: Serialize + 'static,
        Line: describe::Content,
    {
        self.declare::<Op, Args>(Line::content());
        self.take(Line::schemas());
        self.mount::<Op, F, Args, T>(handler)
    }
    /// The operation added last answers 200 with `T` on a dry run.
    pub fn dry_run<T: ToSchema>(&mut self) -> &mut Self {
        if let Some((_, _, operation)) = self.operations.last_mut() {
            describe::also_answers(operation, "200", "What would happen; nothing was stored", &T::name());
        }
        self.take(super::input::schemas_of::<T>());
        self
    }
    /// Adds a schema that only parameters refer to.
    pub fn schema<T: ToSchema>(&mut self) -> &mut Self {
        self.take(super::input::schemas_of::<T>());
        self
    }
    /// Two types that share a name would overwrite each other in the document: noted here, and a test fails on it.
    fn take(&mut self, schemas: Vec<(String, RefOr<Schema>)>) {
        for (name, schema) in schemas {
            let known = self.schemas.insert(name.clone(), schema.clone());
            if known.is_some_and(|k| k != schema) {
                self.clashes.push(name);
            }
        }
    }
    fn declare<Op: Operation, Args: Describe>(&mut self, success: describe::Success) {
        let mut described = Described::default();
        Args::describe(Op::PATH, &mut described);
        let (method, operation) = describe::operation::<Op>(self.tag, &described, success);
        self.operations.push((method, Op::PATH, operation));
        self.take(described.schemas);
        self.rows.push(Row {
            id: Op::ID,
            method: Op::METHOD,
            path: Op::PATH,
            scope: Op::SCOPE,
            also: Op::ALSO,
            subject: Op::SUBJECT,
            makes: Op::MAKES,
        });
    }
    fn mount<Op, F, Args, T>(&mut self, handler: F) -> &mut Self
    where
        Op: Operation,
        F: Handler<Args, Output = Reply<Op, T>> + Send + Sync,
        Args: FromRequest + 'static,
        T: Serialize + 'static,
    {
        let mount: Mount = Arc::new(move || {
            let handler = handler.clone();
            let route = match Op::METHOD {
                Method::Get => web::get(),
                Method::Post => web::post(),
                Method::Put => web::put(),
                Method::Patch => web::patch(),
                Method::Delete => web::delete(),
            };
            route.to(move |req: HttpRequest, payload: web::Payload| {
                let handler = handler.clone();
                async move { serve::carried_out::<Op, F, Args, T>(handler, req, payload).await }
            })
        });
        self.mounts.entry(Op::PATH).or_default().push((Op::METHOD, mount));
        self
    }
    /// Mounts everything, grouped in scopes by resource (a flat list of 150 routes would cost every request).
    pub fn configure(&self, cfg: &mut web::ServiceConfig) {
        let mut groups: BTreeMap<String, Vec<Resource<'_>>> = BTreeMap::new();
        for (path, mounts) in &self.mounts {
            let group: String = path.split('/').take(3).collect::<Vec<_>>().join("/");
            groups.entry(group).or_default().push((path, mounts));
        }
        for (group, paths) in groups {
            let mut scope = web::scope(&group);
            for (path, mounts) in paths {
                scope = scope.service(resource(path.strip_prefix(group.as_str()).unwrap_or(path), mounts));
            }
            cfg.service(scope.default_service(web::to(serve::nothing_here)));
        }
        cfg.default_service(web::to(serve::nothing_here));
    }
}
fn resource(path: &str, mounts: &[(Method, Mount)]) -> actix_web::Resource {
    let allow = mounts.iter().map(|(m, _)| m.name()).collect::<Vec<_>>().join(", ");
    let mut resource = web::resource(path.to_owned());
    for (_, mount) in mounts {
        resource = resource.route(mount());
    }
    resource.default_service(web::to(move |req: HttpRequest| {
        let allow = allow.clone();
        async move { serve::wrong_method(req, &allow).await }
    }))
}
