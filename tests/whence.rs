//! From where: what the entry of a real request tells of its listener, its terminal and its address.
use crate::harness::{caller::Caller, world::World};
use serde_json::{Value, json};

/// Asks, and gives zone, address and terminal of the entry.
fn entry(w: &World, by: &Caller, headers: &[(&str, &str)]) -> [Value; 3] {
    let ask =
        headers.iter().fold(by.ask("GET", "/v1/employers"), |ask, (name, value)| ask.header(name, value));
    let r = ask.send(b"");
    let told = w.entries(&format!("request_id = '{}'", r.header("x-request-id")));
    assert_eq!((r.status, told.len()), (200, 1), "{}", r.text);
    ["zone", "address", "terminal"].map(|column| told[0][column].clone())
}
const FORWARDED: (&str, &str) = ("x-forwarded-for", "192.0.2.7, 198.51.100.1");

#[test]
fn an_entry_tells_the_zone_the_terminal_and_the_peer() {
    let w = World::new();
    let clerk = w.staff("clerk");
    let told = |headers: &[(&str, &str)]| entry(&w, &clerk, headers);
    assert_eq!(told(&[]), [json!("closed"), json!("127.0.0.1"), Value::Null]);
    let named = [json!("closed"), json!("127.0.0.1"), json!("tekiyo-03.desk_7")];
    assert_eq!(told(&[("kenpo-terminal", "tekiyo-03.desk_7")]), named);
    // what is no name of a terminal, or could be a personal number, is not kept
    for odd in ["two words", "端末", &"x".repeat(65), "999900000011", "pc-9999-0000-0011"] {
        assert_eq!(told(&[("kenpo-terminal", odd)])[2], Value::Null, "{odd}");
    }
    // nobody said that a proxy stands before us: a stranger's word is no address
    assert_eq!(told(&[FORWARDED])[1], "127.0.0.1");
    // and the zone is the listener's, whatever a header says
    let employer = w.client("employer");
    let zone = |by: &Caller| entry(&w, by, &[("x-zone", "closed"), ("kenpo-zone", "closed")])[0].clone();
    assert_eq!(zone(&employer.at(&w.internet_url)), "internet");
    assert_eq!(zone(&employer), "closed");
}
#[test]
fn behind_a_trusted_proxy_an_entry_tells_whom_it_speaks_for() {
    let w = World::with(|c| c.with("trusted_proxies", "127.0.0.1, 10.0.0.2"));
    let clerk = w.staff("clerk");
    let told = |headers: &[(&str, &str)]| entry(&w, &clerk, headers)[1].clone();
    assert_eq!(told(&[FORWARDED]), "198.51.100.1");
    assert_eq!(told(&[FORWARDED, ("x-forwarded-for", "203.0.113.9, 10.0.0.2")]), "203.0.113.9");
    assert_eq!(told(&[]), "127.0.0.1", "the proxy itself");
    // who fails to sign in is told by it too
    let wrong = json!({ "user_id": "clerk", "password": "wrong" });
    let r = w.nobody().post("/v1/sessions").header(FORWARDED.0, FORWARDED.1).json(&wrong);
    assert_eq!(
        w.entries(&format!("request_id = '{}'", r.header("x-request-id")))[0]["address"],
        "198.51.100.1"
    );
}
