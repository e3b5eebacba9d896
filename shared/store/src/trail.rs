//! What the log lines of a request or a message are about, known once rows have been read.
//!
//! The span around the work declares these fields empty; whoever loads a row names it. In a span without them this does
//! nothing.

use domain::ids::{BookingId, PaymentId};
use tracing::Span;
use tracing::field::display;

/// The work at hand is about this booking.
pub fn booking(id: BookingId) {
    Span::current().record("booking_id", display(id));
}

/// The work at hand is about this payment.
pub fn payment(id: PaymentId) {
    Span::current().record("payment_id", display(id));
}
