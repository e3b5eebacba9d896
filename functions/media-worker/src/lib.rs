//! The media-worker function.
