//! The group-committing audit writer: one thread, one connection; everything that waits goes into one commit.
use super::{Entry, append};
use crate::kernel::{Problem, db::Db};
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use tokio::sync::oneshot;

type Waiting = (Vec<Entry>, oneshot::Sender<bool>);
const QUEUE: usize = 10_000;
const BATCH: usize = 1_000;

/// Handle of the writer thread; clones share it, and the thread ends when the last one goes.
#[derive(Clone)]
pub struct Writer {
    queue: Sender<Waiting>,
}
impl Writer {
    /// Starts the thread on a connection of `db`.
    pub fn start(db: Db) -> Self {
        let (queue, waiting) = bounded(QUEUE);
        std::thread::Builder::new()
            .name("audit-writer".into())
            .spawn(move || run(&db, &waiting))
            .map_err(|e| tracing::error!(error = %e, "ALARM: no audit writer: nothing will be answered"))
            .ok();
        Self { queue }
    }
    /// Waits until the entries are durable.
    /// # Errors
    /// 503 when they could not be written or too many wait: the answer must not leave.
    pub async fn write(&self, entries: Vec<Entry>) -> Result<(), Problem> {
        let away = || Problem::unavailable("audit-unavailable");
        let (done, ack) = oneshot::channel();
        self.queue.try_send((entries, done)).map_err(|e: TrySendError<Waiting>| {
            tracing::error!(full = e.is_full(), "ALARM: the audit queue takes nothing");
            away()
        })?;
        match ack.await {
            Ok(true) => Ok(()),
            _ => Err(away()),
        }
    }
}

fn run(db: &Db, queue: &Receiver<Waiting>) {
    let mut held = None;
    while let Ok(first) = queue.recv() {
        let mut batch = first.0;
        let mut acks = vec![first.1];
        while batch.len() < BATCH {
            let Ok((mut entries, ack)) = queue.try_recv() else { break };
            batch.append(&mut entries);
            acks.push(ack);
        }
        let mut conn = held.take().or_else(|| db.get().ok());
        let is_durable = conn.as_mut().is_some_and(|c| append(c, &batch).is_ok());
        if is_durable {
            held = conn; // a connection that failed goes back to the pool, which drops it when it is broken
        }
        metrics::histogram!("kenpo_audit_batch_entries")
            .record(u32::try_from(batch.len()).unwrap_or(u32::MAX));
        for ack in acks {
            let _ = ack.send(is_durable); // a caller that went away needs no answer; its entry stays
        }
    }
}
