//! The rules of the trade: pure, synchronous, without I/O.

pub mod clock;
pub mod ids;
pub mod random;
pub mod refusal;
