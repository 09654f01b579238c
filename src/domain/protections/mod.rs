//! 支援措置 — protection of persons who fled from violence, stalking or abuse (配偶者からの暴力の防止及び被害者の保護等に関する法律; 住民基本台帳事務における
//! 支援措置): while it holds, where the person is reaches neither insured person, family nor employer by any path. The field class
//! itself (`readWhereabouts`) is the kernel's; here it is set, prolonged and lifted, and letters find their way.
mod api;
mod ending;
mod mailing;
mod model;
mod rules;
mod store;

pub use api::routes;
pub use ending::run_day;
pub use rules::{Letter, Mailing, MailingSource, Place, mailing_address};
pub use store::join;
