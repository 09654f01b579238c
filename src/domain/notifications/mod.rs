//! 届出 — notifications.
