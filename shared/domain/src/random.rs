//! Randomness is an argument, as time is.

use std::fmt::Debug;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

/// A source of unpredictable bytes.
pub trait Entropy: Debug + Send + Sync {
    /// Fills `bytes` with unpredictable values.
    fn fill(&self, bytes: &mut [u8]);
}

/// A source that several owners hold.
pub type SharedEntropy = Arc<dyn Entropy>;

/// A new version 7 UUID: 48 bits of the clock's milliseconds, then 74 random bits (RFC 9562, section 5.7).
pub fn uuid_v7(now: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let mut random = [0_u8; 10];
    entropy.fill(&mut random);
    // Instants before 1970 have no place in the format; they sort first.
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}
