//! Refusals on demand.

use std::sync::{Mutex, PoisonError};

use http::StatusCode;

use crate::error::AwsError;

/// What [`fail_next`](super::Ses::fail_next) answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendFault {
    /// `TooManyRequestsException`, HTTP 429.
    Throttled,
    /// `SendingPausedException`, HTTP 400.
    Paused,
}

impl SendFault {
    pub(super) fn error(self) -> AwsError {
        match self {
            Self::Throttled => AwsError::sender("TooManyRequestsException", "Maximum sending rate exceeded.")
                .with_status(StatusCode::TOO_MANY_REQUESTS),
            Self::Paused => {
                AwsError::sender("SendingPausedException", "Email sending is disabled for your account.")
            }
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<Option<(u32, SendFault)>>);

impl Faults {
    pub(super) fn set(&self, calls: u32, fault: SendFault) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((calls, fault));
    }

    /// The fault for this call, if it is one's turn.
    pub(super) fn take(&self) -> Option<SendFault> {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (left, fault) = pending.take().filter(|(left, _)| *left > 0)?;
        *pending = Some((left - 1, fault));
        Some(fault)
    }
}
