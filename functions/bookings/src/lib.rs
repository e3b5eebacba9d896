//! The bookings function.
