//! コード表 — the coded values of the forms, by name in JSON and by digit in files (届書作成仕様書 16.2, V1).

use serde::{Deserialize, Serialize};

macro_rules! coded {
    ($($(#[$meta:meta])* $name:ident = $table:literal {
        $($(#[$note:meta])* $variant:ident = $code:literal, $json:tt;)*
    })*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
            pub enum $name {
                $($(#[$note])* #[serde(rename = $json)] $variant,)*
            }

            impl $name {
                /// The value of a file's code; nothing for a code outside the table.
                pub fn from_code(code: &str) -> Option<Self> {
                    match code {
                        $($code => Some(Self::$variant),)*
                        _ => None,
                    }
                }

                /// The name that JSON carries.
                pub const fn as_str(self) -> &'static str {
                    match self { $(Self::$variant => $json,)* }
                }
            }
        )*

        /// The JSON name of a file's code in a named table; nothing when the code is outside the table, and
        /// nothing at all when there is no such table.
        pub(super) fn json_name(table: &str, code: &str) -> Option<Option<&'static str>> {
            match table {
                $($table => Some($name::from_code(code).map($name::as_str)),)*
                _ => None,
            }
        }

        /// The names of the tables, for the check of the layouts.
        #[cfg(test)]
        pub(super) const TABLES: &[(&str, &[(&str, &str)])] = &[$(($table, &[$(($code, $json),)*]),)*];
    };
}

coded! {
    /// 種別(性別) of an acquisition; 5–7 are the pension fund's classes.
    Sex = "sex" {
        /// 男
        Male = "1", "male";
        /// 女
        Female = "2", "female";
        /// 坑内員
        Miner = "3", "miner";
        /// 男(基金)
        FundMale = "5", "fund_male";
        /// 女(基金)
        FundFemale = "6", "fund_female";
        /// 坑内員(基金)
        FundMiner = "7", "fund_miner";
    }
    /// 性別 of a person.
    StatedSex = "person_sex" {
        /// 男
        Male = "1", "male";
        /// 女
        Female = "2", "female";
    }
    /// 取得区分. The meaning of 6 and 7 is not published with the layout: a clerk looks at them.
    AcquisitionClass = "acquisition_class" {
        /// 健保・厚年
        HealthAndPension = "1", "health_and_pension";
        /// 共済出向
        MutualAidSecondment = "3", "mutual_aid_secondment";
        /// 船保任継
        SeamenVoluntary = "4", "seamen_voluntary";
        /// Code 6.
        Code6 = "6", "code_6";
        /// Code 7.
        Code7 = "7", "code_7";
    }
    /// 住民票住所を記載できない理由.
    NoResidentAddressReason = "no_resident_address_reason" {
        /// 海外在住
        LivesAbroad = "1", "lives_abroad";
        /// 短期在留
        ShortStay = "2", "short_stay";
        /// その他
        Other = "3", "other";
    }
    /// 喪失原因.
    LossCause = "loss_cause" {
        /// 退職等
        Retirement = "4", "retirement";
        /// 死亡
        Death = "5", "death";
        /// 75歳到達
        Age75 = "7", "age_75";
        /// 障害認定
        Disability = "9", "disability";
        /// 社会保障協定
        SocialSecurityAgreement = "11", "social_security_agreement";
    }
    /// 異動の別.
    Change = "change" {
        /// 該当
        Added = "1", "added";
        /// 非該当
        Removed = "2", "removed";
        /// 変更
        Changed = "3", "changed";
    }
    /// 続柄 of a spouse.
    SpouseRelationship = "spouse_relationship" {
        /// 夫
        Husband = "1", "husband";
        /// 妻
        Wife = "2", "wife";
        /// 夫(未届)
        HusbandUnregistered = "3", "husband_unregistered";
        /// 妻(未届)
        WifeUnregistered = "4", "wife_unregistered";
    }
    /// 続柄 of another dependent.
    Relationship = "relationship" {
        /// 実子・養子
        Child = "01", "child";
        /// 01以外の子
        OtherChild = "02", "other_child";
        /// 父母・養父母
        Parent = "03", "parent";
        /// 義父母
        ParentInLaw = "04", "parent_in_law";
        /// 弟妹
        YoungerSibling = "05", "younger_sibling";
        /// 兄姉
        OlderSibling = "06", "older_sibling";
        /// 祖父母
        Grandparent = "07", "grandparent";
        /// 曾祖父母
        GreatGrandparent = "08", "great_grandparent";
        /// 孫
        Grandchild = "09", "grandchild";
        /// その他
        Other = "10", "other";
    }
    /// 同居・別居.
    Living = "living" {
        /// 同居
        Together = "1", "together";
        /// 別居
        Apart = "2", "apart";
    }
    /// 被扶養者(配偶者)になった理由.
    SpouseReason = "spouse_reason" {
        /// 配偶者の就職
        InsuredEmployed = "1", "insured_employed";
        /// 婚姻
        Marriage = "2", "marriage";
        /// 離職
        LeftWork = "3", "left_work";
        /// 収入減少
        IncomeFell = "4", "income_fell";
        /// その他
        Other = "5", "other";
    }
    /// 被扶養者になった理由.
    DependentReason = "dependent_reason" {
        /// 出生
        Birth = "1", "birth";
        /// 離職
        LeftWork = "2", "left_work";
        /// 収入減
        IncomeFell = "3", "income_fell";
        /// 同居
        MovedIn = "4", "moved_in";
        /// その他
        Other = "5", "other";
    }
    /// 被扶養者(配偶者)でなくなった理由.
    SpouseRemovalReason = "spouse_removal_reason" {
        /// 死亡
        Death = "1", "death";
        /// 離婚
        Divorce = "2", "divorce";
        /// 就職・収入増加
        Employment = "3", "employment";
        /// 75歳到達
        Age75 = "4", "age_75";
        /// 障害認定
        Disability = "5", "disability";
        /// その他
        Other = "6", "other";
    }
    /// 被扶養者でなくなった理由.
    RemovalReason = "removal_reason" {
        /// 死亡
        Death = "1", "death";
        /// 就職
        Employment = "2", "employment";
        /// 収入増加
        IncomeRose = "3", "income_rose";
        /// 75歳到達
        Age75 = "4", "age_75";
        /// 障害認定
        Disability = "5", "disability";
        /// その他
        Other = "6", "other";
    }
    /// 職業 of a spouse.
    SpouseOccupation = "spouse_occupation" {
        /// 無職
        None = "1", "none";
        /// パート
        PartTime = "2", "part_time";
        /// 年金受給者
        Pensioner = "3", "pensioner";
        /// その他
        Other = "4", "other";
    }
    /// 職業 of another dependent.
    Occupation = "occupation" {
        /// 無職
        None = "1", "none";
        /// パート
        PartTime = "2", "part_time";
        /// 年金受給者
        Pensioner = "3", "pensioner";
        /// 小・中学生以下
        SchoolChild = "4", "school_child";
        /// 高・大学生
        Student = "5", "student";
        /// その他
        Other = "6", "other";
    }
    /// 海外特例要件 (健康保険法施行規則 第37条の2).
    OverseasStatus = "overseas_status" {
        /// 該当
        Starts = "1", "starts";
        /// 非該当
        Ends = "2", "ends";
    }
    /// 海外特例要件に該当した理由.
    OverseasReason = "overseas_reason" {
        /// 留学
        StudyAbroad = "1", "study_abroad";
        /// 同行家族
        AccompanyingFamily = "2", "accompanying_family";
        /// 特定活動
        SpecifiedActivity = "3", "specified_activity";
        /// 海外婚姻
        MarriedAbroad = "4", "married_abroad";
        /// その他
        Other = "5", "other";
    }
    /// 海外特例要件に非該当となった理由.
    OverseasEndReason = "overseas_end_reason" {
        /// 国内転入
        MovedToJapan = "1", "moved_to_japan";
        /// その他
        Other = "2", "other";
    }
    /// 昇(降)給区分.
    PayChangeDirection = "pay_change_direction" {
        /// 昇給
        Up = "1", "up";
        /// 降給
        Down = "2", "down";
    }
    /// 電話番号の種別. The layout gives 1–4; the labels are not published with it.
    PhoneKind = "phone_kind" {
        /// Kind 1.
        Kind1 = "1", "kind_1";
        /// Kind 2.
        Kind2 = "2", "kind_2";
        /// Kind 3.
        Kind3 = "3", "kind_3";
        /// Kind 4.
        Kind4 = "4", "kind_4";
    }
}

impl Sex {
    /// The sex of the person, where the class tells it: a miner's class does not.
    pub const fn person_sex(self) -> Option<StatedSex> {
        match self {
            Self::Male | Self::FundMale => Some(StatedSex::Male),
            Self::Female | Self::FundFemale => Some(StatedSex::Female),
            Self::Miner | Self::FundMiner => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn codes_and_names_are_one_to_one() {
        for (table, rows) in TABLES {
            for (code, name) in *rows {
                assert_eq!(json_name(table, code), Some(Some(*name)));
                let both = rows.iter().filter(|row| row.0 == *code || row.1 == *name).count();
                assert_eq!(both, 1, "{table} {code}");
            }
            assert_eq!(json_name(table, "x"), Some(None));
        }
        assert_eq!(json_name("no_such_table", "1"), None);
        assert_eq!(serde_json::to_string(&LossCause::Age75).unwrap(), "\"age_75\"");
        assert_eq!(LossCause::from_code("11"), Some(LossCause::SocialSecurityAgreement));
    }
}
