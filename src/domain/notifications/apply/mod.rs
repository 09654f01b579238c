//! What accepting a notification does to members and dependents, in the transaction of the decision.
mod beside;
mod correction;
mod decision;
mod family;
mod insured;
mod leave;
mod no_bonus;
mod pay;
mod person;
mod qualification;
mod recognition;
mod rehearsal;
mod standing;
mod voluntary;

pub use correction::{Line, fault as correction_fault, lines as correction_lines};
pub use decision::{Applied, Case, apply, no_form};
pub use insured::{insured_named, insured_of, named, of_card, person_not_found};
pub use leave::planned as planned_leave;
pub use no_bonus::{fault as no_bonus_fault, lines as no_bonus_lines};
pub use pay::{after_loss, is_beside, plan as plan_pay, preview_case, regular, result as pay_result};
pub use person::{Choice, SamePersonProposal, proposals};
pub use recognition::{RecognitionProposal, RecognitionStatement, recognitions};
pub use rehearsal::{application_ahead, continued_loss_ahead, loss_ahead, pay_told, rehearse};
pub use standing::Told;
pub use voluntary::preview;

// within this module
use decision::{received_on, wait_for};
use qualification::{acquisition_facts, end_cover, move_number};
