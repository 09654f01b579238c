//! Calling the running demo as anybody would.
use super::State;
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::time::Duration;

/// A plain client over loopback.
fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(60)))
        .http_status_as_error(false)
        .build()
        .into()
}
/// Waits until requests are answered.
/// # Errors
/// When that takes longer than 20 seconds.
pub fn wait_until_ready(base_url: &str) -> anyhow::Result<()> {
    for _ in 0..200 {
        if agent().get(format!("{base_url}/readyz")).call().is_ok_and(|r| r.status() == 200) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    bail!("the server does not answer")
}
/// An access token of a person or system of the demo.
/// # Errors
/// When there is nobody of that name, or no demo runs.
pub fn token(state: &State, name: &str) -> anyhow::Result<String> {
    let url = &state.base_url;
    let (status, body) = if let Some(password) = state.people.users.get(name) {
        post(url, "/v1/sessions", "", json!({ "user_id": name, "password": password }), &[])?
    } else if let Some((id, secret)) = state.people.clients.get(name) {
        let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
        let mut r =
            agent().post(format!("{url}/oauth/token")).send_form(form).context("no demo runs: make demo")?;
        (r.status().as_u16(), r.body_mut().read_json()?)
    } else {
        let names: Vec<_> = state.people.users.keys().chain(state.people.clients.keys()).cloned().collect();
        bail!("there is nobody called {name}; there are: {}", names.join(", "));
    };
    match body["access_token"].as_str() {
        Some(token) => Ok(token.to_owned()),
        None => bail!("the demo refused ({status})"),
    }
}
fn read(mut r: ureq::http::Response<ureq::Body>) -> anyhow::Result<(u16, Value)> {
    let status = r.status().as_u16();
    let text = r.body_mut().read_to_string()?;
    Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
}
/// POST JSON.
/// # Errors
/// When the server is away.
pub fn post(
    url: &str,
    path: &str,
    token: &str,
    body: Value,
    headers: &[(&str, &str)],
) -> anyhow::Result<(u16, Value)> {
    let mut r = agent().post(format!("{url}{path}")).header("content-type", "application/json");
    if !token.is_empty() {
        r = r.header("authorization", format!("Bearer {token}"));
    }
    for (name, value) in headers {
        r = r.header(*name, *value);
    }
    read(r.send(body.to_string()).context("no demo runs: make demo")?)
}
/// POST a notification file.
/// # Errors
/// When the server is away.
pub fn post_file(
    url: &str,
    path: &str,
    token: &str,
    bytes: &[u8],
    key: &str,
) -> anyhow::Result<(u16, Value)> {
    let r = agent()
        .post(format!("{url}{path}"))
        .header("content-type", "text/csv")
        .header("authorization", format!("Bearer {token}"))
        .header("idempotency-key", key);
    read(r.send(bytes)?)
}
/// GET JSON; also the ETag.
/// # Errors
/// When the server is away.
pub fn get(url: &str, path: &str, token: &str) -> anyhow::Result<(u16, Value, String)> {
    let r = agent().get(format!("{url}{path}")).header("authorization", format!("Bearer {token}")).call()?;
    let tag = r.headers().get("etag").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let (status, body) = read(r)?;
    Ok((status, body, tag))
}
