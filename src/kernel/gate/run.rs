//! Running work behind the gate.
use super::{Answer, Asking, Desk, Facts, Guarded, Payload, Recorded, Tx, settled};
use crate::kernel::{
    Kind, Operation, Problem, db,
    idempotency::{self, Claim},
    input::IdempotencyKey,
    trail,
};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload as Body, web};
use diesel::Connection;
use serde::Serialize;
use std::{
    borrow::Cow,
    future::{Future, Ready, ready},
    marker::PhantomData,
    sync::Arc,
};
use uuid::Uuid;

/// What a handler returns: a recorded answer, or a problem (which the router records).
pub type Reply<Op, T> = Result<Recorded<Op, T>, Problem>;
type Work<Op, T> = Result<Answer<Op, T>, Problem>;

/// A caller at the counter, asking for operation `Op`.
pub struct Gate<Op> {
    asking: Arc<Asking>,
    op: PhantomData<Op>,
}
impl<Op: Operation> FromRequest for Gate<Op> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;
    fn from_request(req: &HttpRequest, _: &mut Body) -> Self::Future {
        let asking = req.extensions().get::<Arc<Asking>>().filter(|a| a.operation == Op::ID).cloned();
        ready(
            asking.map(|asking| Self { asking, op: PhantomData }).ok_or_else(|| Problem::new(Kind::Internal)),
        )
    }
}

impl<Op: Operation> Gate<Op> {
    /// The request.
    pub fn asking(&self) -> &Asking {
        &self.asking
    }
    /// The request, for a stream that outlives the handler and records its own end.
    pub fn shared(&self) -> Arc<Asking> {
        self.asking.clone()
    }
    /// The token switched no linkage on: the answer can't carry a number.
    pub fn has_no_grant(&self) -> bool {
        self.asking.actor.as_ref().is_none_or(|a| a.grant.is_none())
    }
    /// One transaction: the work, and the entry that says who did it. Both or neither.
    /// # Errors
    /// What the work refuses; 503 when the entry can't be written.
    pub async fn run<T: Serialize + Send + 'static>(
        self,
        work: impl FnOnce(&mut Tx<'_>) -> Work<Op, T> + Send + 'static,
    ) -> Reply<Op, T> {
        let asking = self.asking;
        let _share = asking.share().await?;
        block(move || transact(&asking, "write", |tx| work(tx)).map(Recorded)).await
    }
    /// As `run`, once per Idempotency-Key: the same key and request gets the same answer again, another request 422, a
    /// concurrent one waits; the answer is stored in the same transaction. Of the request only a keyed digest is kept.
    /// # Errors
    /// As `run`; 422 when the key was used with another request, 409 when the first one takes too long.
    pub async fn once<T: Serialize + Send + 'static>(
        self,
        key: IdempotencyKey,
        digest: [u8; 32],
        work: impl FnOnce(&mut Tx<'_>) -> Work<Op, T> + Send + 'static,
    ) -> Reply<Op, T> {
        let asking = self.asking;
        let _share = asking.share().await?;
        block(move || {
            transact(&asking, "write", |tx| {
                let mark = idempotency::mark(&tx.kernel().keys.vault.digest, key.text());
                let claim = Claim { caller: tx.actor()?.id, operation: Op::ID, key: &mark, digest };
                let now = tx.now();
                if let Some(stored) = idempotency::begin(tx.conn(), &claim, now)? {
                    let facts = Facts {
                        employers: stored.employer_id.into_iter().collect(),
                        ..Facts::of(Op::SUBJECT, stored.subject_id.unwrap_or(Uuid::nil()))
                    };
                    let permit = tx.admit_facts::<Op>(&facts)?;
                    tx.note(|n| {
                        n.subject = stored.subject_id.map(|id| (Op::MAKES, Some(id))).or(n.subject);
                        // what went out the first time goes out again
                        n.left(stored.persons, &[]);
                        n.disclosed = stored.disclosed.into_iter().map(Cow::Owned).collect();
                        n.detail = Some(serde_json::json!({ "replayed": true }));
                    });
                    return Ok(permit.replay(stored.status, stored.location, stored.body));
                }
                let answer = freeze(work(tx)?)?;
                keep(tx, &claim, &answer)?;
                Ok(answer)
            })
            .map(Recorded)
        })
        .await
    }
    /// Reads in one read-only snapshot; the entries are durable before the answer is handed out.
    /// # Errors
    /// What the work refuses; 503 when the entry can't be written.
    pub async fn read<T: Serialize + Send + 'static>(
        self,
        work: impl FnOnce(&mut Tx<'_>) -> Work<Op, T> + Send + 'static,
    ) -> Reply<Op, T> {
        let asking = self.asking.clone();
        let share = asking.share().await?;
        let (answer, further) = block(move || {
            let mut conn = db::connection(&asking.kernel.db)?;
            settled::wait(&mut conn, asking.known_at(), asking.kernel.clock.now())?;
            conn.build_transaction().read_only().repeatable_read().run(|conn| {
                let mut tx = Tx::new(conn, &asking);
                tx.load_grant()?;
                let answer = work(&mut tx)?;
                Ok::<_, Problem>((answer, tx.into_further()))
            })
        })
        .await?;
        drop(share); // the entry is written on the writer's own connection
        self.record(answer, further).await
    }
    /// As `read`, where what is asked for is found out by doing it: one transaction on one snapshot, which is always rolled back.
    /// # Errors
    /// As `read`; 503 when somebody changed meanwhile what it is about.
    pub async fn rehearse<T: Serialize + Send + 'static>(
        self,
        work: impl FnOnce(&mut Tx<'_>) -> Work<Op, T> + Send + 'static,
    ) -> Reply<Op, T> {
        let asking = self.asking.clone();
        let share = asking.share().await?;
        let (answer, further) = block(move || {
            let mut conn = db::connection(&asking.kernel.db)?;
            let mut found = None;
            let rolled_back = conn.build_transaction().repeatable_read().run(|conn| {
                let mut tx = Tx::new(conn, &asking);
                tx.load_grant()?;
                let answer = work(&mut tx)?;
                found = Some((answer, tx.into_further()));
                Err::<(), _>(Problem::new(Kind::Internal))
            });
            found.ok_or_else(|| rolled_back.err().unwrap_or_else(|| Problem::new(Kind::Internal)))
        })
        .await?;
        drop(share); // the entry is written on the writer's own connection
        self.record(answer, further).await
    }
    /// A look before the work, in a read-only transaction of its own: what it finds is for this request's work alone, which must
    /// admit again. Between the two no connection is held.
    /// # Errors
    /// What the look refuses.
    pub async fn look_ahead<R: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Tx<'_>) -> Result<R, Problem> + Send + 'static,
    ) -> Result<R, Problem> {
        let asking = self.asking.clone();
        let _share = asking.share().await?;
        block(move || {
            let mut conn = db::connection(&asking.kernel.db)?;
            conn.build_transaction().read_only().run(|conn| {
                let mut tx = Tx::new(conn, &asking);
                tx.load_grant()?;
                look(&mut tx)
            })
        })
        .await
    }
    /// The hot way to one row: `load` is awaited (a coalescing reader), `work` only decides and renders.
    /// # Errors
    /// As `read`.
    pub async fn point<R, T: Serialize>(
        self,
        load: impl Future<Output = Result<Guarded<R>, Problem>>,
        work: impl FnOnce(&mut Desk<'_>, Guarded<R>) -> Work<Op, T>,
    ) -> Reply<Op, T> {
        let row = load.await?;
        let mut desk = Desk::new(&self.asking);
        let answer = work(&mut desk, row)?;
        let further = std::mem::take(&mut desk.further);
        self.record(answer, further).await
    }
    async fn record<T>(&self, answer: Answer<Op, T>, further: Vec<trail::Entry>) -> Reply<Op, T> {
        let mut entries = vec![self.asking.entry("read", answer.status, None)];
        entries.extend(further);
        self.asking.kernel.trail.write(entries).await?;
        self.asking.set_recorded();
        Ok(Recorded(answer))
    }
}

/// Keeps the answer under its key. What was refused and noted is answered again the same way: a retry leaves no second receipt.
fn keep<Op: Operation, T>(tx: &mut Tx<'_>, claim: &Claim<'_>, answer: &Answer<Op, T>) -> Result<(), Problem> {
    let body = match &answer.payload {
        Payload::Fresh(body) => body.clone(),
        Payload::Refused(problem) => serde_json::to_string(&tx.asking.dress(problem.clone()).body())
            .map_err(|_| Problem::new(Kind::Internal))?,
        _ => return Ok(()),
    };
    let noted = tx.asking.noted();
    let stored = idempotency::Stored {
        status: answer.status,
        location: answer.location.clone(),
        body,
        subject_id: noted.subject.filter(|s| s.0 == Op::MAKES).and_then(|s| s.1),
        employer_id: noted.employer,
        persons: noted.persons,
        disclosed: noted.disclosed.into_iter().map(Cow::into_owned).collect(),
    };
    idempotency::finish(tx.conn(), claim, &stored)
}

/// Fixes the body as text, so that what is stored is what is sent.
fn freeze<Op: Operation, T: Serialize>(mut answer: Answer<Op, T>) -> Work<Op, T> {
    if let Payload::Value(body) = &answer.payload {
        let text = serde_json::to_string(body).map_err(|_| Problem::new(Kind::Internal))?;
        answer.payload = Payload::Fresh(text);
    }
    Ok(answer)
}

/// Work and entry in one transaction; used by the gate and by the protocol routes.
/// # Errors
/// What the work refuses; 503 when the entry can't be written.
pub fn transact<Op, T>(
    asking: &Asking,
    kind: &'static str,
    work: impl FnOnce(&mut Tx<'_>) -> Work<Op, T>,
) -> Work<Op, T> {
    let mut conn = db::connection(&asking.kernel.db)?;
    let answer = conn.transaction(|conn| {
        settled::begin(conn)?;
        let mut tx = Tx::new(conn, asking);
        tx.load_grant()?;
        let mut answer = work(&mut tx)?;
        let code = match &mut answer.payload {
            Payload::Refused(p) => {
                *p = asking.dress(p.clone());
                Some(p.code)
            }
            _ => None,
        };
        let further = tx.into_further();
        let mut entries = vec![asking.entry(kind, answer.status, code)];
        entries.extend(further);
        trail::append(conn, &entries)?;
        Ok::<_, Problem>(answer)
    })?;
    asking.set_recorded();
    Ok(answer)
}

/// Does what takes long on a thread that serves nobody meanwhile.
/// # Errors
/// What the work refuses; 500 when it broke off.
pub async fn block<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, Problem> + Send + 'static,
) -> Result<R, Problem> {
    web::block(work).await.map_err(|_| Problem::new(Kind::Internal))?
}
