//! The notifications-worker function.
