//! The coalescing reader: point reads that wait together are answered by one query on one connection.
use super::{model::MemberRow, store};
use crate::kernel::{
    Guarded, Problem,
    clock::Clock,
    db::{Conn, Db},
};
use crossbeam_channel::{Receiver, Sender, bounded};
use diesel::connection::SimpleConnection;
use std::collections::HashMap;
use tokio::sync::oneshot;
use uuid::Uuid;

type Waiting = (Uuid, oneshot::Sender<Result<Option<MemberRow>, Problem>>);
const TOGETHER: usize = 64;
const QUEUE: usize = 10_000;

/// Handle of the reader thread; clones share it.
#[derive(Clone)]
pub struct MemberReader {
    queue: Sender<Waiting>,
}
impl MemberReader {
    /// Starts the thread on a connection of `db`.
    pub fn start(db: Db, clock: Clock) -> Self {
        let (queue, waiting) = bounded(QUEUE);
        std::thread::Builder::new()
            .name("member-reader".into())
            .spawn(move || run(&db, &clock, &waiting))
            .map_err(|e| tracing::error!(error = %e, "no member reader"))
            .ok();
        Self { queue }
    }
    /// The insured person as of today, as known now.
    /// # Errors
    /// 404 when there is none; 503 when too many wait or the database is away.
    pub async fn find(&self, id: Uuid) -> Result<Guarded<MemberRow>, Problem> {
        let (answer, row) = oneshot::channel();
        self.queue.try_send((id, answer)).map_err(|_| Problem::unavailable("busy"))?;
        let row = row.await.map_err(|_| Problem::unavailable("busy"))??;
        row.map(Guarded::new).ok_or_else(Problem::not_found)
    }
}
/// A connection that plans its one statement once: with lists of all lengths PostgreSQL would go on planning it at every call.
fn connection(db: &Db) -> Option<Conn> {
    let mut conn = db.get().ok()?;
    conn.batch_execute("set plan_cache_mode = force_generic_plan").ok()?;
    Some(conn)
}
fn run(db: &Db, clock: &Clock, queue: &Receiver<Waiting>) {
    let mut held = None;
    while let Ok(first) = queue.recv() {
        let mut batch = vec![first];
        while batch.len() < TOGETHER {
            let Ok(next) = queue.try_recv() else { break };
            batch.push(next);
        }
        let mut ids: Vec<Uuid> = batch.iter().map(|w| w.0).collect();
        ids.sort_unstable();
        ids.dedup();
        let conn = held.take().or_else(|| connection(db));
        let read = match conn {
            None => Err(Problem::unavailable("database-away")),
            Some(mut c) => match store::find_many(&mut c, &ids, clock.today()) {
                Ok(rows) => Ok((rows, c)),
                Err(e) => {
                    let _ = c.batch_execute("reset plan_cache_mode"); // back to the pool as it came; a broken one is dropped
                    Err(e.into())
                }
            },
        };
        match read {
            Ok((rows, c)) => {
                held = Some(c);
                let by_id: HashMap<Uuid, MemberRow> = rows.into_iter().map(|r| (r.person_id, r)).collect();
                batch.into_iter().for_each(|(id, answer)| drop(answer.send(Ok(by_id.get(&id).cloned()))));
            }
            Err(p) => batch.into_iter().for_each(|(_, answer)| drop(answer.send(Err(p.clone())))),
        }
    }
}
