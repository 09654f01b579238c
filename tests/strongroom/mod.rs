//! 個人番号: what is kept, under which keys and role, and what callers can get out of it.
mod keys;
mod requests;
mod vault;
