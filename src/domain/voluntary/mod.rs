//! 任意継続被保険者・特例退職被保険者 — insured persons who left their employer and stay with the society (健康保険法3条4項, 37条, 38条,
//! 47条, 附則3条; ): what the society sets, how such cover begins, and how it ends. They belong to an office
//! (事業所) of the society's own, so that forms, numbers and lists are those of everybody else; no system of an employer sees it.
mod api;
mod averages;
mod defaults;
mod ends;
mod joins;
mod model;
mod store;

pub use api::routes;
pub use averages::decide as decide_averages;
pub use ends::{CalendarEnd, End, end, end_by_new_job, end_by_wish, end_term, latest, term_end};
pub use joins::{Application, Joined, LateReason, Plan, join, plan};
pub use model::ContinuedType;
pub use store::{is_own_office, term_candidates};
