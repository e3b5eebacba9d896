//! The reconciliation of the provider's books with ours: its runs, our side of the comparison, and what it found.

mod books;
mod findings;
mod ours;
mod runs;

use crate::db::DbError;

pub use books::faults_of_books;
pub use findings::{Finding, FindingState, NewFinding, Settling, WriteOff, page, report, settle};
pub use ours::{
    OpenRows, OurPayment, OurPayout, OurRefund, open_rows, payments, payouts, refunds, unknown_events,
};
pub use runs::{Run, Step, advance, find, plan};

type Result<T> = std::result::Result<T, DbError>;
