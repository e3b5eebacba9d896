//! The payments-worker function.
