//! The integration tests: the whole system over HTTP, each test on a system of its own.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a test that cannot go on panics, in its helpers too, and its numbers are small"
)]

mod accounts;
mod agreement;
mod architecture;
mod bundle;
mod cache;
mod calendar;
mod calendar_links;
mod container;
mod contract;
mod crash;
mod docs;
mod faults;
mod feeds;
mod graphql;
mod http;
mod identity;
mod input;
mod journey;
mod listings;
mod lives;
mod mail;
mod messages;
mod modify;
mod money;
mod notifications;
mod pages;
mod parity;
mod photos;
mod plans;
mod prices;
mod races;
mod release;
mod reviews;
mod scale;
mod search;
mod smuggling;
mod sweep;
mod template;
mod walk;
mod webhooks;
mod wishlists;
mod world;
