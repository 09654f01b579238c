//! Listeners: HTTP/1.1 only, bounded heads and idle times, graceful end.
use super::{App, pages};
use crate::{domain::access, kernel::Zone};
use actix_web::{App as Actix, HttpServer, dev::ServerHandle, web};
use std::{net::SocketAddr, time::Duration};

/// A listener that runs.
pub struct Running {
    /// Where.
    pub address: SocketAddr,
    /// Ends it.
    pub handle: ServerHandle,
    /// Finishes when it has ended.
    pub server: actix_web::dev::Server,
}
/// Binds a listener of a zone. Requests are served once `server` is awaited.
/// # Errors
/// When the address is taken.
pub fn serve(
    app: &App,
    address: SocketAddr,
    zone: Zone,
    workers: usize,
    shutdown_seconds: u64,
) -> anyhow::Result<Running> {
    let app = app.clone();
    let server = HttpServer::new(move || {
        Actix::new()
            .app_data(web::Data::from(app.kernel.clone()))
            .app_data(web::Data::new(app.reader.clone()))
            .app_data(web::Data::from(app.passwords.clone()))
            .app_data(web::Data::new(app.document.clone()))
            .app_data(zone)
            .configure(access::protocol_routes)
            .configure(pages::routes)
            .configure(|cfg| app.routes.configure(cfg))
    })
    .workers(workers)
    .client_request_timeout(Duration::from_secs(5))
    .client_disconnect_timeout(Duration::from_secs(5))
    .keep_alive(Duration::from_secs(75))
    .shutdown_timeout(shutdown_seconds)
    .disable_signals()
    .bind(address)?;
    let address = server.addrs().first().copied().unwrap_or(address);
    let server = server.run();
    Ok(Running { address, handle: server.handle(), server })
}
