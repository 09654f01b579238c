//! A database that could lose what it acknowledged, and a key store that is not its own.
use super::{MOST, Process, Site, within};
use crate::harness::cluster::{ADMIN, DurableCluster, durable_cluster};
use diesel::{Connection, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use kenpo::launcher::{PrivatePostgres, is_root};
use std::{
    fs,
    os::unix::{fs::MetadataExt, process::CommandExt},
    process::{Child, Command, Stdio},
};

kenpo::row! {
    /// What the server says of itself.
    pub struct Told {
        /// It.
        said: t::Text => String,
    }
}
/// A stopped cluster, to be started by hand.
struct Stopped {
    program: String,
    data: String,
    socket: String,
    port: String,
    url: String,
}
impl Stopped {
    fn of(server: &mut PrivatePostgres) -> Self {
        let url = server.url(ADMIN, "postgres");
        let mut admin = PgConnection::establish(&url).unwrap();
        let mut of = |sql: &str| {
            sql_query(format!("select ({sql}) as said")).get_result::<Told>(&mut admin).unwrap().said
        };
        let stopped = Self {
            program: of("select setting || '/postgres' from pg_config where name = 'BINDIR'"),
            data: of("current_setting('data_directory')"),
            socket: of("current_setting('unix_socket_directories')"),
            port: of("current_setting('port')"),
            url,
        };
        drop(admin);
        server.stop();
        stopped
    }
    /// Runs it with one setting of its own, as whom it belongs to.
    fn with(&self, setting: &str) -> Changed {
        let owner = fs::metadata(&self.data).unwrap();
        let mut command = Command::new(&self.program);
        command.env_clear().current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
        command.args(["-D", &self.data, "-k", &self.socket, "-p", &self.port, "-c", "listen_addresses="]);
        command.args(["-c", setting]);
        if is_root() {
            command.uid(owner.uid()).gid(owner.gid());
        }
        let changed = Changed(command.spawn().unwrap());
        within(MOST, || PgConnection::establish(&self.url).ok().map(drop));
        changed
    }
}
/// A postmaster, ended with this value.
struct Changed(Child);
impl Drop for Changed {
    fn drop(&mut self) {
        let told = Command::new("kill").args(["-INT", &self.0.id().to_string()]).status();
        if !told.is_ok_and(|t| t.success()) {
            let _ = self.0.kill(); // it may have ended by itself
        }
        let _ = self.0.wait();
    }
}

#[test]
fn each_setting_by_which_a_commit_could_be_lost_is_refused_alone() {
    let DurableCluster { mut server, base: _base } = durable_cluster();
    let site = Site::new(&server);
    site.done(&["migrate"]);
    site.done(&["keys", "init"]);
    let stopped = Stopped::of(&mut server);
    for name in ["fsync", "full_page_writes", "synchronous_commit"] {
        let _running = stopped.with(&format!("{name}=off"));
        let (fault, mend) = (format!("runs with {name} = off"), format!("alter system set {name} = on"));
        for command in ["serve", "worker"] {
            site.refuses_to(command, &[&fault, "an acknowledged notification could be lost", &mend]);
        }
    }
    let _running = stopped.with("fsync=on");
    Process::start(site.command(&["serve"])).url();
}

#[test]
fn a_new_key_store_beside_a_database_in_use_is_refused() {
    let cluster = durable_cluster();
    let site = Site::new(&cluster.server);
    site.done(&["migrate"]);
    site.done(&["keys", "init"]);
    let serves = || Process::start(site.command(&["serve"])).url();
    serves();
    fs::rename(site.at("store"), site.at("kept")).unwrap();
    let words = ["is new, and this database was used with another one", "key_store", "kenpo keys bind"];
    // missing; then the one that the refused start has made; then a file without a byte
    for command in ["serve", "worker"] {
        site.refuses_to(command, &words);
    }
    fs::write(site.at("store/wrapped.sqlite"), b"").unwrap();
    site.refuses(&words);
    fs::remove_dir_all(site.at("store")).unwrap();
    fs::rename(site.at("kept"), site.at("store")).unwrap();
    serves();
}
