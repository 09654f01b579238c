//! 検査用数字 — check digits of numbers that are no secret: corporations and insurers.

/// 法人番号: the first of its 13 digits follows from the other twelve, 9 less the remainder by 9 of their sum, counted from the right with
/// the weights 1 and 2 by turns (法人番号の指定等に関する省令2条). Gives the right digit 1 to 9; nothing unless the text is 13 ASCII digits.
pub fn corporate_number(text: &str) -> Option<u8> {
    let digits: [u8; 13] = digits(text)?;
    let (_, rest) = digits.split_first()?;
    let sum: u32 = rest.iter().rev().zip([1, 2].iter().cycle()).map(|(d, w)| u32::from(*d) * w).sum();
    u8::try_from(9 - sum % 9).ok()
}

/// 保険者番号: the last of its 8 digits; the others, doubled by turns from the right and their digits summed, are brought up to the next ten
/// (保険者番号等の設定要領). Gives the right digit; nothing unless the text is 8 ASCII digits.
pub fn insurer_number(text: &str) -> Option<u8> {
    let digits: [u8; 8] = digits(text)?;
    let (_, rest) = digits.split_last()?;
    let weighed = rest.iter().rev().zip([2, 1].iter().cycle()).map(|(d, w)| u32::from(*d) * w);
    let sum: u32 = weighed.map(|n| n / 10 + n % 10).sum();
    u8::try_from((10 - sum % 10) % 10).ok()
}

fn digits<const N: usize>(text: &str) -> Option<[u8; N]> {
    let bytes: [u8; N] = text.as_bytes().try_into().ok()?;
    bytes.iter().all(u8::is_ascii_digit).then(|| bytes.map(|b| b - b'0'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn agrees(file: &str, rule: fn(&str) -> Option<u8>, place: usize) {
        let rows: Vec<Vec<&str>> =
            file.lines().filter(|l| !l.starts_with('#')).skip(1).map(|l| l.split(',').collect()).collect();
        assert!(rows.len() >= 70);
        for row in rows {
            let digit = rule(row[1]);
            assert_eq!(digit.map(|d| d.to_string()).unwrap_or_default(), row[3], "{}", row[0]);
            let is_valid = digit.is_some_and(|d| row[1].as_bytes()[place] == b'0' + d);
            assert_eq!(is_valid, row[2] == "Y", "{}", row[0]);
        }
    }

    #[test]
    fn published_vectors_hold() {
        agrees(include_str!("../../vectors/corporate_number_check_digit.csv"), corporate_number, 0);
        agrees(include_str!("../../vectors/insurer_number_check_digit.csv"), insurer_number, 7);
    }
}
