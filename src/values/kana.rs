//! カナ・氏名 — half-width and full-width katakana, the canonical reading of a name, and search keys.
//!
//! A name of record is never folded: NFKC loses variants of kanji. Only search keys are.

use unicode_normalization::UnicodeNormalization;

/// The full-width signs of U+FF61–U+FF9F, in order.
const FULL_WIDTH: [char; 63] = [
    '。', '「', '」', '、', '・', 'ヲ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ャ', 'ュ', 'ョ', 'ッ', 'ー', 'ア',
    'イ', 'ウ', 'エ', 'オ', 'カ', 'キ', 'ク', 'ケ', 'コ', 'サ', 'シ', 'ス', 'セ', 'ソ', 'タ', 'チ', 'ツ',
    'テ', 'ト', 'ナ', 'ニ', 'ヌ', 'ネ', 'ノ', 'ハ', 'ヒ', 'フ', 'ヘ', 'ホ', 'マ', 'ミ', 'ム', 'メ', 'モ',
    'ヤ', 'ユ', 'ヨ', 'ラ', 'リ', 'ル', 'レ', 'ロ', 'ワ', 'ン', '゛', '゜',
];

/// 濁音: each base is followed by its voiced sign.
const VOICED: &str =
    "カガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボウヴワヷヲヺ";

/// 半濁音, likewise.
const HALF_VOICED: &str = "ハパヒピフプヘペホポ";

const HALF_DAKUTEN: char = 'ﾞ';
const HALF_HANDAKUTEN: char = 'ﾟ';

/// The one space between the parts of a stored name.
pub const NAME_SPACE: char = '\u{3000}';

/// What is wrong with a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KanaFault {
    /// A character other than katakana and the space.
    Charset,
    /// No space between the parts, or more than one in a row, or one at an end.
    Separator,
    /// A ﾞ or ﾟ after a sign that cannot take it.
    StrayDakuten,
}

fn full_width(half: char) -> Option<char> {
    let offset = usize::try_from(u32::from(half).checked_sub(0xFF61)?).ok()?;
    FULL_WIDTH.get(offset).copied()
}

fn joined(base: char, mark: char) -> Option<char> {
    let table = if mark == HALF_DAKUTEN { VOICED } else { HALF_VOICED };
    let mut signs = table.chars();
    while let (Some(plain), Some(marked)) = (signs.next(), signs.next()) {
        if plain == base {
            return Some(marked);
        }
    }
    None
}

fn is_mark(character: char) -> bool {
    character == HALF_DAKUTEN || character == HALF_HANDAKUTEN
}

/// Half-width katakana made full-width, ﾞ and ﾟ joined to their base; every other character stays.
pub fn widen_kana(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match full_width(character) {
            Some(mark) if is_mark(character) => match out.pop() {
                Some(base) => match joined(base, character) {
                    Some(marked) => out.push(marked),
                    None => out.extend([base, mark]),
                },
                None => out.push(mark),
            },
            Some(full) => out.push(full),
            None => out.push(character),
        }
    }
    out
}

/// The reading as it is stored: full-width katakana, one U+3000 between the parts, none at the ends.
pub fn canonical_kana(text: &str) -> String {
    unify_spaces(&katakana(&widen_kana(text)))
}

/// The name as it is shown: the received text without control characters, with one U+3000 between the parts.
pub fn display_name(text: &str) -> String {
    unify_spaces(text)
}

/// The key that names and readings are searched by: NFKC, variants of kanji folded to one, hiragana to
/// katakana, spaces and variation selectors removed. Never stored as a name.
pub fn search_fold(text: &str) -> String {
    let plain: String =
        text.nfkc().filter(|c| !c.is_whitespace() && !is_selector(*c)).map(fold_variant).collect();
    katakana(&plain)
}

fn unify_spaces(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let parts: Vec<&str> = plain.split_whitespace().collect();
    parts.join("\u{3000}")
}

fn is_selector(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{200b}'..='\u{200d}')
}

/// Hiragana ぁ–ゖ and the iteration marks lie 0x60 below their katakana.
fn katakana(text: &str) -> String {
    let raise = |c: char| match c {
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
        _ => c,
    };
    text.chars().map(raise).collect()
}

/// Variants that are one name to who searches (人名 の異体字).
fn fold_variant(character: char) -> char {
    const PAIRS: [(&str, char); 20] = [
        ("髙", '高'),
        ("﨑嵜碕", '崎'),
        ("齋齊斉", '斎'),
        ("邊邉", '辺'),
        ("澤", '沢'),
        ("濱濵", '浜'),
        ("廣", '広'),
        ("櫻", '桜'),
        ("龍", '竜'),
        ("𠮷", '吉'),
        ("國", '国'),
        ("嶋嶌", '島'),
        ("惠", '恵'),
        ("眞", '真'),
        ("冨", '富'),
        ("槇", '槙'),
        ("德", '徳'),
        ("瀨", '瀬'),
        ("榮", '栄'),
        ("條", '条'),
    ];
    PAIRS.iter().find(|(variants, _)| variants.contains(character)).map_or(character, |(_, plain)| *plain)
}

/// The faults of a reading in half-width katakana, as files carry it. A wrong character hides the others.
pub fn half_width_faults(text: &str) -> Vec<KanaFault> {
    if !text.chars().all(|c| c == ' ' || full_width(c).is_some()) {
        return vec![KanaFault::Charset];
    }
    let stray = text.chars().scan(None, |before: &mut Option<char>, c| {
        let base = before.replace(c).and_then(full_width);
        Some(is_mark(c) && base.and_then(|base| joined(base, c)).is_none())
    });
    let mut faults = separator_fault(text, ' ');
    if stray.into_iter().any(|stray| stray) {
        faults.push(KanaFault::StrayDakuten);
    }
    faults
}

/// The faults of a reading after [`canonical_kana`]: katakana of the full width and one space.
pub fn canonical_faults(text: &str) -> Vec<KanaFault> {
    if text.contains(['゛', '゜', '\u{3099}', '\u{309a}']) {
        return vec![KanaFault::StrayDakuten];
    }
    if !text.chars().all(|c| matches!(c, 'ァ'..='ヾ' | '。' | '「' | '」' | '、' | NAME_SPACE)) {
        return vec![KanaFault::Charset];
    }
    separator_fault(text, NAME_SPACE)
}

fn separator_fault(text: &str, space: char) -> Vec<KanaFault> {
    let parts: Vec<&str> = text.split(space).collect();
    if parts.len() < 2 || parts.iter().any(|part| part.is_empty()) {
        vec![KanaFault::Separator]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn half_width_becomes_full_width() {
        assert_eq!(widen_kana("ﾊﾞﾊﾟｳﾞｶﾟﾞｱABC漢"), "バパヴカ゜゛アABC漢");
        assert_eq!(canonical_kana("ﾐﾎﾝ  ｲﾁﾛｳ "), "ミホン　イチロウ");
        assert_eq!(canonical_kana("みほん いちろう"), "ミホン　イチロウ");
        assert_eq!(canonical_kana("ジョー　ｼﾞｮｰ"), "ジョー　ジョー");
    }

    #[test]
    fn faults_of_half_width_readings() {
        use KanaFault::{Charset, Separator, StrayDakuten};
        let cases: [(&str, &[KanaFault]); 12] = [
            ("ﾐﾎﾝ ｲﾁﾛｳ", &[]),
            ("ﾐﾎﾝ ｼﾞｮﾝ ｳﾞｨ", &[]),
            ("タメシ ジロウ", &[Charset]),
            ("ﾀﾒｼ-ｼﾞﾛｳ", &[Charset]),
            ("ﾀﾒｼ　ｼﾞﾛｳ", &[Charset]),
            ("ﾀﾒｼｼﾞﾛｳ", &[Separator]),
            ("ﾀﾒｼ  ｼﾞﾛｳ", &[Separator]),
            (" ﾀﾒｼ ｼﾞﾛｳ", &[Separator]),
            ("ﾀﾒｼ ", &[Separator]),
            ("ﾀﾒｼ ﾞﾛｳ", &[StrayDakuten]),
            ("ﾀﾒｼ ｱﾞ", &[StrayDakuten]),
            ("ｶﾟﾀ", &[Separator, StrayDakuten]),
        ];
        for (text, expected) in cases {
            assert_eq!(half_width_faults(text), expected, "{text}");
        }
        assert_eq!(half_width_faults("ﾊ ｶﾞﾞ"), [StrayDakuten]);
        assert_eq!(canonical_faults("ミホン　イチロウ"), []);
        assert_eq!(canonical_faults("ミホン"), [Separator]);
        assert_eq!(canonical_faults("見本　太郎"), [Charset]);
        assert_eq!(canonical_faults("ア゛　イ"), [StrayDakuten]);
    }

    #[test]
    fn search_finds_variants_and_any_width() {
        assert_eq!(search_fold("髙﨑　①郎"), "高崎1郎");
        assert_eq!(search_fold("齋藤 齊"), search_fold("斎藤斉"));
        assert_eq!(search_fold("みほん いちろう"), search_fold("ﾐﾎﾝ ｲﾁﾛｳ"));
        assert_eq!(search_fold("葛\u{e0100}城"), "葛城");
        assert_eq!(display_name(" 見本 \n 太郎\u{0}"), "見本　太郎");
    }

    proptest! {
        /// The own table agrees with Unicode's compatibility forms wherever these have one sign.
        #[test]
        fn agrees_with_nfkc(text in "[ｦ-ﾝ]{0,12}") {
            prop_assert_eq!(widen_kana(&text), text.nfkc().collect::<String>());
        }

        #[test]
        fn clean_readings_stay_clean(text in "([ｱ-ﾝ]|ｶﾞ|ﾊﾟ){1,6} ([ｱ-ﾝ]|ｼﾞ|ﾎﾞ){1,6}") {
            prop_assert_eq!(half_width_faults(&text), []);
            let canonical = canonical_kana(&text);
            prop_assert_eq!(canonical_faults(&canonical), []);
            prop_assert_eq!(canonical_kana(&canonical), canonical);
        }
    }
}
