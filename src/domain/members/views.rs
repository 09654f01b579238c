//! What callers see of insured persons.
use super::model::{EnrolmentVersion, IdentityVersion, MemberRow};
use crate::kernel::{ActorKind, Desk, Facts, Problem, Sight, page, vault::DisclosedNumber};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// 性別.
#[derive(Clone, Copy, Debug, Serialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum PersonSex {
    /// 男.
    Male,
    /// 女.
    Female,
    /// 未設定.
    Unset,
}
impl PersonSex {
    /// Out of the stored word.
    pub fn of(word: &str) -> Self {
        match word {
            "male" => Self::Male,
            "female" => Self::Female,
            _ => Self::Unset,
        }
    }
    /// The word as it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
            Self::Unset => "unset",
        }
    }
}
/// 加入区分.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum EnrolmentType {
    /// 強制.
    Compulsory,
    /// 任意継続.
    VoluntaryContinuation,
    /// 特例退職.
    SpecialRetiree,
}
impl EnrolmentType {
    /// Out of the stored word.
    pub fn of(word: &str) -> Self {
        match word {
            "voluntary_continuation" => Self::VoluntaryContinuation,
            "special_retiree" => Self::SpecialRetiree,
            _ => Self::Compulsory,
        }
    }
    /// The word as it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Compulsory => "compulsory",
            Self::VoluntaryContinuation => "voluntary_continuation",
            Self::SpecialRetiree => "special_retiree",
        }
    }
}
/// 前納区分 (健康保険法165条): for how long premiums are paid ahead.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Prepayment {
    /// 毎月納付.
    #[default]
    None,
    /// 半年前納.
    HalfYear,
    /// 一年前納.
    FullYear,
}
impl Prepayment {
    /// Out of the stored word; nothing of cover that knows no prepayment.
    pub fn of(word: Option<&str>) -> Option<Self> {
        Some(match word? {
            "half_year" => Self::HalfYear,
            "full_year" => Self::FullYear,
            _ => Self::None,
        })
    }
    /// The word as it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::HalfYear => "half_year",
            Self::FullYear => "full_year",
        }
    }
}
/// Is a personal number registered.
#[derive(Clone, Copy, Debug, Serialize, ToSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Registered {
    /// It is.
    Registered,
    /// It is not; the reason says why.
    NotRegistered,
}
/// Whether a personal number is registered, and if not, why. Never the number.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NumberState {
    /// Registered or not.
    pub state: Registered,
    /// 未登録理由 as a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    pub reason: Option<String>,
}
impl NumberState {
    /// Out of the stored words.
    pub fn of(state: &str, reason: Option<String>) -> Self {
        let state = if state == "registered" { Registered::Registered } else { Registered::NotRegistered };
        Self { state, reason }
    }
}
/// Reasons that tell how or where somebody lives (同居, 同一世帯でなくなった, 国内に住所を有しなくなった, 住民票がない), and what is told in their place.
const TELLING: [(&str, &str); 4] = [
    ("moved_in", "other"),
    ("left_household", "other"),
    ("left_japan", "other"),
    ("no_resident_record", "not_notified"),
];
/// What a caller sees of where the people of one row are: made by asking the policy, and needed to render any of it.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    sight: Option<Sight>,
    flag: Option<bool>,
    /// Today, for who does not belong to the society.
    outside_on: Option<NaiveDate>,
    /// The employer of the caller at which the person works beside the one of the cover: shown is the employment there, and of the cover its number.
    beside: Option<Uuid>,
}
impl Seen {
    /// Asks about a row with these facts. The flag itself is told to the society's people only.
    /// # Errors
    /// 401 before sign-in.
    pub fn of(desk: &Desk<'_>, facts: &Facts) -> Result<Self, Problem> {
        let actor = desk.actor()?;
        let is_ours = actor.kind == ActorKind::User;
        let flag = (facts.is_protected && is_ours).then_some(true);
        let mut theirs = facts.employers.iter().filter(|of| !is_ours && actor.employers.contains(of));
        let beside = theirs.next().copied().filter(|of| facts.employers.first() != Some(of));
        let outside_on = (!is_ours).then(|| desk.today());
        Ok(Self { sight: desk.sight(facts)?, flag, outside_on, beside })
    }
    /// The flag as it is shown.
    pub fn flag(self) -> Option<bool> {
        self.flag
    }
    /// Whether it may be seen where the people of the row are.
    pub fn sees(self) -> bool {
        self.sight.is_some()
    }
    /// A reason as a code. One that tells how or where somebody lives is told as another one that says nothing, to whoever may not see it: by
    /// its absence it would tell that there is something to hide.
    pub fn reason(self, code: String) -> String {
        let told = TELLING.iter().find(|t| t.0 == code && !self.sees()).map(|t| t.1);
        told.map_or(code, str::to_owned)
    }
    /// Something that tells where somebody is, if it may be seen.
    pub fn shown<T>(self, told: Option<T>) -> Option<T> {
        self.sight.and(told)
    }
    /// The state of a personal number, of which only the present is known. It tells of now: of cover that was over before, until this day, nothing is
    /// told to a former employer, and nothing at all to one beside the employer of the cover, which files it.
    pub fn number_state(
        self,
        (state, why): (Option<String>, Option<String>),
        until: Option<NaiveDate>,
    ) -> Option<NumberState> {
        let is_over =
            self.beside.is_some() || self.outside_on.zip(until).is_some_and(|(today, until)| until <= today);
        state.filter(|_| !is_over).map(|state| NumberState::of(&state, why.map(|why| self.reason(why))))
    }
}
/// 住所.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PostalAddress)]
pub struct Address {
    /// 郵便番号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 8)]
    postal_code: Option<String>,
    /// 住所.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 300)]
    text: Option<String>,
}
/// Both parts, or nothing; nothing to whoever may not see where the person is.
pub fn address(seen: Seen, postal_code: Option<String>, text: Option<String>) -> Option<Address> {
    let is_known = postal_code.is_some() || text.is_some();
    seen.shown(is_known.then_some(Address { postal_code, text }))
}

/// 取得理由 as an employer sees it at which the person works beside the one of the cover.
const BESIDE: &str = "concurrent_office";
/// An insured person (被保険者) as of a day. An employer at which the person works beside the one of the cover (二以上事業所勤務) sees the employment
/// there in the place of the cover: its 整理番号, its days and when they were filed, the reason `concurrent_office`; employer, 記号 and 番号 are those of
/// the cover, under which the forms of both are filed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    /// Immutable person id.
    pub id: Uuid,
    /// Employer.
    pub employer_id: Uuid,
    /// 記号.
    #[schema(max_length = 10)]
    pub symbol: String,
    /// 番号.
    #[schema(max_length = 10)]
    pub number: String,
    /// 枝番, two digits; not the 被保険者枝番 of the intermediate server.
    #[schema(max_length = 2)]
    pub branch: String,
    /// 被保険者整理番号 at the employer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10)]
    pub office_number: Option<String>,
    /// 氏名.
    #[schema(max_length = 100)]
    pub name: String,
    /// 氏名の振り仮名, full-width katakana.
    #[schema(max_length = 100)]
    pub name_kana: String,
    /// 生年月日.
    pub birth_on: NaiveDate,
    /// 性別.
    pub sex: PersonSex,
    /// 住民票住所.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resident_address: Option<Address>,
    /// 連絡先住所.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_address: Option<Address>,
    /// 電話番号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20)]
    pub phone: Option<String>,
    /// 支援措置: the person, or somebody of the household, is protected today; addresses and phone are shown to 適用 and 給付 alone. Told to
    /// people of the society only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protected: Option<bool>,
    /// 加入区分.
    pub enrolment_type: EnrolmentType,
    /// 資格取得年月日.
    pub acquired_on: NaiveDate,
    /// 取得理由 as a code.
    #[schema(max_length = 40)]
    pub acquisition_reason: String,
    /// 取得受付年月日.
    pub acquisition_received_on: NaiveDate,
    /// 喪失予定年月日.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned_loss_on: Option<NaiveDate>,
    /// 資格喪失年月日: the first day not covered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_on: Option<NaiveDate>,
    /// 喪失理由 as a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    pub loss_reason: Option<String>,
    /// 喪失受付年月日.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss_received_on: Option<NaiveDate>,
    /// 短時間労働者; absent for an employer beside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_time_worker: Option<bool>,
    /// 前納区分, as asked for; of 任意継続 and 特例退職 alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub prepayment: Option<Prepayment>,
    /// Whether a personal number is registered now, and if not, why; absent with `known_at`: replay leaves personal numbers out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal_number_state: Option<NumberState>,
    /// 個人番号: present only with a scoped token for this person; else absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{12}$", max_length = 12, nullable = false)]
    pub personal_number: Option<DisclosedNumber>,
}
/// Renders a row; the number only when the gate gave it, where the person is only when that may be seen.
pub fn member_view(r: MemberRow, personal_number: Option<DisclosedNumber>, seen: Seen) -> Member {
    let there = r.beside.iter().find(|o| Some(o.employer_id) == seen.beside).cloned();
    let shown = whole(r, personal_number, seen);
    let Some(there) = there else { return shown };
    // what was before that employment is not its employer's to see, nor what the office of the cover files and gives
    Member {
        office_number: there.office_number,
        acquired_on: there.from_on,
        acquisition_reason: BESIDE.into(),
        acquisition_received_on: there.received_on,
        planned_loss_on: None,
        lost_on: there.until_on,
        loss_reason: None,
        loss_received_on: None,
        short_time_worker: None,
        prepayment: None,
        ..shown
    }
}
fn whole(r: MemberRow, personal_number: Option<DisclosedNumber>, seen: Seen) -> Member {
    Member {
        id: r.person_id,
        employer_id: r.employer_id,
        symbol: r.symbol,
        number: r.number,
        branch: r.branch,
        office_number: r.office_number,
        name: r.name,
        name_kana: r.name_kana,
        birth_on: r.birth_on,
        sex: PersonSex::of(&r.sex),
        resident_address: address(seen, r.resident_postal_code, r.resident_address),
        contact_address: address(seen, r.contact_postal_code, r.contact_address),
        phone: seen.shown(r.phone),
        protected: seen.flag(),
        enrolment_type: EnrolmentType::of(&r.enrolment_type),
        acquired_on: r.acquired_on,
        acquisition_reason: r.acquisition_reason,
        acquisition_received_on: r.acquisition_received_on,
        planned_loss_on: r.planned_loss_on,
        lost_on: r.lost_on,
        loss_reason: r.loss_reason,
        loss_received_on: r.loss_received_on,
        short_time_worker: Some(r.short_time_worker),
        prepayment: Prepayment::of(r.prepayment_code.as_deref()),
        personal_number_state: seen.number_state((r.number_state, r.number_reason), r.lost_on),
        personal_number,
    }
}
/// One page of insured persons, and where it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberPage {
    /// Rows of this page.
    #[schema(max_items = 500)]
    pub items: Vec<Member>,
    /// Where the page stands.
    pub page: page::PageMeta,
}

/// A version of an identity.
#[derive(Serialize, ToSchema)]
pub struct Identity {
    /// 氏名.
    #[schema(max_length = 100)]
    name: String,
    /// 振り仮名.
    #[schema(max_length = 100)]
    name_kana: String,
    /// 生年月日.
    birth_on: NaiveDate,
    /// 性別.
    sex: PersonSex,
    /// 住民票住所.
    #[serde(skip_serializing_if = "Option::is_none")]
    resident_address: Option<Address>,
    /// 連絡先住所.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_address: Option<Address>,
    /// Phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20)]
    phone: Option<String>,
    /// Why it was recorded.
    #[schema(max_length = 40)]
    change_reason: String,
    /// When the society received it.
    received_on: NaiveDate,
    /// Valid from.
    valid_from: NaiveDate,
    /// Valid until, exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_to: Option<NaiveDate>,
    /// Known since.
    recorded_at: DateTime<Utc>,
    /// Known until.
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded_at: Option<DateTime<Utc>>,
}
impl Identity {
    /// Renders a version; where the person is or was only when that may be seen.
    fn of(v: IdentityVersion, seen: Seen) -> Self {
        Self {
            name: v.name,
            name_kana: v.name_kana,
            birth_on: v.birth_on,
            sex: PersonSex::of(&v.sex),
            resident_address: address(seen, v.resident_postal_code, v.resident_address),
            contact_address: address(seen, v.contact_postal_code, v.contact_address),
            phone: seen.shown(v.phone),
            change_reason: v.change_reason,
            received_on: v.received_on,
            valid_from: v.valid_from,
            valid_to: v.valid_to,
            recorded_at: v.recorded_at,
            superseded_at: v.superseded_at,
        }
    }
}
/// Versions as the caller may see them; the entry names what they tell. Where a protected person is was noted when it was asked who sees it.
pub fn identities_view(desk: &Desk<'_>, versions: Vec<IdentityVersion>, seen: Seen) -> Vec<Identity> {
    let tells_place =
        seen.sees() && seen.flag().is_none() && versions.iter().any(IdentityVersion::tells_place);
    desk.note(|n| n.left([], if tells_place { &["identity", "contact"] } else { &["identity"] }));
    versions.into_iter().map(|v| Identity::of(v, seen)).collect()
}
/// A version of an enrolment.
#[derive(Serialize, ToSchema)]
pub struct Enrolment {
    /// Stays the same over all versions.
    enrolment_id: Uuid,
    /// Employer.
    employer_id: Uuid,
    /// 加入区分.
    enrolment_type: EnrolmentType,
    /// 記号.
    #[schema(max_length = 10)]
    symbol: String,
    /// 番号.
    #[schema(max_length = 10)]
    number: String,
    /// 枝番.
    #[schema(max_length = 2)]
    branch: String,
    /// 資格取得年月日.
    acquired_on: NaiveDate,
    /// 取得理由.
    #[schema(max_length = 40)]
    acquisition_reason: String,
    /// 資格喪失年月日.
    #[serde(skip_serializing_if = "Option::is_none")]
    lost_on: Option<NaiveDate>,
    /// 喪失理由.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    loss_reason: Option<String>,
    /// 前納区分, as asked for; of 任意継続 and 特例退職 alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    prepayment: Option<Prepayment>,
    /// Known since.
    recorded_at: DateTime<Utc>,
    /// Known until.
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded_at: Option<DateTime<Utc>>,
}
impl From<EnrolmentVersion> for Enrolment {
    fn from(v: EnrolmentVersion) -> Self {
        Self {
            enrolment_id: v.enrolment_id,
            employer_id: v.employer_id,
            enrolment_type: EnrolmentType::of(&v.enrolment_type),
            symbol: v.symbol,
            number: v.number,
            branch: v.branch,
            acquired_on: v.acquired_on,
            acquisition_reason: v.acquisition_reason,
            lost_on: v.lost_on,
            loss_reason: v.loss_reason,
            prepayment: Prepayment::of(v.prepayment_code.as_deref()),
            recorded_at: v.recorded_at,
            superseded_at: v.superseded_at,
        }
    }
}
/// Every version of a member.
#[derive(Serialize, ToSchema)]
pub struct MemberHistory {
    /// 支援措置: the person, or somebody of the household, is protected today; see `Member`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protected: Option<bool>,
    /// Identities, newest validity first.
    #[schema(max_items = 500)]
    pub identities: Vec<Identity>,
    /// Enrolments, newest acquisition first.
    #[schema(max_items = 500)]
    pub enrolments: Vec<Enrolment>,
}
