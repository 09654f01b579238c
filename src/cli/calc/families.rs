//! The families of cases: which columns each reads, which rule it asks, which columns it prints.
use super::{
    row::{Fault, Row},
    work,
};

/// A family of cases.
pub struct Family {
    /// Name.
    pub name: &'static str,
    /// Columns it reads.
    pub inputs: &'static [&'static str],
    /// Columns it prints after `id`.
    pub outputs: &'static [&'static str],
    /// Cells of a row.
    pub work: fn(Row<'_>) -> Result<Vec<String>, Fault>,
}
const NUMBER: &[&str] = &["number"];
const NUMBER_OUT: &[&str] = &["exp_valid", "exp_digit"];

/// Every family.
pub const FAMILIES: &[Family] = &[
    Family {
        name: "standard_remuneration_grade",
        inputs: &["remuneration"],
        outputs: &["exp_grade", "exp_standard"],
        work: work::grade,
    },
    Family {
        name: "regular_determination",
        inputs: &[
            "year",
            "kind",
            "apr_pay",
            "apr_days",
            "apr_excluded",
            "may_pay",
            "may_days",
            "may_excluded",
            "jun_pay",
            "jun_days",
            "jun_excluded",
            "previous_standard",
            "acquired",
            "lost",
            "revision_month",
        ],
        outputs: &[
            "exp_applies",
            "exp_reason",
            "exp_months",
            "exp_average",
            "exp_grade",
            "exp_standard",
            "exp_effective",
            "exp_valid_until",
        ],
        work: work::regular,
    },
    Family {
        name: "regular_determination_annual",
        inputs: &["kind", "pay_jul_to_jun", "days_jul_to_jun", "recurring", "consent"],
        outputs: &["exp_spring_average", "exp_annual_average", "exp_use_annual", "exp_standard"],
        work: work::annual,
    },
    Family {
        name: "occasional_revision",
        inputs: &[
            "kind",
            "fixed_change",
            "current_standard",
            "current_base",
            "m1_pay",
            "m1_days",
            "m2_pay",
            "m2_days",
            "m3_pay",
            "m3_days",
            "change_month",
        ],
        outputs: &[
            "exp_revise",
            "exp_reason",
            "exp_average",
            "exp_grade",
            "exp_standard",
            "exp_effective",
            "exp_valid_until",
        ],
        work: work::occasional,
    },
    Family {
        name: "leave_end_revision",
        inputs: &[
            "leave",
            "kind",
            "leave_end",
            "m1_pay",
            "m1_days",
            "m2_pay",
            "m2_days",
            "m3_pay",
            "m3_days",
            "current_standard",
            "requested",
            "next_maternity_start",
        ],
        outputs: &[
            "exp_revise",
            "exp_reason",
            "exp_average",
            "exp_standard",
            "exp_effective",
            "exp_valid_until",
        ],
        work: work::leave_end,
    },
    Family {
        name: "exemption_months",
        inputs: &["kind", "leaves"],
        outputs: &["exp_monthly_months", "exp_bonus_months"],
        work: work::exemption,
    },
    Family {
        name: "voluntary_continuation",
        inputs: &[
            "op",
            "at_loss",
            "average_remuneration",
            "rule",
            "rule_amount",
            "months_before",
            "loss_date",
            "applied",
            "date_in",
        ],
        outputs: &["exp"],
        work: work::voluntary,
    },
    Family {
        name: "elderly_burden_ratio",
        inputs: &[
            "patient_birth",
            "care_date",
            "role",
            "insured_birth",
            "insured_standard",
            "income_alone",
            "has_70plus_dependant",
            "income_with_70plus_dependants",
            "has_former_dependant",
            "income_with_former_dependant",
        ],
        outputs: &["exp_tenths", "exp_elderly_from", "exp_late_elderly_from"],
        work: work::elderly_burden,
    },
    Family {
        name: "personal_number_check_digit",
        inputs: NUMBER,
        outputs: NUMBER_OUT,
        work: work::personal_number,
    },
    Family {
        name: "insurer_number_check_digit",
        inputs: NUMBER,
        outputs: NUMBER_OUT,
        work: work::insurer_number,
    },
    Family {
        name: "corporate_number_check_digit",
        inputs: NUMBER,
        outputs: NUMBER_OUT,
        work: work::corporate_number,
    },
];
