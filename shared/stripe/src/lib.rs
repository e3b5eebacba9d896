//! Stripe's HTTP API behind the payment gateway trait.
