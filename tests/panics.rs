//! A handler that panics: the caller gets 500, and the log says whose request it was and what came of it.
use crate::harness::{
    caller::Response,
    world::{World, listen},
};
use actix_web::Handler;
use kenpo::{
    app::App,
    kernel::{Facts, Gate, Reply, Routes, Zone},
};
use serde_json::{Value, json};
use uuid::Uuid;

kenpo::operation! {
    /// 壊れる操作
    ///
    /// Stands where another operation does, and breaks.
    pub Breaks: Get "/v1/employers" = "listEmployers", scope "employers:read", on "Society", status 200, law "R-002";
}
async fn breaks_before_its_work(_: Gate<Breaks>) -> Reply<Breaks, ()> {
    panic!("planted")
}
async fn breaks_after_its_work(gate: Gate<Breaks>) -> Reply<Breaks, ()> {
    gate.read(|tx| {
        let permit = tx.admit_facts::<Breaks>(&Facts::of("Society", Uuid::nil()))?;
        Ok(permit.done::<()>())
    })
    .await?;
    panic!("planted")
}
/// The answer of a server whose only route is this handler, and the entries of the request.
fn asked<F>(w: &World, handler: F) -> (Response, Vec<Value>)
where
    F: Handler<(Gate<Breaks>,), Output = Reply<Breaks, ()>> + Send + Sync,
{
    let mut routes = Routes::default();
    routes.add_other::<Breaks, _, _, (), ()>(handler);
    let (address, handle, thread) = listen(&App { routes, ..w.app.clone() }, Zone::Closed);
    let r = w.staff("clerk").at(&format!("http://{address}")).get("/v1/employers");
    drop(handle.stop(false));
    thread.join().unwrap();
    let told = w.entries(&format!("request_id = '{}'", r.header("x-request-id")));
    (r, told)
}

#[test]
fn a_handler_that_breaks_is_recorded_as_the_callers() {
    let w = World::new();
    let (r, told) = asked(&w, breaks_before_its_work);
    r.refused(500, "internal");
    assert_eq!(told.len(), 1, "one entry, under the request id that the caller was told");
    let face = ["operation", "actor_id", "outcome", "status"].map(|c| told[0][c].clone());
    assert_eq!(face, [json!("listEmployers"), json!(w.user("clerk")), json!("failed"), json!(500)]);
}
#[test]
fn what_was_recorded_as_done_is_not_recorded_as_failed_too() {
    let w = World::new();
    let (r, told) = asked(&w, breaks_after_its_work);
    r.refused(500, "internal");
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["outcome"], &told[0]["actor_id"]), (&json!("allowed"), &json!(w.user("clerk"))));
}
