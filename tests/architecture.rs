//! The house as `docs/architecture.md` tells it: read from the sources, so that a wrong arrow fails.
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
/// Path from the root and text of every source file below `folder`.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut waiting: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(at) = waiting.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty());
    found
}
fn code(text: &str) -> String {
    text.lines().filter(|l| !l.trim_start().starts_with("//")).map(|l| format!("{l}\n")).collect()
}
/// Every path below `crate::` that a text names, braces opened.
fn arrows(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for part in text.split("crate::").skip(1) {
        expand("", &mut part.chars().peekable(), &mut all);
    }
    all
}
fn expand(base: &str, rest: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut Vec<String>) {
    let mut here = base.to_owned();
    loop {
        while rest.peek().is_some_and(|c| c.is_whitespace()) {
            rest.next();
        }
        if rest.peek() == Some(&'{') {
            while rest.peek().is_some_and(|c| *c != '}') {
                rest.next();
                expand(&here, rest, out);
                while rest.peek().is_some_and(|c| c.is_whitespace()) {
                    rest.next();
                }
                if rest.peek() != Some(&',') {
                    break;
                }
            }
            rest.next();
            return;
        }
        let mut name = String::new();
        while let Some(c) = rest.next_if(|c| c.is_alphanumeric() || *c == '_' || *c == '*') {
            name.push(c);
        }
        if name.is_empty() {
            return;
        }
        here = if here.is_empty() { name } else { format!("{here}::{name}") };
        if rest.peek() != Some(&':') {
            break;
        }
        rest.next();
        if rest.next_if_eq(&':').is_none() {
            break;
        }
    }
    out.push(here);
}

#[test]
fn the_reader_of_use_lines_opens_braces() {
    let found =
        arrows("use crate::{\n  a::b,\n  c::{self, d::{E, F}},\n};\nfn f() -> crate::g::H { crate::i::j() }");
    assert_eq!(found, ["a::b", "c::self", "c::d::E", "c::d::F", "g::H", "i::j"]);
}

#[test]
fn arrows_go_down() {
    let mut wrong = Vec::new();
    for (file, text) in sources("src") {
        let floor = file.split('/').nth(1).unwrap().trim_end_matches(".rs").to_owned();
        let may: &[&str] = match floor.as_str() {
            "values" => &["values"],
            "kernel" | "ports" => &["values", "kernel", "ports"],
            "domain" => &["values", "kernel", "ports", "domain"],
            _ => continue,
        };
        for arrow in arrows(&code(&text)) {
            let to = arrow.split("::").next().unwrap();
            // Macros and constants of the crate's root are the kernel's own: `crate::operation!`, `crate::row!`.
            let is_macro = ["operation", "row", "json_body", "page_of"].contains(&to);
            if !may.contains(&to) && !is_macro {
                wrong.push(format!("{file}: {arrow}"));
            }
        }
    }
    assert!(wrong.is_empty(), "a floor reaches up:\n{}", wrong.join("\n"));
}

#[test]
fn domain_modules_use_only_those_above_them_and_by_their_face() {
    let list = fs::read_to_string(root().join("src/domain/mod.rs")).unwrap();
    let order: Vec<&str> =
        list.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let folders = fs::read_dir(root().join("src/domain")).unwrap().count() - 1;
    assert_eq!(order.len(), folders, "every module of the floor stands in the list");
    let mut wrong = Vec::new();
    for (file, text) in sources("src/domain") {
        let Some(here) = order.iter().position(|m| file.starts_with(&format!("src/domain/{m}/"))) else {
            continue;
        };
        for arrow in arrows(&code(&text)) {
            let parts: Vec<&str> = arrow.split("::").collect();
            let ["domain", module, rest @ ..] = parts.as_slice() else { continue };
            let Some(there) = order.iter().position(|m| m == module) else { continue };
            let by_face = rest.len() <= 1;
            let is_closed = ["personal_numbers", "audit"].contains(module);
            if there != here && (there > here || is_closed || !by_face) {
                wrong.push(format!("{file}: {arrow}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "a module reaches one below it, past a face, or a closed one:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn files_are_short_and_hold_no_leftovers() {
    let leftover = ["TO", "DO"].concat();
    for folder in ["src", "tests"] {
        for (file, text) in sources(folder) {
            let lines = text.lines().count();
            assert!(lines <= 500, "{file} has {lines} lines: split it by what people do");
            let has = text.contains(&leftover) || text.contains(&["FIX", "ME"].concat());
            assert!(!has, "{file} holds a leftover mark");
        }
    }
}

/// The tests speak to the product through one face, or check what came back as it does.
#[test]
fn every_answer_of_every_test_is_held_against_the_document() {
    for (file, text) in sources("tests") {
        let ways = ["call_service(", "call_and_read_body", "ureq::"];
        let is_asking = file != "tests/architecture.rs" && ways.iter().any(|way| code(&text).contains(way));
        let is_checked = text.contains("Response::checked(") || text.contains("document::check(");
        assert!(
            !is_asking || is_checked,
            "{file} asks in a way of its own and holds no answer against the document"
        );
    }
}

/// Files that hold a text, but those that may.
fn holding(needle: &str, may: impl Fn(&str) -> bool) -> Vec<String> {
    let found = sources("src").into_iter().filter(|(file, text)| code(text).contains(needle) && !may(file));
    found.map(|(file, _)| file).collect()
}
/// Only files whose path begins like one of these may hold a text.
fn only_in(needle: &str, allowed: &[&str]) {
    let wrong = holding(needle, |file| allowed.iter().any(|a| file.starts_with(a)));
    assert!(wrong.is_empty(), "`{needle}` stands in {wrong:?}; it may stand in {allowed:?} only");
}

#[test]
fn the_machine_is_asked_in_one_place_each() {
    // Settings alone read the environment; the others ask for the temporary folder, the PATH or their own name only.
    for asks in ["env::var", "env::args", "env::set_var"] {
        only_in(asks, &["src/config.rs"]);
    }
    only_in("Utc::now", &["src/kernel/clock.rs"]);
    only_in("Local::now", &[]);
    only_in("SystemTime::now", &[]);
    only_in("unsafe ", &["src/launcher/process.rs"]);
}

/// Words of a refusal are kept in two languages until the answer leaves: no text holds both, and none is taken apart.
#[test]
fn no_text_holds_two_languages() {
    // Shown in the document, which has one text for all its readers.
    let shown = ["src/app/mod.rs", "src/domain/users/words.rs", "src/kernel/route/describe.rs"];
    let mut wrong = Vec::new();
    for (file, text) in sources("src").into_iter().filter(|(file, _)| !shown.contains(&file.as_str())) {
        let is_double = |text: &str| {
            text == " / " || text.split_once(" / ").is_some_and(|(ja, en)| !ja.is_ascii() && en.is_ascii())
        };
        let code = code(&text);
        wrong.extend(
            code.split('"').skip(1).step_by(2).filter(|t| is_double(t)).map(|t| format!("{file}: {t}")),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn sql_stands_in_stores() {
    // A module's store: `store.rs`, `changes.rs` or a folder `store`.
    let is_store = |file: &str| {
        file.starts_with("src/domain/")
            && (file.ends_with("/store.rs") || file.ends_with("/changes.rs") || file.contains("/store/"))
    };
    let others = [
        "src/kernel/",
        "src/app/migrate.rs",
        "src/cli/seed.rs",
        "src/cli/seed/",
        "src/cli/demo/society.rs",
        "src/domain/access/live.rs", // LISTEN, which belongs to the connection that waits
        "src/domain/members/named.rs",
        "src/domain/members/reader.rs", // how its own connection plans
    ];
    for needle in ["sql_query", "batch_execute"] {
        let wrong = holding(needle, |file| is_store(file) || others.iter().any(|o| file.starts_with(o)));
        assert!(wrong.is_empty(), "`{needle}` stands outside stores: {wrong:?}");
    }
    // Elsewhere a connection is only handed on, to a store or to the vault.
    for (file, text) in sources("src") {
        if is_store(&file) || others.iter().any(|o| file.starts_with(o)) {
            continue;
        }
        let code = code(&text).replace(char::is_whitespace, "");
        let handed_on = code.matches("(tx.conn()").count();
        assert_eq!(
            code.matches(".conn()").count(),
            handed_on,
            "{file} keeps a connection instead of handing it on"
        );
    }
}

#[test]
fn the_strongroom_is_entered_by_its_own_store_only() {
    only_in("strongroom.", &["src/domain/personal_numbers/store.rs"]);
    only_in("role kenpo_strongroom", &["src/domain/personal_numbers/store.rs"]);
    only_in("role kenpo_sequencer", &["src/domain/audit/store/order.rs"]);
    only_in("into audit_entry", &["src/kernel/trail/"]);
}

#[test]
fn the_readme_shows_every_module() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if ["lib.rs", "main.rs"].contains(&name.as_str()) {
            continue;
        }
        let shown = if entry.path().is_dir() { format!("`src/{name}/`") } else { format!("`src/{name}`") };
        assert!(readme.contains(&shown), "the map of the README lacks {shown}");
    }
    for folder in fs::read_dir(root().join("src/domain")).unwrap() {
        let name = folder.unwrap().file_name().into_string().unwrap();
        assert!(
            readme.contains(name.trim_end_matches(".rs")) || name == "mod.rs",
            "the README does not name {name}"
        );
    }
}

#[test]
fn tracked_files_name_no_package_registry() {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    // An unpacked archive has no list; then there is nothing to be published either.
    let Some(listed) = listed.ok().filter(|o| o.status.success()) else { return };
    let hosts: Vec<String> =
        [["registry.", "npm"], ["py", "pi.org"], ["files.python", "hosted"], ["static.", "crates.io"]]
            .iter()
            .map(|parts| parts.concat())
            .collect();
    let elsewhere = ["../sha".to_owned() + "red", "/work/".to_owned() + "shared"];
    for file in String::from_utf8(listed.stdout).unwrap().split('\0').filter(|f| !f.is_empty()) {
        let Ok(text) = fs::read_to_string(root().join(file)) else { continue };
        for host in &hosts {
            assert!(
                !text.contains(host.as_str()),
                "{file} names {host}: builds must follow the machine's own settings"
            );
        }
        for folder in &elsewhere {
            assert!(!text.contains(folder.as_str()), "{file} names {folder}: the repository stands alone");
        }
    }
}
