//! 1st FLOOR: doors to the outside world, each a trait with its real adapter.
pub mod key_store;
