//! Checks an export without the database: nothing left out, nothing changed, nothing moved, nothing cut off.
//!
//! `tools/verify_audit.py` does the same and was written from the text in docs/authorisation-and-audit.md.
use super::model::{ExportTrailer, NO_LINK, canonical_text, export_line, hex, link_of, unhex};
use aws_lc_rs::digest;
use serde_json::Value;
use std::io::{BufRead, Read};

/// Longest line that is read.
const LINE_MOST: u64 = 16 << 20;

/// A good export.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What its trailer says, found true.
    pub trailer: ExportTrailer,
}

/// The first bad line of an export.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: Why,
}
/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// The file can't be read.
    Unread(String),
    /// The line is no JSON object with `seq` and `link`, or has no newline, or is too long.
    Malformed,
    /// It is not written in the one way in which an export writes it.
    NotCanonical,
    /// Another position belongs here: a line was removed, added or moved.
    OutOfOrder {
        /// Position that belongs here.
        expected: i64,
        /// Position that is here.
        found: i64,
    },
    /// The link does not follow from the link before and the entry: one of them was changed.
    LinkBroken,
    /// The export ends without its trailer: it broke off.
    TrailerMissing,
    /// The trailer says something else than the lines before it.
    TrailerWrong(&'static str),
    /// Something follows the trailer.
    AfterTrailer,
}
impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.why {
            Why::Unread(e) => write!(f, "cannot be read: {e}"),
            Why::Malformed => f.write_str("not a line of an export"),
            Why::NotCanonical => f.write_str("not written as an export writes it"),
            Why::OutOfOrder { expected, found } => write!(f, "position {found} where {expected} belongs"),
            Why::LinkBroken => f.write_str("the link does not fit: this entry or a link was changed"),
            Why::TrailerMissing => f.write_str("the trailer is missing: the export broke off"),
            Why::TrailerWrong(field) => write!(f, "the trailer's {field} does not fit the lines before it"),
            Why::AfterTrailer => f.write_str("something follows the trailer"),
        }
    }
}
impl std::error::Error for Fault {}

/// Checks an exported NDJSON: positions dense, links computed anew, count and digest as the trailer says.
/// # Errors
/// The first bad line.
pub fn verify(mut reader: impl BufRead) -> Result<Report, Fault> {
    let mut check = Check::new();
    let mut line = Vec::new();
    for number in 1.. {
        let at = |why| Fault { line: number, why };
        read_line(&mut reader, &mut line).map_err(at)?;
        if line.is_empty() {
            return Err(at(Why::TrailerMissing));
        }
        let value = parse(&line).ok_or_else(|| at(Why::Malformed))?;
        if value.get("trailer").is_none() {
            check.entry(&line, value).map_err(at)?;
            continue;
        }
        let trailer = check
            .trailer(value)
            .map_err(|(is_first, why)| if is_first { Fault { line: 1, why } } else { at(why) })?;
        let after = |why| Fault { line: number + 1, why };
        read_line(&mut reader, &mut line).map_err(after)?;
        return if line.is_empty() { Ok(Report { trailer }) } else { Err(after(Why::AfterTrailer)) };
    }
    Err(Fault { line: u64::MAX, why: Why::TrailerMissing })
}
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> Result<(), Why> {
    line.clear();
    reader.by_ref().take(LINE_MOST).read_until(b'\n', line).map_err(|e| Why::Unread(e.to_string()))?;
    Ok(())
}
fn parse(line: &[u8]) -> Option<Value> {
    serde_json::from_slice(line.strip_suffix(b"\n")?).ok().filter(Value::is_object)
}

/// The first line of an export that does not begin at position 1: the link before it is told by the trailer.
struct First {
    seq: i64,
    canonical: String,
    link: [u8; 32],
}
struct Check {
    hash: digest::Context,
    count: i64,
    first: Option<First>,
    last: Option<(i64, [u8; 32])>,
}
impl Check {
    fn new() -> Self {
        Self { hash: digest::Context::new(&digest::SHA256), count: 0, first: None, last: None }
    }
    fn entry(&mut self, line: &[u8], value: Value) -> Result<(), Why> {
        let seq = value.get("seq").and_then(Value::as_i64).ok_or(Why::Malformed)?;
        let link = value.get("link").and_then(Value::as_str).and_then(unhex).ok_or(Why::Malformed)?;
        let canonical = canonical_text(value);
        if export_line(seq, &link, &canonical).as_bytes() != line {
            return Err(Why::NotCanonical);
        }
        let previous = match self.last {
            Some((before, _)) if before + 1 != seq => {
                return Err(Why::OutOfOrder { expected: before + 1, found: seq });
            }
            Some((_, link)) => Some(link),
            None if seq < 1 => return Err(Why::OutOfOrder { expected: 1, found: seq }),
            None => (seq == 1).then_some(NO_LINK),
        };
        if previous.is_some_and(|p| link_of(&p, seq, &canonical) != link) {
            return Err(Why::LinkBroken);
        }
        self.first.get_or_insert(First { seq, canonical, link });
        self.last = Some((seq, link));
        self.count += 1;
        self.hash.update(line);
        Ok(())
    }
    /// Judges the trailer; a fault with `true` is one of the first line.
    fn trailer(&self, value: Value) -> Result<ExportTrailer, (bool, Why)> {
        let t: ExportTrailer = serde_json::from_value(value).map_err(|_| (false, Why::Malformed))?;
        let wrong = |field| Err((false, Why::TrailerWrong(field)));
        let Some(previous) = unhex(&t.previous_link) else { return wrong("previous_link") };
        if let Some(f) = self.first.as_ref().filter(|f| f.seq > 1)
            && link_of(&previous, f.seq, &f.canonical) != f.link
        {
            return Err((true, Why::LinkBroken));
        }
        let from_seq = self.first.as_ref().map_or(t.from_seq, |f| f.seq);
        let last_link = self.last.map_or(previous, |l| l.1);
        let told = [
            ("trailer", t.trailer),
            ("previous_link", t.from_seq != 1 || previous == NO_LINK),
            ("count", t.count == self.count),
            ("from_seq", t.from_seq == from_seq && from_seq >= 1),
            ("to_seq", t.from_seq.checked_add(self.count - 1) == Some(t.to_seq)),
            ("sha256", t.sha256 == hex(self.hash.clone().finish().as_ref())),
            ("last_link", t.last_link == hex(&last_link)),
        ];
        match told.into_iter().find(|(_, fits)| !fits) {
            Some((field, _)) => wrong(field),
            None => Ok(t),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    /// An export of positions `from..=to` of an invented log.
    fn export(from: i64, to: i64) -> String {
        let mut out = String::new();
        let (mut link, mut previous) = (NO_LINK, NO_LINK);
        for seq in 1..=to {
            let entry = serde_json::json!({"operation": "getMember", "repeats": seq, "detail": {"会": "年"}});
            let text = canonical_text(entry);
            previous = if seq == from { link } else { previous };
            link = link_of(&link, seq, &text);
            if seq >= from {
                out.push_str(&export_line(seq, &link, &text));
            }
        }
        let trailer = ExportTrailer {
            trailer: true,
            count: to - from + 1,
            sha256: hex(&crate::kernel::secrets::sha256(&[out.as_bytes()])),
            from_seq: from,
            to_seq: to,
            previous_link: hex(&previous),
            last_link: hex(&link),
        };
        out.push_str(&serde_json::to_string(&trailer).unwrap());
        out.push('\n');
        out
    }
    fn fault(text: &str) -> Fault {
        verify(text.as_bytes()).unwrap_err()
    }
    fn lines(text: &str) -> Vec<String> {
        text.split_inclusive('\n').map(Into::into).collect()
    }

    #[test]
    fn a_whole_export_is_good_from_the_start_and_from_later_on() {
        assert_eq!(verify(export(1, 5).as_bytes()).unwrap().trailer.count, 5);
        assert_eq!(verify(export(4, 9).as_bytes()).unwrap().trailer.from_seq, 4);
        assert_eq!(verify(export(1, 0).as_bytes()).unwrap().trailer.to_seq, 0);
    }
    #[test]
    fn any_changed_byte_is_noticed_where_it_is() {
        let good = export(1, 4);
        let mut line = 1;
        for i in 0..good.len() {
            let mut bytes = good.clone().into_bytes();
            bytes[i] = if bytes[i] == b'1' { b'2' } else { b'1' };
            let bad = verify(bytes.as_slice()).expect_err("a changed byte went unnoticed");
            // A first line with a later position is the first line of another window: the second one betrays it.
            assert!(bad.line == line || (line, bad.line) == (1, 2), "byte {i}: {bad}");
            line += u64::from(good.as_bytes()[i] == b'\n');
        }
    }
    #[test]
    fn a_changed_value_breaks_its_link() {
        let bad = export(1, 4).replace("\"repeats\":3", "\"repeats\":4");
        assert_eq!(fault(&bad), Fault { line: 3, why: Why::LinkBroken });
        let first = export(3, 5).replace("\"repeats\":3", "\"repeats\":4");
        assert_eq!(fault(&first), Fault { line: 1, why: Why::LinkBroken });
    }
    #[test]
    fn a_space_or_a_second_key_is_noticed() {
        let spaced = export(1, 4).replacen("\"repeats\":2", "\"repeats\": 2", 1);
        assert_eq!(fault(&spaced), Fault { line: 2, why: Why::NotCanonical });
        let twice = export(1, 4).replacen("\"repeats\":2", "\"repeats\":9,\"repeats\":2", 1);
        assert_eq!(fault(&twice), Fault { line: 2, why: Why::NotCanonical });
    }
    #[test]
    fn a_removed_line_is_named() {
        let mut all = lines(&export(1, 5));
        all.remove(2);
        assert_eq!(fault(&all.concat()), Fault { line: 3, why: Why::OutOfOrder { expected: 3, found: 4 } });
        let mut all = lines(&export(1, 5));
        all.remove(4);
        assert_eq!(fault(&all.concat()), Fault { line: 5, why: Why::TrailerWrong("count") });
        let mut all = lines(&export(1, 5));
        all.remove(0);
        assert_eq!(fault(&all.concat()).line, 1);
    }
    #[test]
    fn swapped_lines_are_named() {
        let mut all = lines(&export(1, 5));
        all.swap(1, 3);
        assert_eq!(fault(&all.concat()), Fault { line: 2, why: Why::OutOfOrder { expected: 2, found: 4 } });
    }
    #[test]
    fn a_missing_trailer_is_named() {
        let mut all = lines(&export(1, 5));
        all.pop();
        assert_eq!(fault(&all.concat()), Fault { line: 6, why: Why::TrailerMissing });
        let cut = export(1, 5);
        assert_eq!(fault(&cut[..cut.len() - 1]), Fault { line: 6, why: Why::Malformed });
        assert_eq!(fault(""), Fault { line: 1, why: Why::TrailerMissing });
    }
    #[test]
    fn a_false_trailer_or_a_second_one_is_named() {
        let good = export(1, 3);
        let false_count = good.replace("\"count\":3", "\"count\":2");
        assert_eq!(fault(&false_count), Fault { line: 4, why: Why::TrailerWrong("count") });
        let other = hex(&NO_LINK);
        let sha = verify(good.as_bytes()).unwrap().trailer.sha256;
        assert_eq!(fault(&good.replace(&sha, &other)), Fault { line: 4, why: Why::TrailerWrong("sha256") });
        let twice = format!("{good}{}", lines(&good)[3]);
        assert_eq!(fault(&twice), Fault { line: 5, why: Why::AfterTrailer });
    }
}
