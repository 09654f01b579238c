//! Lines of a file, counted here: a reader that skips blank lines would number the rows wrongly.

use super::FileError;
use crate::domain::notifications::findings::Code;

/// One line without its end.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    /// From 1.
    pub no: u32,
    pub bytes: &'a [u8],
}

pub(super) struct Lines<'a> {
    pub lines: Vec<Line<'a>>,
    /// LF or CR alone ends a line somewhere.
    pub has_other_ends: bool,
    /// Blank lines or 0x1A follow the last record.
    pub has_trailer: bool,
}

/// Splits at CR LF, LF or CR. No byte of a double-byte character is one of them (trail bytes start at 0x40).
///
/// Errors: a file without any line end (some programs write all records into one line).
pub(super) fn split(bytes: &[u8]) -> Result<Lines<'_>, FileError> {
    let content = trim_tail(bytes);
    if !bytes.contains(&b'\n') && !bytes.contains(&b'\r') {
        return Err(FileError::whole(Code::LineEnd));
    }
    let mut out =
        Lines { lines: Vec::new(), has_other_ends: false, has_trailer: has_trailer(bytes, content) };
    let (mut rest, mut no) = (content, 1);
    while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
        let (line, after) = rest.split_at(end);
        let width = if after.starts_with(b"\r\n") { 2 } else { 1 };
        out.has_other_ends |= width == 1;
        out.lines.push(Line { no, bytes: line });
        rest = after.get(width..).unwrap_or_default();
        no += 1;
    }
    out.lines.push(Line { no, bytes: rest });
    let last_end = bytes.get(content.len()..).unwrap_or_default();
    out.has_other_ends |= matches!(last_end, [b'\n', ..] | [b'\r'] | [b'\r', 0x00..=0x09 | 0x0b..=0xff, ..]);
    Ok(out)
}

/// Without the line ends and 0x1A that follow the last record.
fn trim_tail(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n' | 0x1a));
    end.and_then(|end| bytes.get(..=end)).unwrap_or_default()
}

/// Whether more than one line end follows the content.
fn has_trailer(bytes: &[u8], content: &[u8]) -> bool {
    !matches!(bytes.get(content.len()..), Some([] | [b'\n'] | [b'\r'] | [b'\r', b'\n']))
}
