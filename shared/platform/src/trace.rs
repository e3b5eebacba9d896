//! W3C trace context (<https://www.w3.org/TR/trace-context/>), carried through a task and on to the queues.

use std::fmt;
use std::future::Future;
use std::str::FromStr;

use domain::random::Entropy;

tokio::task_local! {
    static CURRENT: TraceContext;
}

/// One step of a trace: the header `traceparent`, version 00.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: u128,
    span_id: u64,
    flags: u8,
}

/// A text that is no `traceparent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a traceparent")]
pub struct NotATraceparent;

impl TraceContext {
    /// A new trace, not sampled.
    pub fn new(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0_u8; 16];
        entropy.fill(&mut bytes);
        // All zeroes is the invalid id.
        Self { trace_id: u128::from_be_bytes(bytes).max(1), span_id: span_id(entropy), flags: 0 }
    }

    /// The next step of the same trace.
    #[must_use]
    pub fn child(self, entropy: &dyn Entropy) -> Self {
        Self { span_id: span_id(entropy), ..self }
    }

    /// The trace's id, 32 hexadecimal digits.
    pub fn trace_id(&self) -> String {
        format!("{:032x}", self.trace_id)
    }

    /// Runs `future` as this step: [`TraceContext::current`] answers it inside.
    pub async fn scope<F: Future>(self, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }

    /// The step that the present task runs as.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(|current| *current).ok()
    }
}

fn span_id(entropy: &dyn Entropy) -> u64 {
    let mut bytes = [0_u8; 8];
    entropy.fill(&mut bytes);
    u64::from_be_bytes(bytes).max(1)
}

impl fmt::Display for TraceContext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "00-{:032x}-{:016x}-{:02x}", self.trace_id, self.span_id, self.flags)
    }
}

impl FromStr for TraceContext {
    type Err = NotATraceparent;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let mut parts = text.split('-');
        let (Some(version), Some(trace), Some(span), Some(flags)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotATraceparent);
        };
        let sized = version.len() == 2 && trace.len() == 32 && span.len() == 16 && flags.len() == 2;
        // Version 00 has four fields, a later one may have more, ff is forbidden (section 3.2.2.1, 4.3).
        let counted = version != "ff" && (version != "00" || parts.next().is_none());
        if !sized || !counted || ![version, trace, span, flags].into_iter().all(hex) {
            return Err(NotATraceparent);
        }
        let trace_id = u128::from_str_radix(trace, 16).map_err(|_| NotATraceparent)?;
        let span_id = u64::from_str_radix(span, 16).map_err(|_| NotATraceparent)?;
        let flags = u8::from_str_radix(flags, 16).map_err(|_| NotATraceparent)?;
        if trace_id == 0 || span_id == 0 {
            return Err(NotATraceparent);
        }
        // Only the sampled bit is defined; the others are not passed on (section 3.2.2.5.2).
        Ok(Self { trace_id, span_id, flags: flags & 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::OsEntropy;

    const TEXT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_step_survives_the_trip() {
        let context: TraceContext = TEXT.parse().unwrap();
        assert_eq!(context.to_string(), TEXT);
        let child = context.child(&OsEntropy);
        assert_eq!(child.trace_id(), context.trace_id());
        assert_ne!(child, context);
    }

    #[test]
    fn what_the_recommendation_forbids_is_refused() {
        for text in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(text.parse::<TraceContext>(), Err(NotATraceparent), "{text}");
        }
        assert!("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x".parse::<TraceContext>().is_ok());
    }

    #[tokio::test]
    async fn a_task_knows_its_step() {
        let context: TraceContext = TEXT.parse().unwrap();
        assert_eq!(TraceContext::current(), None);
        assert_eq!(context.scope(async { TraceContext::current() }).await, Some(context));
    }
}
