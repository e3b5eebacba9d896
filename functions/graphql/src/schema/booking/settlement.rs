//! What a cancellation gives back, and why.

use async_graphql::SimpleObject;
use domain::cancellation::Settlement as Settled;
use jiff::Timestamp;

use crate::schema::money::Money;

/// What a cancellation gives back.
#[derive(Debug, SimpleObject)]
pub(crate) struct Settlement {
    /// What the guest gets back.
    refund: Money,
    /// What the host keeps of nights and fees, before the host's service fee.
    host_keeps: Money,
    /// What the refund is made of.
    lines: Vec<SettlementLine>,
    /// The last instant at which a cancellation gives exactly this.
    valid_until: Timestamp,
}

/// One part of what was charged, and what becomes of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct SettlementLine {
    /// Which part: `subtotal`, `guest_fee` or `taxes`.
    kind: &'static str,
    /// What was charged.
    charged: Money,
    /// What goes back.
    refund: Money,
    /// Which rule decided, such as `full_refund`.
    rule: &'static str,
}

impl From<&Settled> for Settlement {
    fn from(settled: &Settled) -> Self {
        let lines = settled.lines.iter().map(|line| SettlementLine {
            kind: line.kind.code(),
            charged: line.charged.into(),
            refund: line.refund.into(),
            rule: line.rule.code(),
        });
        Self {
            refund: settled.refund.into(),
            host_keeps: settled.host_keeps.into(),
            lines: lines.collect(),
            valid_until: settled.valid_until,
        }
    }
}
