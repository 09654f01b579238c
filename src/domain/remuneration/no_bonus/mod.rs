//! 賞与不支給報告書 (健康保険法施行規則27条): an employer reports that it paid no bonus in the month for which it had planned one. It is about
//! the employer and names nobody, so that it is a resource of its own and no form of a person.
mod api;
mod store;

pub use api::routes;
