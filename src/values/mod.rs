//! GROUND: values without I/O, clock or framework.

pub mod check_digits;
pub mod day_key;
pub mod holidays;
pub mod kana;
pub mod month;
pub mod number_run;
pub mod period;
pub mod personal_number;
pub mod readings;
pub mod wareki;
pub mod yen;
