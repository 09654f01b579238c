//! 媒体管理レコード・事業所情報 — the five lines before the data records.

use chrono::NaiveDate;

use super::charset::decode;
use super::lines::Line;
use super::{FileError, OfficeRef};
use crate::domain::notifications::findings::Code;
use crate::domain::notifications::layout::Profile;
use crate::domain::notifications::rows::PensionOffice;
use crate::values::number_run::contains_number_run;
use crate::values::wareki::parse_gregorian;

pub(super) struct Header {
    pub profile: Profile,
    pub media_sequence: u16,
    pub made_on: NaiveDate,
    pub office: OfficeRef,
}

/// 代表届書コード of every SHFD file.
const REPRESENTATIVE_CODE: &str = "22223";

/// The pension offices' 都道府県コード (仕様書 参考資料3); not the JIS code.
const PENSION_PREFECTURES: &str = "01 02 03 04 05 06 07 08 09 10 11 12 21 31 32 33 34 35 36 37 38 39 41 42 51 52 53 \
                                   54 55 56 57 58 59 60 61 71 72 73 74 75 76 77 78 79 80 81 82";

/// The header lines and the data lines.
pub(super) fn split<'l, 'a>(lines: &'l [Line<'a>]) -> Result<(&'l [Line<'a>; 5], &'l [Line<'a>]), FileError> {
    let (head, body) = lines.split_first_chunk::<5>().ok_or(FileError::whole(Code::Header))?;
    for (line, mark) in [(&head[1], b"[kanri]".as_slice()), (&head[4], b"[data]".as_slice())] {
        if line.bytes != mark {
            return Err(at(Code::Header, line, []));
        }
    }
    Ok((head, body))
}

/// Reads lines 1, 3 and 4. Errors name line and field.
pub(super) fn read(head: &[Line<'_>; 5], file_name: Option<&str>) -> Result<Header, FileError> {
    let [media, _, count, office, _] = head;
    let media_fields = texts(media)?;
    let profile = profile_of(media, &media_fields)?;
    check_file_name(file_name, profile)?;
    check_count(count)?;
    let office_fields = texts(office)?;
    match profile {
        Profile::Shfd162 => read_shfd(media, &media_fields, office, &office_fields),
        Profile::Kpfd37A => read_kpfd(media, &media_fields, office, &office_fields),
    }
}

fn at<const N: usize>(code: Code, line: &Line<'_>, fields: [u16; N]) -> FileError {
    FileError { code, line: Some(line.no), fields: fields.to_vec() }
}

/// The fields of a head's line. The file is kept until its records are decided: no number may stand in its head.
fn texts(line: &Line<'_>) -> Result<Vec<String>, FileError> {
    let mut out = Vec::new();
    for (no, bytes) in (1u16..).zip(line.bytes.split(|byte| *byte == b',')) {
        let decoded = decode(bytes);
        if let Some(code) = decoded.fault {
            return Err(at(code, line, [no]));
        }
        if contains_number_run(&decoded.text) {
            return Err(at(Code::NumberInText, line, [no]));
        }
        out.push(decoded.text);
    }
    Ok(out)
}

/// SHFD has six fields of which the last is 22223, KPFD eight. Five fields with 22223 are the old format.
fn profile_of(media: &Line<'_>, fields: &[String]) -> Result<Profile, FileError> {
    match (fields.len(), fields.last().map(String::as_str)) {
        (6, Some(REPRESENTATIVE_CODE)) => Ok(Profile::Shfd162),
        (5, Some(REPRESENTATIVE_CODE)) => Err(at(Code::HeaderLegacy, media, [])),
        (6, _) => Err(at(Code::Header, media, [6])),
        (8, _) => Ok(Profile::Kpfd37A),
        _ => Err(at(Code::Header, media, [])),
    }
}

/// A name of the exchange must be that of the records. 厚生年金基金 files (KNFD) are known and not taken.
fn check_file_name(file_name: Option<&str>, profile: Profile) -> Result<(), FileError> {
    let name = file_name.unwrap_or_default().to_ascii_uppercase();
    let family = |family: &str| name.starts_with(family);
    if family("KNFD") {
        return Err(FileError::whole(Code::FormNotAccepted));
    }
    let is_known = family("SHFD") || family("KPFD");
    if is_known && name != profile.file_name() {
        return Err(FileError::whole(Code::FileName));
    }
    Ok(())
}

/// 事業所数: exactly one office in electronic filing, written 001, 01 or 1.
fn check_count(line: &Line<'_>) -> Result<(), FileError> {
    let fields = texts(line)?;
    match fields.as_slice() {
        [_, count] if matches!(count.as_str(), "1" | "01" | "001") => Ok(()),
        [_, _] => Err(at(Code::Count, line, [2])),
        _ => Err(at(Code::Header, line, [])),
    }
}

fn read_shfd(
    media: &Line<'_>,
    first: &[String],
    line: &Line<'_>,
    office: &[String],
) -> Result<Header, FileError> {
    let ([prefecture, city, symbol, sequence, made_on, _], [o1, o2, o3, number, rest @ ..]) = (first, office)
    else {
        return Err(at(Code::Header, line, []));
    };
    check_office_text(line, rest, 5)?;
    let known = [is_pension_prefecture(o1), is_city(o2), is_office_symbol(o3), is_office_no(number)];
    for (no, valid) in (1u16..).zip(known) {
        if !valid {
            return Err(at(Code::Header, line, [no]));
        }
    }
    // A labour consultant (社労士) leaves 1 and 2 empty and gives the consultant's code in 3.
    let is_consultant = prefecture.is_empty() && city.is_empty() && !symbol.is_empty();
    if !is_consultant && (prefecture, city, symbol) != (o1, o2, o3) {
        return Err(at(Code::OfficeMismatch, media, [1, 2, 3]));
    }
    let pension = PensionOffice {
        prefecture: o1.clone(),
        city: o2.clone(),
        symbol: o3.clone(),
        number: Some(number.clone()),
    };
    Ok(Header {
        profile: Profile::Shfd162,
        media_sequence: read_sequence(sequence).ok_or(at(Code::Header, media, [4]))?,
        made_on: parse_gregorian(made_on).ok_or(at(Code::Header, media, [5]))?,
        office: OfficeRef { society_number: None, pension: Some(pension) },
    })
}

fn read_kpfd(
    media: &Line<'_>,
    first: &[String],
    line: &Line<'_>,
    office: &[String],
) -> Result<Header, FileError> {
    let ([number, sequence, made_on, ..], [second, rest @ ..]) = (first, office) else {
        return Err(at(Code::Header, line, []));
    };
    check_office_text(line, rest, 2)?;
    if !(1..=7).contains(&number.len()) || !is_digits(number) {
        return Err(at(Code::Header, media, [1]));
    }
    if number != second {
        return Err(at(Code::OfficeMismatch, line, [1]));
    }
    Ok(Header {
        profile: Profile::Kpfd37A,
        media_sequence: read_sequence(sequence).ok_or(at(Code::Header, media, [2]))?,
        made_on: parse_gregorian(made_on).ok_or(at(Code::Header, media, [3]))?,
        office: OfficeRef { society_number: Some(number.clone()), pension: None },
    })
}

/// 郵便番号 3+4, 所在地 75 bytes, 名称 50, 事業主氏名, 電話 ×3: eight fields with these bounds.
fn check_office_text(line: &Line<'_>, fields: &[String], first_no: u16) -> Result<(), FileError> {
    const LONGEST: [usize; 8] = [3, 4, 37, 25, 12, 5, 4, 5];
    const DIGITS: [bool; 8] = [true, true, false, false, false, true, true, true];
    if fields.len() != LONGEST.len() {
        return Err(at(Code::Header, line, []));
    }
    for (no, (text, (longest, digits))) in
        (first_no..).zip(fields.iter().zip(LONGEST.into_iter().zip(DIGITS)))
    {
        // Half-width katakana count half, as in bytes.
        let halves: usize = text.chars().map(|c| if c.is_ascii() || is_half_kana(c) { 1 } else { 2 }).sum();
        let longest = if digits { longest } else { longest * 2 + 1 };
        if halves > longest || (digits && !is_digits(text)) {
            return Err(at(Code::Header, line, [no]));
        }
    }
    Ok(())
}

fn read_sequence(text: &str) -> Option<u16> {
    let number = (text.len() == 3 && is_digits(text)).then(|| text.parse().ok())?;
    number.filter(|number| (1..=999).contains(number))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_half_kana(character: char) -> bool {
    ('\u{ff61}'..='\u{ff9f}').contains(&character)
}

pub(super) fn is_pension_prefecture(text: &str) -> bool {
    text.len() == 2 && PENSION_PREFECTURES.split_ascii_whitespace().any(|code| code == text)
}

/// 郡市区符号: two digits, not 00 or 99.
pub(super) fn is_city(text: &str) -> bool {
    text.len() == 2 && is_digits(text) && text != "00" && text != "99"
}

/// 事業所記号: one to four letters and digits, or half-width katakana; not all zeros.
pub(super) fn is_office_symbol(text: &str) -> bool {
    let one_kind = text.bytes().all(|byte| byte.is_ascii_alphanumeric()) || text.chars().all(is_half_kana);
    (1..=4).contains(&text.chars().count()) && one_kind && text.bytes().any(|byte| byte != b'0')
}

/// 事業所番号: one to five digits, not all zeros.
pub(super) fn is_office_no(text: &str) -> bool {
    (1..=5).contains(&text.len()) && is_digits(text) && text.bytes().any(|byte| byte != b'0')
}
