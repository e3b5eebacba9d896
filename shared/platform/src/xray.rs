//! AWS X-Ray's trace header, carried through a task and on to the queues:
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>.
//!
//! Lambda makes the segments. What goes on with a message is its header, by which X-Ray links the trace of whoever works
//! it off to the trace of whoever sent it.

use std::future::Future;
use std::str::FromStr;
use std::sync::Arc;

use lambda_runtime::Context;

tokio::task_local! {
    static CURRENT: XRayTrace;
}

/// Longer headers are nobody's: a root, a parent, a decision and some data of the caller's have room.
const MAX_BYTES: usize = 500;

/// A trace header, such as `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XRayTrace(Arc<str>);

/// A text that is no trace header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a trace header of X-Ray")]
pub struct NotATraceHeader;

impl XRayTrace {
    /// The trace that Lambda says an invocation belongs to.
    pub fn of(context: &Context) -> Option<Self> {
        context.xray_trace_id.as_deref()?.parse().ok()
    }

    /// The trace that the present task runs in.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Runs `future` in `trace`, if there is one: [`XRayTrace::current`] answers it inside.
    pub async fn within<F: Future>(trace: Option<Self>, future: F) -> F::Output {
        match trace {
            Some(trace) => CURRENT.scope(trace, future).await,
            None => future.await,
        }
    }

    /// The header, without what a caller added to it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The trace's id, by which it is found in X-Ray.
    pub fn root(&self) -> &str {
        root(&self.0).unwrap_or_default()
    }
}

fn root(header: &str) -> Option<&str> {
    header.split(';').find_map(|part| part.trim().strip_prefix("Root="))
}

/// `1-`, the time in 8 hexadecimal digits, `-`, 24 more.
fn is_root(text: &str) -> bool {
    let hex = |part: &str, digits: usize| part.len() == digits && part.bytes().all(|b| b.is_ascii_hexdigit());
    let mut parts = text.split('-');
    let (version, time, id) = (parts.next(), parts.next(), parts.next());
    version == Some("1")
        && time.is_some_and(|time| hex(time, 8))
        && id.is_some_and(|id| hex(id, 24))
        && parts.next().is_none()
}

/// The parts that X-Ray defines. A caller may add more, in any words: those stay here.
fn is_known(part: &str) -> bool {
    let hex = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match part.split_once('=') {
        Some(("Root", id)) => is_root(id),
        Some(("Parent", id)) => id.len() == 16 && hex(id),
        Some(("Sampled", decision)) => matches!(decision, "0" | "1" | "?"),
        Some(("Lineage", steps)) => {
            steps.split('|').all(|step| step.contains(':') && step.split(':').all(hex))
        }
        _ => false,
    }
}

impl FromStr for XRayTrace {
    type Err = NotATraceHeader;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain =
            text.len() <= MAX_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if !plain || !root(text).is_some_and(is_root) {
            return Err(NotATraceHeader);
        }
        let known: Vec<&str> = text.split(';').map(str::trim).filter(|part| is_known(part)).collect();
        Ok(Self(known.join(";").into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

    #[test]
    fn a_header_is_kept_as_far_as_it_is_defined_and_has_an_id() {
        let trace: XRayTrace = HEADER.parse().unwrap();
        assert_eq!(trace.as_str(), HEADER);
        assert_eq!(trace.root(), "1-5759e988-bd862e3fe1be46a994272793");
        let later = format!("Self=1-5759e988-000000000000000000000000;{HEADER};Lineage=a87bd80c:1");
        let later: XRayTrace = later.parse().unwrap();
        assert_eq!((later.root(), later.as_str()), (trace.root(), &*format!("{HEADER};Lineage=a87bd80c:1")));
        let named = format!("{HEADER};Name=Ada Lovelace;Lineage=Ada");
        assert_eq!(named.parse::<XRayTrace>().unwrap().as_str(), HEADER, "a caller's own words go nowhere");
    }

    #[test]
    fn what_is_no_header_is_refused() {
        for text in [
            "",
            "Sampled=1",
            "Root=",
            "Root=2-5759e988-bd862e3fe1be46a994272793",
            "Root=1-5759e988-bd862e3fe1be46a99427279",
            "Root=1-5759e988-bd862e3fe1be46a994272793-1",
            "Root=1-5759e98x-bd862e3fe1be46a994272793",
            "Root=1-5759e988-bd862e3fe1be46a994272793;\u{7}",
            &format!("{HEADER};{}", "x".repeat(MAX_BYTES)),
        ] {
            assert_eq!(text.parse::<XRayTrace>(), Err(NotATraceHeader), "{text}");
        }
    }

    #[tokio::test]
    async fn a_task_knows_its_trace() {
        let trace: XRayTrace = HEADER.parse().unwrap();
        let inside = async { XRayTrace::current() };
        assert_eq!(XRayTrace::within(Some(trace.clone()), inside).await, Some(trace));
        assert_eq!(XRayTrace::within(None, async { XRayTrace::current() }).await, None);
    }
}
