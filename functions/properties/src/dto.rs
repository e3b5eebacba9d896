//! The shapes of this function's inputs and answers.

pub(crate) mod photo;
pub(crate) mod property;
pub(crate) mod quote;
pub(crate) mod summary;
