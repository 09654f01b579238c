//! Where letters to a person go. Pure: every module that sends something asks here.

use chrono::NaiveDate;

/// An address as it is recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// 郵便番号.
    pub postal_code: Option<String>,
    /// 住所; without it there is nowhere to send to.
    pub text: Option<String>,
}
/// Where letters to a protected person go, as recorded with the protection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Name on the envelope, where it is not the person's own.
    pub name: Option<String>,
    /// 郵便番号.
    pub postal_code: Option<String>,
    /// 住所.
    pub text: String,
}
/// Which address it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailingSource {
    /// 支援措置の送付先: recorded with the protection.
    Protection,
    /// 連絡先住所.
    Contact,
    /// 住民票住所.
    Resident,
}
/// Where a letter goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailing {
    /// Which address it is.
    pub source: MailingSource,
    /// Name on the envelope, where it is not the person's own.
    pub name: Option<String>,
    /// 郵便番号.
    pub postal_code: Option<String>,
    /// 住所.
    pub text: String,
}

/// Where letters to a person go: while a protection holds, to the letter address recorded with it and nowhere else; otherwise to the
/// contact address, else to the resident address. `None` when no address is known: nothing may be sent.
pub fn mailing_address(protection: Option<&Letter>, contact: &Place, resident: &Place) -> Option<Mailing> {
    if let Some(letter) = protection {
        return Some(Mailing {
            source: MailingSource::Protection,
            name: letter.name.clone(),
            postal_code: letter.postal_code.clone(),
            text: letter.text.clone(),
        });
    }
    let to = |source, place: &Place| {
        let text = place.text.clone().filter(|t| !t.trim().is_empty())?;
        Some(Mailing { source, name: None, postal_code: place.postal_code.clone(), text })
    };
    to(MailingSource::Contact, contact).or_else(|| to(MailingSource::Resident, resident))
}

/// Until when a protection holds once it is prolonged: to a later day; without a day, for good; and where a letter address comes with it, to the
/// recorded end when that is stated again or nothing is stated. `None` when it would hold no longer than it does: to end it takes two.
#[allow(clippy::option_option)]
pub fn prolonged(
    recorded: Option<NaiveDate>,
    asked: Option<NaiveDate>,
    has_letter: bool,
) -> Option<Option<NaiveDate>> {
    match (recorded, asked) {
        (was, None) if has_letter => Some(was),
        (Some(_), None) => Some(None),
        (Some(was), Some(to)) if to > was || (to == was && has_letter) => Some(Some(to)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_protection_that_is_prolonged_never_holds_shorter() {
        let day = |text: &str| Some(text.parse::<NaiveDate>().unwrap());
        let end = day("2027-11-22");
        for (recorded, asked, has_letter, expected) in [
            (end, day("2028-11-22"), false, Some(day("2028-11-22"))),
            (end, None, false, Some(None)),
            (end, None, true, Some(end)),
            (end, end, true, Some(end)),
            (end, end, false, None),
            (end, day("2027-11-21"), false, None),
            (end, day("2027-11-21"), true, None),
            (None, day("2030-01-01"), true, None),
            (None, day("2030-01-01"), false, None),
            (None, None, false, None),
            (None, None, true, Some(None)),
        ] {
            assert_eq!(
                prolonged(recorded, asked, has_letter),
                expected,
                "{recorded:?} {asked:?} {has_letter}"
            );
        }
    }

    fn place(text: &str) -> Place {
        Place { postal_code: Some("999-0001".into()), text: (!text.is_empty()).then(|| text.into()) }
    }
    #[test]
    fn letters_go_to_the_contact_address_and_else_to_the_resident_one() {
        let source = |contact, resident| {
            mailing_address(None, &place(contact), &place(resident)).map(|m| (m.source, m.text))
        };
        assert_eq!(source("見本町１", "架空町２"), Some((MailingSource::Contact, "見本町１".into())));
        assert_eq!(source("", "架空町２"), Some((MailingSource::Resident, "架空町２".into())));
        assert_eq!(source("　", "架空町２"), Some((MailingSource::Resident, "架空町２".into())));
        assert_eq!(source("", ""), None);
    }
    #[test]
    fn letters_to_a_protected_person_go_to_the_letter_address_and_nowhere_else() {
        let letter =
            Letter { name: Some("見本　気付".into()), postal_code: None, text: "私書箱９".into() };
        let found = mailing_address(Some(&letter), &place("見本町１"), &place("架空町２"));
        let expected = Mailing {
            source: MailingSource::Protection,
            name: Some("見本　気付".into()),
            postal_code: None,
            text: "私書箱９".into(),
        };
        assert_eq!(found, Some(expected));
    }
}
