//! Which pricing rules a price was reckoned by.

use serde::{Deserialize, Serialize};

use crate::invalid::Invalid;

/// A version of the pricing rules; a number in JSON and in the database. An old version stays as it is for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum RulesVersion {
    /// The first rules.
    V1,
}

impl RulesVersion {
    /// The version for new quotes.
    pub const CURRENT: Self = Self::V1;
}

impl TryFrom<u16> for RulesVersion {
    type Error = Invalid;

    fn try_from(number: u16) -> Result<Self, Self::Error> {
        match number {
            1 => Ok(Self::V1),
            _ => Err(Invalid::new("unknown_rules_version", format!("There are no pricing rules {number}."))),
        }
    }
}

impl From<RulesVersion> for u16 {
    fn from(version: RulesVersion) -> Self {
        match version {
            RulesVersion::V1 => 1,
        }
    }
}
