//! 点検結果 — what the checks of a notification say, for both channels.

use std::fmt;

use serde::{Serialize, Serializer};

use super::layout::Layout;

/// How heavy a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The notification stands; somebody should know.
    Warning,
    /// The notification stands, but a clerk decides what was meant.
    Review,
    /// The notification is refused.
    Error,
}

/// A message in both languages. Never holds any part of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// 日本語.
    pub ja: &'static str,
    /// English.
    pub en: &'static str,
}

macro_rules! findings {
    ($($variant:ident $severity:ident $name:literal $ja:literal $en:literal;)*) => {
        /// The kinds of finding. Several may share a published name where only the hint differs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = concat!("`", $name, "`: ", $en)] $variant,)*
        }

        impl Code {
            /// Every kind, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The published name: E-… refuses, W-… does not.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How heavy it is.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// What it means, in both languages.
            pub const fn message(self) -> Message {
                match self { $(Self::$variant => Message { ja: $ja, en: $en },)* }
            }
        }
    };
}

findings! {
    Encoding Error "E-ENCODING" "Shift_JISとして読めない文字があります。" "A character cannot be read as Shift_JIS.";
    EncodingBom Error "E-ENCODING" "BOM付きのファイルは受け付けません。Shift_JISで作成してください。" "A byte-order mark was found; Shift_JIS is required.";
    EncodingUtf8 Error "E-ENCODING" "UTF-8のファイルは受け付けません。Shift_JISで作成してください。" "UTF-8 was found; Shift_JIS is required.";
    EncodingStrict Error "E-ENCODING" "JIS第1・第2水準以外の文字は使用できません。" "Only characters of JIS X 0208 are taken.";
    Control Error "E-ENCODING" "制御文字は使用できません。" "Control characters are not taken.";
    Gaiji Error "E-GAIJI" "外字は使用できません。" "Privately assigned characters (gaiji) are not taken.";
    LineEnd Error "E-LINE-END" "改行がありません。" "The file has no line ends.";
    Header Error "E-HEADER" "管理レコードが仕様と異なります。" "A header record differs from the specification.";
    HeaderLegacy Error "E-HEADER" "旧様式の媒体管理レコードです。現行の届書作成仕様書で作成してください。" "The media record is of a superseded format; use the current specification.";
    FileName Error "E-HEADER" "ファイル名と媒体管理レコードの様式が一致しません。" "The file name and the media record name different formats.";
    FileTooLarge Error "E-LENGTH" "ファイルは4.5MB未満にしてください。" "A file must be smaller than 4,500,000 bytes.";
    Count Error "E-COUNT" "件数が仕様と異なります。" "A count differs from the specification or from what is there.";
    FormCode Error "E-FORM-CODE" "届書コードが不明です。" "The form code is unknown.";
    FormCodeLegacy Error "E-FORM-CODE" "旧様式(8桁)の届書コードです。現行の7桁の様式で作成してください。" "An eight-digit form code of a superseded format; use the current seven-digit form.";
    FormNotAccepted Error "E-FORM-NOT-ACCEPTED" "この届書はまだ受け付けていません。" "This form is known but not accepted yet.";
    FieldCount Error "E-FIELD-COUNT" "項目数が届書の仕様と異なります。" "The number of fields differs from the form's layout.";
    Required Error "E-REQUIRED" "必須の項目が空です。" "A required field is empty.";
    MustBeEmpty Error "E-MUST-BE-EMPTY" "この場合は空でなければならない項目です。" "A field must be empty in this case.";
    InvalidCode Error "E-CODE" "コード表にない値です。" "The value is not in the code table of the field.";
    Length Error "E-LENGTH" "桁数または文字数が仕様と異なります。" "The length differs from what the field takes.";
    CharsetHalfKana Error "E-CHARSET-HALFKANA" "フリガナに使用できない文字があります。" "A reading holds a character that it may not hold.";
    NameSeparator Error "E-NAME-SEPARATOR" "氏と名の間は空白1文字で区切ってください。" "Exactly one space must part the names.";
    AddressSpace Error "E-NAME-SEPARATOR" "住所に半角空白または連続する空白は使用できません。" "An address holds a half-width space or two spaces in a row.";
    KanaStrayDakuten Error "E-KANA-STRAY-DAKUTEN" "濁点・半濁点の位置が正しくありません。" "A voicing mark follows a sign that cannot take it.";
    DateNotReal Error "E-DATE-NOT-REAL" "存在しない日付です。" "The calendar has no such day.";
    DateOutsideEra Error "E-DATE-NOT-REAL" "元号の期間外の日付です。" "The day lies outside its era.";
    FutureDate Error "E-FUTURE-DATE" "届出日より後の日付です。" "The day lies after the day of filing.";
    DateRelation Error "E-DATE-RELATION" "日付の前後関係が正しくありません。" "Two dates do not fit together.";
    Sum Error "E-SUM" "合計額が正しくありません。" "A total is wrong or too small.";
    Days Error "E-DAYS" "支払基礎日数が正しくありません。" "The days that pay was counted for are wrong or too few.";
    MynumberCheckDigit Error "E-MYNUMBER-CHECK-DIGIT" "個人番号が正しくありません。" "The personal number is not twelve digits with the right check digit.";
    MynumberDuplicate Error "E-MYNUMBER-DUPLICATE" "同じ個人番号が複数の箇所にあります。" "The same personal number stands in more than one place.";
    NumberInText Error "E-NUMBER-IN-TEXT" "個人番号とみられる12桁の数字が含まれています。" "A text holds twelve digits in a row, which may be a personal number.";
    DuplicateInFile Error "E-DUPLICATE-IN-FILE" "同じ届出が重複しています。" "The same notification appears twice.";
    DuplicateFile Error "E-DUPLICATE-FILE" "同じファイルが既に提出されています。" "The same file was submitted before.";
    DuplicatePending Error "E-DUPLICATE-PENDING" "同じ被保険者整理番号の届出が審査中です。" "A notification for the same office number waits for a decision.";
    DuplicatePendingMonth Error "E-DUPLICATE-PENDING" "同じ月の報告が審査中です。" "A report of the same month waits for a decision.";
    BonusPaid Error "E-BONUS-PAID" "この月の賞与が登録されています。" "A bonus of this month is registered.";
    FormElsewhere Error "E-FORM-OFFICE" "この届書はこの事業所では受け付けません。" "This form is not taken for this office.";
    PersonNotFound Error "E-PERSON-NOT-FOUND" "該当する被保険者または被扶養者がいません。" "The society knows no such insured person or dependent of this employer.";
    AlreadyInsured Error "E-ALREADY-INSURED" "すでにこの事業所の被保険者です。" "The person is insured at this employer already.";
    LeaveNotFound Error "E-LEAVE-NOT-FOUND" "この日に始まる休業は登録されていません。" "No leave that began on this day is known.";
    LeaveOverlap Error "E-LEAVE-OVERLAP" "他の休業と期間が重なっています。" "Another leave has days of it.";
    LeaveEnded Error "E-LEAVE-ENDED" "この休業は終了済みです。" "The leave has ended already.";
    StandsAgainst Error "E-STANDS-AGAINST" "訂正・取消と両立しない記録があります。先にその記録の届出が必要です。" "Something is recorded that the correction does not go with: that must be notified first.";
    NothingNew Error "E-NOTHING-NEW" "記録と変わりません。" "It is recorded like that already.";
    BeforeLaw Error "E-BEFORE-LAW" "健康保険法の施行前の日付です。" "The day lies before the law came into force.";
    Aged75 Error "E-AGE-75" "75歳の誕生日以後です。後期高齢者医療の被保険者になります。" "On the 75th birthday or later nobody is insured here: the medical care system for the elderly takes over.";
    OutsideCover Error "E-OUTSIDE-COVER" "資格取得日より前の日付です。" "The day lies before the cover of the person.";
    AfterLoss Error "E-AFTER-LOSS" "資格喪失後の日付または月です。" "The day or month lies after the loss of cover.";
    OfficeMismatch Error "E-OFFICE-MISMATCH" "事業所が事業所情報レコードと一致しません。" "The office differs from the office of the submission.";
    UnexpectedData Error "E-UNEXPECTED-DATA" "様式にない情報が記載されています。" "The notification holds data that its form does not have.";
    EraBoundary Review "W-ERA-BOUNDARY" "元号の期間外の日付です。確認します。" "The day lies outside its era; a clerk looks at it.";
    CharOutsideJisX0208 Review "W-CHAR-OUTSIDE-JISX0208" "JIS第1・第2水準以外の文字があります。確認します。" "A character lies outside JIS X 0208; a clerk looks at it.";
    Aged70 Review "W-AGE-70" "70歳以上ですが、70歳以上被用者該当の記載がありません。確認します。" "The person is 70 or over, and the mark for it is missing; a clerk looks at it.";
    LateNotice Warning "W-LATE-NOTICE" "事実の発生から5日を過ぎた届出です。" "The notice came more than five days after the event.";
    MynumberMissing Warning "W-MYNUMBER-MISSING" "個人番号の記載がありません。" "The personal number is missing.";
    MixedLineEnds Warning "W-LINE-END" "改行はCRLFにしてください。" "Lines should end with CR LF.";
    Trailing Warning "W-TRAILING" "ファイル末尾に空行または制御文字があります。" "Blank lines or an end-of-file mark follow the last record.";
    Quote Warning "W-QUOTE" "引用符はデータとして扱われます。" "Quotation marks are taken as data.";
    Cap Warning "W-CAP" "上限額を超えています。" "The amount exceeds the cap.";
    SameDayLoss Warning "W-SAME-DAY-LOSS" "退職後の継続再雇用です。同日の資格喪失届が必要です。" "Re-employed after retirement: the loss of the same day must have been notified.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One finding about one row or one form. Says where, never what stood there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What is wrong.
    pub code: Code,
    /// The field keys it is about, as [`super::kinds::Form`] names them.
    pub keys: Vec<&'static str>,
    /// The numbers of the file's fields, from 1; empty for JSON.
    pub fields: Vec<u16>,
    /// The earlier row it clashes with.
    pub other_row: Option<u32>,
}

impl Finding {
    /// A finding about field keys.
    pub fn at<const N: usize>(code: Code, keys: [&'static str; N]) -> Self {
        Self { code, keys: keys.to_vec(), fields: Vec::new(), other_row: None }
    }

    /// The keys as JSON pointers into the form.
    pub fn pointers(&self) -> impl Iterator<Item = String> + '_ {
        self.keys.iter().map(|key| format!("/{}", key.replace('.', "/")))
    }

    /// The same finding with the field numbers that a layout gives its keys.
    pub(super) fn located(mut self, layout: &Layout) -> Self {
        if self.fields.is_empty() {
            self.fields = layout.fields_of(&self.keys);
        }
        self
    }

    /// The heaviest severity among findings; nothing when there are none.
    pub fn heaviest(findings: &[Self]) -> Option<Severity> {
        findings.iter().map(|finding| finding.code.severity()).max()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn names_tell_the_severity() {
        for code in Code::ALL {
            let is_error = code.severity() == Severity::Error;
            assert_eq!(code.as_str().starts_with("E-"), is_error, "{code}");
            assert!(!code.message().ja.is_empty() && code.message().en.is_ascii(), "{code}");
        }
    }

    #[test]
    fn pointers_follow_the_keys() {
        let finding = Finding::at(Code::Required, ["name_kana", "others.0.birth_on"]);
        assert_eq!(finding.pointers().collect::<Vec<_>>(), ["/name_kana", "/others/0/birth_on"]);
    }
}
