//! The photos of a listing.

pub(crate) mod announce;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod order;
