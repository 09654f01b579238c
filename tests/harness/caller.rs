//! Callers of a world over a real socket. Every response is checked against the OpenAPI document before a test sees it.
use super::{
    document, words,
    world::{PASSWORD, World},
};
use serde_json::{Value, json};
use std::{cell::RefCell, time::Duration};
use uuid::Uuid;

/// A response as a test sees it.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
    pub body: Value,
}
impl Response {
    /// What came back, however it was sent, held against the document before anybody sees it.
    #[track_caller]
    pub fn checked(asked: (&str, &str), status: u16, headers: Vec<(String, String)>, text: String) -> Self {
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        let response = Self { status, headers, text, body };
        document::check(asked.0, asked.1, &response);
        words::check(&response);
        response
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }
    /// Asserts the status and gives the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }
    /// Asserts status and code of a problem.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.text);
        self.body
    }
}
/// Somebody who calls: a token, or nobody.
#[derive(Clone)]
pub struct Caller {
    pub url: String,
    pub token: Option<String>,
}
/// One request being built.
pub struct Ask<'a> {
    caller: &'a Caller,
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
}
thread_local! {
    /// Every response of this test, once it listens.
    static HEARD: RefCell<Option<Vec<(String, Response)>>> = const { RefCell::new(None) };
}
/// From now on every response of this test is kept.
pub fn listen() {
    HEARD.set(Some(Vec::new()));
}
/// What was asked since [`listen`], and the responses.
pub fn heard() -> Vec<(String, Response)> {
    HEARD.take().unwrap_or_default()
}
fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(60)))
        .http_status_as_error(false)
        .max_redirects(0)
        // what is sent is small, and every request makes its buffers anew
        .input_buffer_size(16 << 10)
        .output_buffer_size(16 << 10)
        .allow_non_standard_methods(true)
        .build()
        .into()
}
impl World {
    /// Nobody.
    pub fn nobody(&self) -> Caller {
        Caller { url: self.url.clone(), token: None }
    }
    /// A person of the society, signed in.
    pub fn staff(&self, login: &str) -> Caller {
        let body = json!({ "user_id": login, "password": PASSWORD });
        let tokens = self.nobody().post("/v1/sessions").json(&body).expect(200);
        self.bearer(tokens["access_token"].as_str().unwrap())
    }
    /// A system with its secret.
    pub fn client(&self, key: &str) -> Caller {
        let form =
            format!("grant_type=client_credentials&client_id={key}&client_secret={}", self.secrets[key]);
        let tokens = self.nobody().post("/oauth/token").form(&form).expect(200);
        self.bearer(tokens["access_token"].as_str().unwrap())
    }
    /// Somebody with that token.
    pub fn bearer(&self, token: &str) -> Caller {
        Caller { url: self.url.clone(), token: Some(token.to_owned()) }
    }
    /// The same caller with a scoped token for these persons and this case.
    pub fn granted(&self, caller: &Caller, case: Uuid, persons: &[Uuid]) -> Caller {
        let tokens = self.exchange(caller, case, persons).expect(200);
        self.bearer(tokens["access_token"].as_str().unwrap())
    }
    /// Asks for a scoped token.
    pub fn exchange(&self, caller: &Caller, case: Uuid, persons: &[Uuid]) -> Response {
        let members: Vec<String> = persons.iter().map(ToString::to_string).collect();
        let form = format!(
            "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token_type=urn:ietf:params:oauth:token-type:access_token\
             &scope=personal-number:read&purpose=enrolment&reason=examination&case={case}&members={}&subject_token={}",
            members.join("+"),
            caller.token.clone().unwrap_or_default()
        );
        self.nobody().post("/oauth/token").form(&form)
    }
}
impl Caller {
    pub fn ask(&self, method: &'static str, path: impl Into<String>) -> Ask<'_> {
        Ask { caller: self, method, path: path.into(), headers: Vec::new() }
    }
    pub fn get(&self, path: impl Into<String>) -> Response {
        self.ask("GET", path).send(b"")
    }
    pub fn delete(&self, path: impl Into<String>) -> Response {
        self.ask("DELETE", path).send(b"")
    }
    pub fn post(&self, path: impl Into<String>) -> Ask<'_> {
        self.ask("POST", path)
    }
    pub fn put(&self, path: impl Into<String>) -> Ask<'_> {
        self.ask("PUT", path)
    }
    pub fn patch(&self, path: impl Into<String>) -> Ask<'_> {
        self.ask("PATCH", path)
    }
    /// The same caller at another listener.
    pub fn at(&self, url: &str) -> Caller {
        Caller { url: url.to_owned(), token: self.token.clone() }
    }
}
impl Ask<'_> {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }
    pub fn json(self, body: &Value) -> Response {
        self.header("content-type", "application/json").send(body.to_string().as_bytes())
    }
    pub fn merge_patch(self, body: &Value) -> Response {
        self.header("content-type", "application/merge-patch+json").send(body.to_string().as_bytes())
    }
    pub fn form(self, body: &str) -> Response {
        self.header("content-type", "application/x-www-form-urlencoded").send(body.as_bytes())
    }
    pub fn csv(self, bytes: &[u8]) -> Response {
        self.header("content-type", "text/csv").send(bytes)
    }
    /// Sends the bytes and checks the response against the document.
    pub fn send(self, bytes: &[u8]) -> Response {
        let mut request = ureq::http::Request::builder()
            .method(self.method)
            .uri(format!("{}{}", self.caller.url, self.path));
        if let Some(token) = &self.caller.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut r = agent().run(request.body(bytes.to_vec()).unwrap()).unwrap();
        let status = r.status().as_u16();
        let headers = r
            .headers()
            .iter()
            .map(|(n, v)| (n.to_string(), v.to_str().unwrap_or_default().to_owned()))
            .collect();
        let text = r.body_mut().with_config().limit(200 << 20).read_to_string().unwrap();
        let response = Response::checked((self.method, &self.path), status, headers, text);
        HEARD.with_borrow_mut(|heard| {
            heard
                .iter_mut()
                .for_each(|h| h.push((format!("{} {}", self.method, self.path), response.clone())))
        });
        response
    }
}
