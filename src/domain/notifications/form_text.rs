//! What every form has in common: whom it names, its texts, its canonical form.

use super::forms::{Address, Overseas};
use super::kinds::{Card, Form, Head, Texts};
use crate::values::kana::canonical_kana;

impl Form {
    /// 被保険者整理番号, when given.
    pub fn office_number(&self) -> Option<&str> {
        self.body().head()?.office_number
    }

    /// 被保険者証番号(健保組合), when given.
    pub fn insured_number(&self) -> Option<&str> {
        self.body().head()?.insured_number
    }

    /// Whom it names; none for a form about an office.
    pub(super) fn head(&self) -> Option<Head<'_>> {
        self.body().head()
    }

    /// 記号・番号, of a form that names its person by them.
    pub fn card(&self) -> Option<Card<'_>> {
        self.body().card()
    }

    /// 適用年月, 改定年月 or 支払年月日 of a report of pay, 開始年月日 of a leave; empty for the other forms. Of one person several may wait at once.
    pub fn period(&self) -> String {
        self.body().period()
    }

    /// The same facts in the one form they are stored in: readings in full width with the received text
    /// beside them where it differs, empty texts absent, postal codes without hyphen, the usual class of an
    /// acquisition filled in. To be applied once, to what a caller sent.
    #[must_use]
    pub fn normalised(mut self) -> Self {
        let body = self.body_mut();
        if let Some(head) = body.head_texts() {
            canonical(head.name_kana, head.name_kana_raw);
            drop_empty(head.optional);
        }
        body.tidy();
        self
    }

    /// Every text of the form under its field key, also those of its entries.
    pub(super) fn texts(&self) -> Texts<'_> {
        let mut texts = Vec::new();
        if let Some(head) = self.head() {
            let given = [
                ("name_kana", Some(head.name_kana)),
                ("office_number", head.office_number),
                ("name_kana", head.name_kana_raw),
                ("name", head.name),
                ("insured_number", head.insured_number),
            ];
            texts.extend(given.into_iter().filter_map(|(key, text)| Some((key, text?))));
        }
        self.body().push_texts(&mut texts);
        texts
    }
}

/// Adds the texts that are given.
pub(super) fn push_given<'a, const N: usize>(
    texts: &mut Texts<'a>,
    given: [(&'static str, &'a Option<String>); N],
) {
    texts.extend(given.into_iter().filter_map(|(key, text)| Some((key, text.as_deref()?))));
}

/// Adds the texts of 住民票住所.
pub(super) fn push_resident_address<'a>(texts: &mut Texts<'a>, address: Option<&'a Address>) {
    if let Some(address) = address {
        push_given(
            texts,
            [
                ("resident_address.postal_code", &address.postal_code),
                ("resident_address.kana", &address.kana),
                ("resident_address.text", &address.text),
            ],
        );
    }
}

/// The reading in full width, with what was received beside it where it differs.
pub(super) fn canonical(kana: &mut String, raw: &mut Option<String>) {
    let stored = canonical_kana(kana);
    let received = std::mem::replace(kana, stored);
    *raw = (received != *kana).then_some(received);
}

/// Empty texts are absent.
pub(super) fn drop_empty<'a>(texts: impl IntoIterator<Item = &'a mut Option<String>>) {
    for text in texts {
        if text.as_deref().is_some_and(|text| text.trim().is_empty()) {
            *text = None;
        }
    }
}

/// What a form does with its texts, of which the remarks (備考) are the only one.
macro_rules! remarks_alone {
    () => {
        fn tidy(&mut self) {
            $crate::domain::notifications::form_text::drop_empty([&mut self.remarks]);
        }
        fn push_texts<'a>(&'a self, texts: &mut $crate::domain::notifications::kinds::Texts<'a>) {
            $crate::domain::notifications::form_text::push_given(texts, [("remarks", &self.remarks)]);
        }
    };
}
pub(super) use remarks_alone;

/// An address without empty parts, absent when it has none; the postal code without its hyphen.
pub(super) fn tidy_address(address: &mut Option<Address>) {
    let Some(inner) = address else { return };
    drop_empty([&mut inner.postal_code, &mut inner.kana, &mut inner.text]);
    tidy_postal_code(&mut inner.postal_code);
    if inner.postal_code.is_none() && inner.kana.is_none() && inner.text.is_none() {
        *address = None;
    }
}

/// A 郵便番号 without its hyphen.
pub(super) fn tidy_postal_code(code: &mut Option<String>) {
    if let Some(code) = code
        && code.len() == 8
        && code.find('-') == Some(3)
    {
        code.remove(3);
    }
}

/// 海外特例要件 without empty texts.
pub(super) fn tidy_overseas(overseas: &mut Option<Overseas>) {
    if let Some(inner) = overseas {
        drop_empty([&mut inner.reason_text, &mut inner.end_text]);
    }
}
