//! The properties function.
