//! A hostile payment provider that speaks the subset of Stripe's HTTP API in use.
