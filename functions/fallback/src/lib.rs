//! The fallback function.
