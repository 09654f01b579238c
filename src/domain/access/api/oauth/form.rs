//! Reading a call: a form of at most 16 KiB, no parameter twice, and who the caller says it is.
use super::fault;
use crate::kernel::{
    Problem,
    input::{read_body, refuse_compressed},
};
use actix_web::{HttpRequest, dev::Payload, http::header};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

const LIMIT: usize = 16 * 1024;
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A readable call.
pub struct Call {
    form: BTreeMap<String, Zeroizing<String>>,
    basic: Option<(String, Zeroizing<String>)>,
}
/// What a client shows to say who it is.
pub enum Credentials<'a> {
    /// A secret.
    Secret {
        /// client_id.
        client: &'a str,
        /// The secret.
        secret: &'a str,
    },
    /// A signed assertion.
    Assertion {
        /// client_id, when it is named beside the assertion.
        client: Option<&'a str>,
        /// The assertion.
        assertion: &'a str,
    },
}

impl Call {
    /// Reads headers and body.
    /// # Errors
    /// invalid_request; 413, 415.
    pub async fn read(req: &HttpRequest, payload: Payload) -> Result<Self, Problem> {
        refuse_compressed(req)?;
        let basic = basic(req)?;
        let body = read_body(req, payload, "application/x-www-form-urlencoded", LIMIT).await?;
        Ok(Self { form: parse(&body)?, basic })
    }
    /// A parameter; one without a value counts as not sent (RFC 6749 §3.2).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.form.get(name).map(|v| v.as_str()).filter(|v| !v.is_empty())
    }
    /// A parameter that must be there.
    /// # Errors
    /// invalid_request.
    pub fn need(&self, name: &str, missing: &'static str) -> Result<&str, Problem> {
        self.get(name).ok_or_else(|| fault("invalid_request", missing))
    }
    /// What the caller shows to say which client it is; `None` when it shows nothing.
    /// # Errors
    /// invalid_request when it shows more than one thing.
    pub fn credentials(&self) -> Result<Option<Credentials<'_>>, Problem> {
        let client = self.get("client_id");
        let (secret, assertion) = (self.get("client_secret"), self.get("client_assertion"));
        match (&self.basic, secret, assertion) {
            (None, None, None) => Ok(None),
            (Some((named, secret)), None, None) if client.is_none_or(|c| c == named) => {
                Ok(Some(Credentials::Secret { client: named, secret }))
            }
            (None, Some(secret), None) => {
                let client = self.need("client_id", "client_id is missing")?;
                Ok(Some(Credentials::Secret { client, secret }))
            }
            (None, None, Some(assertion)) => {
                if self.get("client_assertion_type") != Some(ASSERTION_TYPE) {
                    return Err(fault("invalid_request", "client_assertion_type is not the JWT bearer type"));
                }
                Ok(Some(Credentials::Assertion { client, assertion }))
            }
            _ => Err(fault("invalid_request", "use one way of client authentication")),
        }
    }
}

fn parse(body: &[u8]) -> Result<BTreeMap<String, Zeroizing<String>>, Problem> {
    if !body.is_ascii() {
        return Err(fault("invalid_request", "the form is not percent-encoded"));
    }
    let mut form = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(body) {
        if value.contains(['\0', char::REPLACEMENT_CHARACTER]) {
            return Err(fault("invalid_request", "a parameter holds what is not text"));
        }
        if form.insert(name.into_owned(), Zeroizing::new(value.into_owned())).is_some() {
            return Err(fault("invalid_request", "a parameter is given twice"));
        }
    }
    Ok(form)
}
/// HTTP Basic; name and secret are form-encoded inside (RFC 6749 §2.3.1).
fn basic(req: &HttpRequest) -> Result<Option<(String, Zeroizing<String>)>, Problem> {
    let mut headers = req.headers().get_all(header::AUTHORIZATION);
    let Some(value) = headers.next() else { return Ok(None) };
    let wrong = || fault("invalid_client", "the Authorization header can't be read");
    if headers.next().is_some() {
        return Err(wrong());
    }
    let (scheme, encoded) = value.to_str().ok().and_then(|v| v.split_once(' ')).ok_or_else(wrong)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(wrong());
    }
    let bytes = Zeroizing::new(STANDARD.decode(encoded.trim()).map_err(|_| wrong())?);
    let text = std::str::from_utf8(&bytes).map_err(|_| wrong())?;
    let (client, secret) = text.split_once(':').ok_or_else(wrong)?;
    let (client, secret) = (decoded(client), Zeroizing::new(decoded(secret)));
    if client.len() > 200 || client.contains('\0') {
        return Err(wrong());
    }
    Ok(Some((client, secret)))
}
fn decoded(text: &str) -> String {
    // One component is a form of one name without a value; `&` and `=` don't occur unencoded in what we issue.
    form_urlencoded::parse(text.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use actix_web::test::TestRequest;

    fn call(body: &str) -> Call {
        Call { form: parse(body.as_bytes()).unwrap(), basic: None }
    }
    #[test]
    fn parameters_come_once_and_empty_ones_not_at_all() {
        assert_eq!(call("a=1&b=&c=%E3%81%82").get("a"), Some("1"));
        assert_eq!(call("a=1&b=").get("b"), None);
        for wrong in ["a=1&a=1", "a=%00", "a=%ff"] {
            assert_eq!(parse(wrong.as_bytes()).unwrap_err().code, "invalid_request");
        }
        assert_eq!(parse("a=あ".as_bytes()).unwrap_err().code, "invalid_request");
    }
    #[test]
    fn a_client_shows_one_thing() {
        assert!(call("grant_type=x").credentials().unwrap().is_none());
        assert!(matches!(
            call("client_id=c&client_secret=s").credentials().unwrap(),
            Some(Credentials::Secret { client: "c", secret: "s" })
        ));
        assert!(call("client_secret=s").credentials().is_err());
        assert!(call("client_assertion=x").credentials().is_err());
        assert!(call("client_id=c&client_secret=s&client_assertion=x").credentials().is_err());
        let typed = "client_assertion=x&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
        assert!(matches!(
            call(typed).credentials().unwrap(),
            Some(Credentials::Assertion { client: None, assertion: "x" })
        ));
    }
    #[test]
    fn basic_is_form_encoded_inside() {
        let read = |value: &str| {
            basic(&TestRequest::default().insert_header(("authorization", value)).to_http_request())
        };
        let (client, secret) = read(&format!("Basic {}", STANDARD.encode("a%3Ab:s-_%2B"))).unwrap().unwrap();
        assert_eq!((client.as_str(), secret.as_str()), ("a:b", "s-_+"));
        for wrong in ["Basic", "Basic ###", "Bearer abc", "Basic YWJj"] {
            assert_eq!(read(wrong).err().unwrap().code, "invalid_client", "{wrong}");
        }
        assert!(basic(&TestRequest::default().to_http_request()).unwrap().is_none());
    }
}
