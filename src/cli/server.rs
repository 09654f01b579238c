//! `kenpo serve`.
use crate::{
    app::{self, App, Parts},
    config::Config,
    kernel::{Zone, db},
};
use anyhow::Context;
use futures_util::future::{join_all, try_join_all};
use tokio::signal::unix::{SignalKind, signal};

/// Logs as JSON lines; nothing that is logged holds personal data.
pub fn log(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::new(config.text("log"));
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
/// Serves until SIGINT or SIGTERM.
/// # Errors
/// Refuses a database that could lose data, a schema that is not current, policies that do not validate, missing keys.
pub fn serve(config: &Config) -> anyhow::Result<()> {
    log(config);
    let clock = config.clock()?;
    app::require_current(config)?;
    let parts =
        Parts { config: config.clone(), clock, public_url: config.required("public_url")?.to_owned() };
    let app = App::build(parts)?;
    run(&app, config, |address| tracing::info!(%address, "serving"))
}
/// Serves an app on the configured listeners until SIGINT or SIGTERM; `started` is told the first address.
/// # Errors
/// When the database could lose what it acknowledged, or an address is taken.
pub fn run(app: &App, config: &Config, started: impl FnOnce(std::net::SocketAddr)) -> anyhow::Result<()> {
    db::require_durable(&mut *app.kernel.db.get()?)?;
    app::install_metrics();
    let background = app::background(app)?;
    let workers = usize::try_from(config.number("workers")?)?;
    let shutdown = u64::from(config.number("shutdown_seconds")?);
    let closed = config.address("listen")?.context("the setting listen is missing")?;
    let internet = config.address("listen_internet")?;
    actix_web::rt::System::new().block_on(async {
        let first = app::serve(app, closed, Zone::Closed, workers, shutdown)?;
        let mut handles = vec![first.handle];
        let mut servers = vec![first.server];
        if let Some(address) = internet {
            let second = app::serve(app, address, Zone::Internet, workers, shutdown)?;
            tracing::info!(address = %second.address, "serving the internet zone");
            handles.push(second.handle);
            servers.push(second.server);
        }
        // Heard from now on, also while the listeners are still starting.
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        started(first.address);
        actix_web::rt::spawn(async move {
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
            tracing::info!("stopping: running requests are finished");
            join_all(handles.iter().map(|h| h.stop(true))).await;
        });
        // All at once: a server begins to accept when it is first awaited.
        try_join_all(servers).await?;
        anyhow::Ok(())
    })?;
    background.stop();
    Ok(())
}
