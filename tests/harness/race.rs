//! What is asked at one instant: every thread stands ready before the first begins.
use std::sync::Barrier;

/// Does all of them at once and gives their results in order.
pub fn at_once<T: Send, W: FnOnce() -> T + Send>(works: impl IntoIterator<Item = W>) -> Vec<T> {
    let works: Vec<W> = works.into_iter().collect();
    let gate = Barrier::new(works.len());
    std::thread::scope(|s| {
        let gate = &gate;
        let run = |work: W| {
            s.spawn(move || {
                gate.wait();
                work()
            })
        };
        let running: Vec<_> = works.into_iter().map(run).collect();
        running.into_iter().map(|r| r.join().unwrap()).collect()
    })
}
/// Does both at once.
pub fn both<A: Send, B: Send>(a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
    let gate = Barrier::new(2);
    std::thread::scope(|s| {
        let one = s.spawn(|| {
            gate.wait();
            a()
        });
        gate.wait();
        let other = b();
        (one.join().unwrap(), other)
    })
}
