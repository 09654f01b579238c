//! What happens by the calendar: the ledger of its days, loss of cover at 75, and who comes to an age.
mod ages;
mod explained;
mod ledger;
mod loss;

use crate::harness::world::{World, day};
use chrono::Duration;
use kenpo::{cli::seed, domain::calendar};
use serde_json::Value;
use uuid::Uuid;

/// The worker's look at the calendar, until nothing is due; gives how many days were done.
#[track_caller]
fn work(w: &World) -> usize {
    let worker = Uuid::now_v7();
    let days = std::iter::repeat_with(|| calendar::work(&w.app.kernel.db, &w.clock, worker).unwrap());
    days.take_while(|done| *done).count()
}
/// So many days go by.
fn pass(w: &World, days: i64) {
    w.clock.advance(Duration::days(days));
}
/// Somebody insured since 2020-04-01, born on that day.
fn insured(w: &World, n: &str, birth: &str) -> Uuid {
    w.member(n, &format!("コヨミ　{}", kana(n)), "暦　例", birth)
}
fn kana(n: &str) -> String {
    n.bytes().map(|digit| char::from_u32(u32::from('ア') + u32::from(digit - b'0')).unwrap()).collect()
}
/// A dependent since 2020-04-01.
fn relative(w: &World, insured: Uuid, reading: &str, birth: &str) -> Uuid {
    let who = ("暦　家族", reading, day(birth), "other");
    let person = seed::dependent(&mut w.owner(), &w.clock, (w.employer, insured), who, day("2020-04-01"));
    person.unwrap()
}
/// The enrolments or dependencies of a person as they are known now.
fn known(w: &World, table: &str, person: Uuid) -> Vec<Value> {
    w.rows(&format!("select * from {table} where person_id = '{person}' and superseded_at is null"))
}
