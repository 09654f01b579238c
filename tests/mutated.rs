//! What people and broken programs send: sample files and right bodies, changed by chance. Nothing fails within, every refusal says where,
//! and what is refused leaves nothing behind. The chance begins with a seed, so that what failed fails again.
use crate::{
    filing::fresh_key,
    harness::{
        caller::{Caller, Response},
        chance::Chance,
        proof,
        world::World,
    },
    samples,
    sweep::{
        society::Society,
        table::{self, Body},
    },
};
use diesel::{RunQueryDsl, sql_query, sql_types as t};
use kenpo::app;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SAMPLES: [&str; 10] = [
    "01_shutoku_ok/SHFD0006.CSV",
    "02_shutoku_kpfd_ok/KPFD0006.CSV",
    "03_soshitsu_ok/SHFD0006.CSV",
    "04_idou_ok/SHFD0006.CSV",
    "05_santei_ok/SHFD0006.CSV",
    "06_geppen_ok/SHFD0006.CSV",
    "07_shoyo_ok/SHFD0006.CSV",
    "08_shutoku_field_errors/SHFD0006.CSV",
    "09_shutoku_utf8_bom/SHFD0006.CSV",
    "10_structure_and_charset/SHFD0006.CSV",
];
/// Whoever signs in wrongly waits longer the next time, and is told one thing whatever was typed.
const SIGNING_IN: [&str; 2] = ["createSession", "refreshSession"];
const SEED: u64 = 20_261_129;

fn mutations() -> usize {
    if proof::is_asked() { 10_000 } else { 150 }
}
fn at(chance: &mut Chance, len: usize) -> usize {
    usize::try_from(chance.below(u64::try_from(len.max(1)).unwrap())).unwrap()
}
/// Changes that are done to any text: a byte flipped, a part cut or doubled, a byte that stands for something put in.
fn bytes_changed(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let (a, b) = (at(chance, bytes.len()), at(chance, bytes.len()));
    let (from, to) = (a.min(b), a.max(b).min(a.min(b) + 200));
    match chance.below(5) {
        0 => drop(bytes.drain(from..to)),
        1 => bytes.truncate(from),
        2 => {
            let part = bytes[from..to].to_vec();
            bytes.splice(to..to, part);
        }
        3 => {
            let special = b"\",\r\n\0\x1a\x80\x82\xff\\{}[]:'0-";
            bytes.insert(from.min(bytes.len()), special[at(chance, special.len())]);
        }
        _ => {
            if let Some(byte) = bytes.get_mut(from) {
                *byte ^= 1 << chance.below(8);
            }
        }
    }
}
/// Two fields of one line or two lines change places.
fn swapped(chance: &mut Chance, bytes: &[u8]) -> Vec<u8> {
    let mut lines: Vec<Vec<Vec<u8>>> = bytes
        .split(|b| *b == b'\n')
        .map(|line| line.split(|b| *b == b',').map(<[u8]>::to_vec).collect())
        .collect();
    let line = at(chance, lines.len());
    if chance.below(3) == 0 {
        let other = at(chance, lines.len());
        lines.swap(line, other);
    } else {
        let (a, b) = (at(chance, lines[line].len()), at(chance, lines[line].len()));
        lines[line].swap(a, b);
    }
    lines.iter().map(|fields| fields.join(&b","[..])).collect::<Vec<_>>().join(&b"\n"[..])
}
fn file_changed(chance: &mut Chance, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=chance.below(3) {
        match chance.below(8) {
            0..=3 => bytes_changed(chance, &mut bytes),
            4..=6 => bytes = swapped(chance, &bytes),
            _ => {
                let text = encoding_rs::SHIFT_JIS.decode(&bytes).0.into_owned();
                bytes = match chance.below(3) {
                    0 => text.into_bytes(),
                    1 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
                    _ => encoding_rs::EUC_JP.encode(&text).0.into_owned(),
                };
            }
        }
    }
    bytes
}
/// Every place of a value.
fn places(value: &Value, here: &str, out: &mut Vec<String>) {
    out.push(here.to_owned());
    match value {
        Value::Object(map) => map.iter().for_each(|(key, v)| places(v, &format!("{here}/{key}"), out)),
        Value::Array(all) => all.iter().enumerate().for_each(|(i, v)| places(v, &format!("{here}/{i}"), out)),
        _ => {}
    }
}
fn body_changed(chance: &mut Chance, body: &Value) -> Vec<u8> {
    let mut body = body.clone();
    for _ in 0..=chance.below(2) {
        let mut all = Vec::new();
        places(&body, "", &mut all);
        let (place, other) = (all[at(chance, all.len())].clone(), all[at(chance, all.len())].clone());
        let there = body.pointer(&other).unwrap().clone();
        let long = "見".repeat(at(chance, 3_000));
        let new = match chance.below(14) {
            0 => Value::Null,
            1 => json!(-1),
            2 => json!(i64::MAX),
            3 => json!(1.5),
            4 => json!(""),
            5 => json!(long),
            6 => json!([]),
            7 => json!({}),
            8 => json!(true),
            9 => json!("9999-12-31"),
            10 => json!("0001-01-01"),
            11 => json!({ "made_up": there }),
            12 => json!([there, there]),
            _ => there,
        };
        *body.pointer_mut(&place).unwrap() = new;
    }
    let mut bytes = body.to_string().into_bytes();
    if chance.below(3) == 0 {
        bytes_changed(chance, &mut bytes);
    }
    bytes
}

kenpo::row! {
    /// A table.
    pub struct Table {
        /// Its name.
        name: t::Text => String,
        /// Its rows.
        n: t::BigInt => i64,
    }
}
/// Rows of every table but those of the log, in one question.
struct Kept(String);
impl Kept {
    fn new(w: &World) -> Self {
        let names = crate::filing::tables(w).into_keys();
        let each = names.map(|n| format!("select '{n}' as name, count(*) as n from {n}"));
        Self(each.collect::<Vec<_>>().join(" union all "))
    }
    fn now(&self, conn: &mut diesel::PgConnection) -> BTreeMap<String, i64> {
        let rows: Vec<Table> = sql_query(&self.0).load(conn).unwrap();
        rows.into_iter().map(|r| (r.name, r.n)).collect()
    }
}
/// What is wrong with an answer, if anything.
fn fault(r: &Response) -> Option<&'static str> {
    let is_placed = |e: &Value| e["pointer"].is_string() || e["row"].is_u64();
    let errors = r.body["errors"].as_array().cloned().unwrap_or_default();
    let type_is = |slug: &str| r.body["type"] == format!("/problems/{slug}");
    match r.status {
        500.. => Some("failed within"),
        422 if type_is("invalid") && (errors.is_empty() || !errors.iter().all(is_placed)) => Some("no place"),
        // what is wrong with a file as a whole has a code and no row
        422 if type_is("file-rejected") && errors.is_empty() && r.body["code"] != "E-DUPLICATE-FILE" => {
            Some("no place")
        }
        400.. if r.body["code"].as_str().is_none_or(str::is_empty) => Some("no code"),
        _ => None,
    }
}
/// Runs mutations, and gives how the statuses fell and what was wrong.
fn run(w: &World, seed: u64, mut one: impl FnMut(&mut Chance) -> (String, Response)) -> BTreeMap<u16, usize> {
    let (kept, mut conn, mut statuses, mut wrong) = (Kept::new(w), w.owner(), BTreeMap::new(), Vec::new());
    let mut before = kept.now(&mut conn);
    for n in 0..mutations() {
        let mut chance =
            Chance(seed.wrapping_add(u64::try_from(n).unwrap().wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        let (what, r) = one(&mut chance);
        *statuses.entry(r.status).or_default() += 1;
        let after = kept.now(&mut conn);
        let mut receipt = before.clone();
        for table in ["public.submission", "public.idempotency"] {
            *receipt.get_mut(table).unwrap() += 1;
        }
        let is_receipt = after == receipt && r.body["receipt_number"].is_string();
        let stored = (r.status >= 400 && after != before && !is_receipt).then_some("stored something");
        wrong.extend(fault(&r).or(stored).map(|f| format!("{n} {what}: {f}: {} {:.600}", r.status, r.text)));
        before = after;
    }
    assert!(wrong.is_empty(), "of {statuses:?}:\n{}", wrong.join("\n"));
    statuses
}
fn sent(w: &World, by: &Caller, name: &str, bytes: &[u8], is_dry: bool) -> Response {
    let dry = if is_dry { "&validate_only=true" } else { "" };
    let path = format!(
        "/v1/notification-files?employer_id={}&file_name={name}&preparer_name=%E8%A6%8B%E6%9C%AC{dry}",
        w.employer
    );
    by.post(path).key(&fresh_key()).csv(bytes)
}

#[test]
fn changed_sample_files_are_taken_or_refused_with_a_place() {
    let w = samples::world_of(SAMPLES[3]);
    let by = w.client("employer");
    let files = SAMPLES.map(samples::read);
    let statuses = run(&w, SEED, |chance| {
        let i = at(chance, files.len());
        let bytes = file_changed(chance, &files[i]);
        let name = SAMPLES[i].split('/').nth(1).unwrap();
        (SAMPLES[i].into(), sent(&w, &by, name, &bytes, chance.below(2) == 0))
    });
    both_kinds(&statuses, "mutated-files", "Sample files changed by chance");
}
#[test]
fn changed_bodies_are_taken_or_refused_with_a_place() {
    let s = Society::new();
    let routes = app::routes().rows;
    let rows: Vec<_> = table::table().into_iter().filter(|row| !SIGNING_IN.contains(&row.id)).collect();
    let asked: Vec<_> = rows
        .iter()
        .filter_map(|row| match (row.body)(&s) {
            Body::Json(body) => Some((row, "application/json", body)),
            Body::Patch(body) => Some((row, "application/merge-patch+json", body)),
            _ => None,
        })
        .map(|(row, media, body)| {
            let of = routes.iter().find(|of| of.id == row.id).unwrap();
            let path = format!("{}{}", table::path(&s, row.id, of.path), (row.query)(&s));
            (of, path, media, body, s.right(row).0)
        })
        .collect();
    let statuses = run(&s.w, SEED + 1, |chance| {
        let (of, path, media, body, by) = &asked[at(chance, asked.len())];
        let bytes = body_changed(chance, body);
        let ask = by.ask(of.method.name(), path.as_str()).key(&fresh_key()).header("if-match", "\"1\"");
        let what =
            format!("{} {}", of.id, String::from_utf8_lossy(&bytes).chars().take(300).collect::<String>());
        (what, ask.header("content-type", media).send(&bytes))
    });
    both_kinds(&statuses, "mutated-bodies", "Right bodies changed by chance");
}
/// Chance changes so much that something is refused and so little that something is taken.
fn both_kinds(statuses: &BTreeMap<u16, usize>, name: &str, title: &str) {
    assert!(statuses.keys().any(|s| *s < 300) && statuses.keys().any(|s| *s >= 400), "{statuses:?}");
    if proof::is_asked() {
        let found = format!(
            "{} mutations from seed {SEED}, answered by status: {statuses:?}. None failed within, none was refused without a place, and \
             nothing refused was stored.\n",
            mutations()
        );
        proof::write_down(name, title, &found);
    }
}
