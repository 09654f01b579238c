//! What the tests share.
pub mod behind;
pub mod caller;
pub mod chance;
pub mod cluster;
pub mod document;
pub mod proof;
pub mod race;
pub mod steps;
pub mod words;
pub mod world;
