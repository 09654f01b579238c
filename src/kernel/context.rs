//! The running kernel: what every request shares.
use super::{
    Actor, Kind, Problem, Zone,
    clock::Clock,
    db::Db,
    keys::Keys,
    limit::Limits,
    live::Live,
    places::Places,
    policy::Policies,
    route::Row,
    token::Tokens,
    trail::{Floods, Writer},
    vault::{Grants, NumberVault},
};
use crate::values::readings::Readings;
use actix_web::{HttpRequest, http::header};
use std::{net::IpAddr, sync::Arc, time::Duration};

/// Shared state; made by the roof.
pub struct Kernel {
    /// Connections.
    pub db: Db,
    /// Time.
    pub clock: Clock,
    /// Keys.
    pub keys: Keys,
    /// Access tokens.
    pub tokens: Tokens,
    /// Callers as they are now.
    pub live: Live,
    /// Policies.
    pub policies: Policies,
    /// Audit writer.
    pub trail: Writer,
    /// Floods of refusals.
    pub floods: Floods,
    /// Request rates.
    pub limits: Limits,
    /// Filings of one employer, one at a time.
    pub turns: Places,
    /// Connections that one caller may hold.
    pub shares: Places,
    /// The strongroom.
    pub vault: Arc<dyn NumberVault>,
    /// Linkage records.
    pub grants: Arc<dyn Grants>,
    /// Proxies whose word on the caller's address is believed.
    pub proxies: Vec<IpAddr>,
    /// In which time the body of a request must have come.
    pub body_time: Duration,
    /// What is offered: every operation with its scope.
    pub offered: Vec<Row>,
    /// Days after which an id that nobody uses is locked.
    pub idle_days: u32,
    /// How the society reads what the law leaves open.
    pub readings: Readings,
}
impl Kernel {
    /// Who sends this request.
    /// # Errors
    /// 401 without a valid access token.
    pub fn authenticate(&self, req: &HttpRequest, zone: Zone) -> Result<Actor, Problem> {
        let refused = |error: &str| {
            let mut p = Problem::new(Kind::Unauthenticated);
            if !error.is_empty() {
                p.challenge = Some(format!("Bearer error=\"{error}\""));
            }
            p
        };
        let mut headers = req.headers().get_all(header::AUTHORIZATION);
        let (Some(value), None) = (headers.next(), headers.next()) else { return Err(refused("")) };
        let token = bearer(value).ok_or_else(|| refused(""))?;
        if !self.live.is_fresh() {
            tracing::error!("ALARM: what is known of callers could not be renewed: nobody is let in");
            return Err(Problem::unavailable("callers-unknown"));
        }
        let now = self.clock.now();
        let claims =
            self.tokens.check(&self.keys, token, now.timestamp()).ok_or_else(|| refused("invalid_token"))?;
        Actor::of(&claims, &self.live.get(), zone, now).map_err(|_| refused("invalid_token"))
    }
    /// Zone of requests that come through no listener of ours (in-process tests).
    pub fn zone_default(&self) -> Zone {
        Zone::Internet
    }
}

/// The token of a Bearer header; the name of a scheme has no case (RFC 9110 §11.1).
fn bearer(value: &header::HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then_some(token)
}
