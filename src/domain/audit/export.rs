//! An export as it streams: 1,000 entries at a time, read when the socket has taken those before, closed by its trailer.
use super::{
    model::{ExportTrailer, Window, hex},
    store,
};
use crate::kernel::{
    Kind, Problem, db,
    gate::{Asking, ByteStream, block},
    trail::{Entry, Outcome},
};
use actix_web::web::Bytes;
use aws_lc_rs::digest;
use futures_util::{FutureExt, StreamExt, stream};
use std::{io, sync::Arc};

const CHUNK: i64 = 1_000;

/// The lines of a window, admitted already. An error breaks the stream off without trailer; either way it ends with an entry
/// of its own.
pub fn stream(asking: Arc<Asking>, window: Window) -> ByteStream {
    let run = Run {
        asking,
        next_seq: window.from_seq,
        last_link: window.previous_link,
        hash: digest::Context::new(&digest::SHA256),
        is_closed: false,
        window,
    };
    stream::unfold(Some(run), |run| async move {
        let mut run = run?;
        match run.step().await {
            Ok(bytes) => Some((Ok(bytes), (!run.is_closed).then_some(run))),
            Err(problem) => {
                tracing::error!(code = problem.code, "an export of the audit log broke off");
                Some((Err(io::Error::other("the export broke off")), None))
            }
        }
    })
    .boxed_local()
}

struct Run {
    asking: Arc<Asking>,
    window: Window,
    next_seq: i64,
    last_link: [u8; 32],
    hash: digest::Context,
    is_closed: bool,
}
impl Run {
    /// The next lines, or the trailer.
    async fn step(&mut self) -> Result<Bytes, Problem> {
        if self.next_seq > self.window.to_seq {
            return self.close().await;
        }
        let (first, last) = (self.next_seq, self.window.to_seq.min(self.next_seq + CHUNK - 1));
        let (kernel, mut hash) = (self.asking.kernel.clone(), self.hash.clone());
        let share = self.asking.share().await?;
        let work = move || {
            let _share = share; // held until the query ends, also when the caller is gone
            let entries = store::chunk(&mut *db::connection(&kernel.db)?, first, last)?;
            let mut text = String::new();
            for entry in &entries {
                text.push_str(&entry.line()?);
            }
            hash.update(text.as_bytes());
            let link = entries.last().and_then(|e| e.link.as_slice().try_into().ok());
            Ok::<_, Problem>((text, hash, link.ok_or_else(|| Problem::new(Kind::Internal))?))
        };
        let (text, hash, link) = block(work).await?;
        (self.hash, self.last_link, self.next_seq) = (hash, link, last + 1);
        Ok(text.into())
    }
    /// The closing entry is durable before the trailer leaves.
    async fn close(&mut self) -> Result<Bytes, Problem> {
        self.asking.kernel.trail.write(vec![self.entry(None)]).await?;
        self.is_closed = true;
        let trailer = ExportTrailer {
            trailer: true,
            count: self.count(),
            sha256: self.sha256(),
            from_seq: self.window.from_seq,
            to_seq: self.window.to_seq,
            previous_link: hex(&self.window.previous_link),
            last_link: hex(&self.last_link),
        };
        let text = serde_json::to_string(&trailer).map_err(|_| Problem::new(Kind::Internal))?;
        Ok(format!("{text}\n").into())
    }
    fn count(&self) -> i64 {
        self.next_seq - self.window.from_seq
    }
    fn sha256(&self) -> String {
        hex(self.hash.clone().finish().as_ref())
    }
    /// What left: also of an export that broke off, which failed whatever its status was.
    fn entry(&self, code: Option<&str>) -> Entry {
        let mut entry = self.asking.entry("export", 200, code);
        if code.is_some() {
            entry.outcome = Outcome::Failed;
        }
        entry.row_count = i32::try_from(self.count()).ok();
        entry.detail = Some(serde_json::json!({
            "count": self.count(), "sha256": self.sha256(),
            "from_seq": self.window.from_seq, "to_seq": self.window.to_seq,
        }));
        entry
    }
}
impl Drop for Run {
    /// A caller that went away, or an error: the entry is queued, and nobody is left to wait for it.
    fn drop(&mut self) {
        if !self.is_closed {
            let entry = self.entry(Some("export-broken-off"));
            let _ = self.asking.kernel.trail.write(vec![entry]).now_or_never();
        }
    }
}
