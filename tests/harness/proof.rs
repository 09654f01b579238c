//! The long proofs of `make prove`, and what they leave behind: a dated page each in `docs/proofs`.
use kenpo::kernel::clock::Clock;

/// Whether the long proofs are asked for.
pub fn is_asked() -> bool {
    std::env::var_os("KENPO_PROVE").is_some_and(|v| v == "1")
}
/// Writes `docs/proofs/NAME-DAY.md`, of today in JST, with a title and what was found.
pub fn write_down(name: &str, title: &str, found: &str) {
    let day = Clock::real().today();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/proofs");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}-{day}.md")), format!("# {title}, {day}\n\n{found}")).unwrap();
}
