//! The real clock and the real source of randomness.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use domain::clock::Clock;
use domain::random::Entropy;
use jiff::Timestamp;

use crate::config::Env;

/// The variable that names the offset file; only a local system sets it.
pub const CLOCK_FILE: &str = "INNKEEP_CLOCK_FILE";

/// The machine's clock, in whole milliseconds.
///
/// A local system may name a file with a signed number of milliseconds by which all of its processes are ahead.
/// It is read on each call, so that a move reaches every process at once; where no file is named, none is opened.
#[derive(Debug, Default)]
pub struct SystemClock {
    offset_file: Option<PathBuf>,
}

impl SystemClock {
    /// The clock that the environment asks for.
    pub fn from_env(env: &Env) -> Self {
        Self { offset_file: env.get(CLOCK_FILE).map(PathBuf::from) }
    }

    fn offset_millis(&self) -> i64 {
        let Some(file) = &self.offset_file else { return 0 };
        // A file that is absent, or just being replaced, moves nothing.
        std::fs::read_to_string(file).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine is asked for the time")]
    fn now(&self) -> Timestamp {
        let millis = Timestamp::now().as_millisecond().saturating_add(self.offset_millis());
        Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
    }
}

/// How long it is until an instant that the runtime gave: those are real time, whatever the offset.
#[expect(clippy::disallowed_methods, reason = "the runtime's deadlines are the machine's time")]
pub fn remaining_until(deadline: SystemTime) -> Duration {
    deadline.duration_since(SystemTime::now()).unwrap_or_default()
}

/// The operating system's randomness, through a generator that it seeds.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        rand::fill(bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn the_offset_file_moves_the_clock_of_a_running_process() {
        let file = std::env::temp_dir().join(format!("innkeep-clock-{}", std::process::id()));
        let name = file.display().to_string();
        let clock = SystemClock::from_env(&Env::from_map(HashMap::from([(CLOCK_FILE.to_owned(), name)])));
        let real = SystemClock::default();
        let ahead = |clock: &SystemClock| clock.now().as_millisecond() - real.now().as_millisecond();
        assert!(ahead(&clock).abs() < 5_000, "no file: no offset");
        std::fs::write(&file, "86400000\n").unwrap();
        assert!((ahead(&clock) - 86_400_000).abs() < 5_000);
        std::fs::write(&file, "-3600000").unwrap();
        assert!((ahead(&clock) + 3_600_000).abs() < 5_000);
        std::fs::remove_file(&file).unwrap();
    }

    #[test]
    fn entropy_fills_every_byte() {
        let mut seen = [0_u8; 64];
        for _ in 0..64 {
            let mut bytes = [0_u8; 64];
            OsEntropy.fill(&mut bytes);
            seen.iter_mut().zip(bytes).for_each(|(all, byte)| *all |= byte);
        }
        assert!(seen.iter().all(|all| *all != 0));
    }
}
