//! 資格の喪失 — on which day cover ends by law (健康保険法36条, 37条2項, 38条, 3条7項; ): what the rules of remuneration decided about a cover,
//! and its explanation. Who ends the cover is `voluntary` and `calendar`; what a form states is decided by nobody here.
mod api;
mod at_75;
mod list;
mod store;
mod words;

pub use api::routes;
pub use at_75::{AT_75, Aged};
pub use store::{Basis, keep};
