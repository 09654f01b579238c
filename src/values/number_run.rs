//! A personal number hidden in free text: any run of twelve digits is refused in every text field.

use unicode_normalization::UnicodeNormalization;

/// The zeros of the decimal digits of Unicode that NFKC leaves as they are; nine more follow each.
const ZEROS: [u32; 60] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0,
    0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50,
    0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136,
    0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50,
    0x11DA0, 0x11F50, 0x16A60, 0x16AC0, 0x16B50, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E950,
];

/// How many digits make a personal number.
const RUN: usize = 12;

/// Whether the text holds what may be a personal number: twelve or more digits in a row, of any width or script, also enclosed
/// or raised ones, joined by at most one space or hyphen of any kind between two digits; or twelve that are written in threes of
/// four, or one by one, with one or two signs of whatever kind between the parts. Invisible characters are ignored.
pub fn contains_number_run(text: &str) -> bool {
    contains_joined_digits(text) || contains_parted_digits(text)
}
/// Whether a name or label holds the digits of a personal number, whatever stands between them.
pub fn contains_number_digits(label: &str) -> bool {
    label.nfkc().filter(|c| is_digit(*c)).count() >= RUN
}
/// Three groups of four digits, or twelve of one, that one or two signs part and no letter.
fn contains_parted_digits(text: &str) -> bool {
    let mut groups: Vec<usize> = Vec::new();
    let (mut digits, mut signs) = (0, 0);
    let mut is_found = false;
    let mut close = |groups: &mut Vec<usize>, digits: &mut usize| {
        if *digits > 0 {
            groups.push(std::mem::take(digits));
        }
        is_found |= groups.ends_with(&[4, 4, 4]) || groups.ends_with(&[1; RUN]);
    };
    for character in text.nfkc().filter(|c| !is_invisible(*c)) {
        if is_digit(character) {
            (digits, signs) = (digits + 1, 0);
            continue;
        }
        close(&mut groups, &mut digits);
        signs += 1;
        if signs > 2 || character.is_alphanumeric() {
            groups.clear();
        }
    }
    close(&mut groups, &mut digits);
    is_found
}
fn contains_joined_digits(text: &str) -> bool {
    let (mut digits, mut joined) = (0, false);
    for character in text.nfkc() {
        if is_digit(character) {
            (digits, joined) = (digits + 1, false);
        } else if digits > 0 && !joined && is_joint(character) {
            joined = true;
        } else if !is_invisible(character) {
            (digits, joined) = (0, false);
        }
        if digits >= RUN {
            return true;
        }
    }
    false
}

fn is_digit(character: char) -> bool {
    let code = u32::from(character);
    character.is_ascii_digit()
        || (code > 0x65F && ZEROS.iter().any(|zero| (*zero..zero + 10).contains(&code)))
}

/// Spaces, hyphens, dashes, minus signs and the long-vowel marks that are typed in their place.
fn is_joint(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '-' | '\u{ad}' | '\u{58a}' | '\u{2010}'
                ..='\u{2015}'
                    | '\u{2043}'
                    | '\u{2053}'
                    | '\u{2212}'
                    | '\u{2500}'
                    | '\u{2501}'
                    | '\u{2796}'
                    | '\u{30fb}'
                    | '\u{30fc}'
                    | '\u{301c}'
                    | '~'
                    | '_'
                    | '\u{b7}'
        )
}

fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{34f}' | '\u{180b}'..='\u{180e}'
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn runs_of_twelve_are_found_in_any_dress() {
        for text in [
            "999900000011",
            "備考999900000011です",
            "９９９９００００００１１",
            "9999-0000-0011",
            "9999 0000 0011",
            "９９９９　００００　００１１",
            "9999−0000‐0011",
            "9-9-9-9-0-0-0-0-0-0-1-1",
            "9999ー0000ｰ0011",
            "٩٩٩٩٠٠٠٠٠٠١١",
            "9999\u{200b}00000011",
            "9999\u{200b} \u{200b}00000011",
            "①②③④⑤⑥⑦⑧⑨①②③",
            "𝟗𝟗𝟗𝟗𝟎𝟎𝟎𝟎𝟎𝟎𝟏𝟏",
            "1234567890123",
            "9999.0000.0011",
            "9999/0000/0011",
            "番号:9999、0000，0011です",
            "9999  0000  0011",
            "9999: 0000: 0011",
            "(9999)(0000)(0011)",
            "9.9.9.9.0.0.0.0.0.0.1.1",
            "９・９・９・９・０・０・０・０・０・０・１・１",
        ] {
            assert!(contains_number_run(text), "{text}");
        }
    }

    #[test]
    fn shorter_or_parted_runs_are_left_alone() {
        for text in [
            "",
            "99990000001",
            "9999--00000011",
            "9999  00000011",
            "9999、00000011",
            "2026-11-22 a 0123",
            "東京都架空区見本町４－５－６",
            "03-0000-0001",
            "九九九九〇〇〇〇〇〇一一",
            "2026/11/22 10:30",
            "2026.11.22、2026.12.01",
            "100,000,000,000円",
            "9999.0000と0011",
            "9999...0000...0011",
            "1.2.3.4.5.6.7.8.9.10.11.12",
            "4桁 1234、4桁 5678",
        ] {
            assert!(!contains_number_run(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn eleven_digits_never_twelve_always(digits in "[0-9]{11}", last in "[0-9]", head in "\\PC{0,5}[a-z]") {
            let eleven = format!("{head}{digits}");
            let twelve = format!("{eleven}{last}");
            prop_assert!(contains_number_run(&twelve));
            prop_assert!(!contains_number_run(&eleven));
        }
    }
}
