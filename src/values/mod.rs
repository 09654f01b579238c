//! GROUND: values without I/O, clock or framework.

pub mod kana;
pub mod number_run;
pub mod personal_number;
pub mod wareki;
