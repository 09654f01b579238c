//! 文字 — Shift_JIS as the specification means it: JIS X 0201, JIS X 0208, and what Windows adds.

use encoding_rs::SHIFT_JIS;

use super::FileError;
use crate::domain::notifications::findings::Code;

/// One field of text, and what its bytes say.
pub(super) struct Decoded {
    /// The text; empty when it cannot be read.
    pub text: String,
    /// Why it cannot be read.
    pub fault: Option<Code>,
    /// Whether a character lies outside JIS X 0208 (IBM and NEC extensions: 髙, 﨑, ①).
    pub has_extension: bool,
}

/// Refuses a file that is no Shift_JIS at all: with a byte-order mark, or readable as UTF-8 with characters
/// that only a UTF-8 file can have. Mark first: a decoder that obeys it would change the encoding in silence.
pub(super) fn refuse_other_encodings(bytes: &[u8]) -> Result<(), FileError> {
    const MARKS: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"];
    if MARKS.iter().any(|mark| bytes.starts_with(mark)) {
        return Err(FileError::whole(Code::EncodingBom));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if text.chars().any(|c| c >= '\u{2000}') => Err(FileError::whole(Code::EncodingUtf8)),
        _ => Ok(()),
    }
}

/// Reads the bytes of one field. Fields are split before, so a broken double byte spoils no neighbour.
pub(super) fn decode(bytes: &[u8]) -> Decoded {
    let mut out = Decoded { text: String::new(), fault: None, has_extension: false };
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (0x20..=0x7e | 0xa1..=0xdf, _) => tail,
            (0x00..=0x1f | 0x7f, _) => return out.refuse(Code::Control),
            (0x81..=0x9f | 0xe0..=0xfc, [second @ (0x40..=0x7e | 0x80..=0xfc), after @ ..]) => {
                if (0xf0..=0xf9).contains(first) {
                    return out.refuse(Code::Gaiji);
                }
                out.has_extension |= !is_jisx0208(*first, *second);
                after
            }
            _ => return out.refuse(Code::Encoding),
        };
    }
    match SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Decoded { text: text.into_owned(), ..out },
        None => out.refuse(Code::Encoding),
    }
}

impl Decoded {
    fn refuse(self, fault: Code) -> Self {
        Self { text: String::new(), fault: Some(fault), has_extension: false }
    }
}

/// The blocks of JIS X 0208 levels 1 and 2 (仕様書: 0x8140–0x84BE, 0x889F–0x9FFC, 0xE040–0xEAA4).
fn is_jisx0208(first: u8, second: u8) -> bool {
    matches!(u16::from_be_bytes([first, second]), 0x8140..=0x84be | 0x889f..=0x9ffc | 0xe040..=0xeaa4)
}
