//! The shapes of this function's inputs and answers.

pub(crate) mod charges;
pub(crate) mod codes;
pub(crate) mod create;
pub(crate) mod photo;
pub(crate) mod place;
pub(crate) mod property;
pub(crate) mod quote;
pub(crate) mod season;
pub(crate) mod summary;
pub(crate) mod update;
