//! The provider's JSON, as far as it is read. Members that are not named here are ignored.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A page of a list, or of a search.
#[derive(Debug, Deserialize)]
pub(crate) struct Page<T> {
    pub(crate) data: Vec<T>,
    pub(crate) has_more: bool,
}

/// Another object: its name, or, where it was asked for, all of it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Reference<T> {
    Name(String),
    Object(T),
}

impl<T> Reference<T> {
    /// The object, where it was asked for.
    pub(crate) fn object(self) -> Option<T> {
        match self {
            Self::Name(_) => None,
            Self::Object(object) => Some(object),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) balance_transaction: Option<Reference<BalanceTransaction>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct BalanceTransaction {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) fee: i64,
    pub(crate) currency: String,
    pub(crate) created: i64,
    pub(crate) reporting_category: String,
    pub(crate) source: Option<Reference<Source>>,
}

/// What moved a balance: a charge, a refund, a dispute and others, of which this much is read.
#[derive(Debug, Deserialize)]
pub(crate) struct Source {
    pub(crate) payment_intent: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Intent {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) amount: i64,
    #[serde(default)]
    pub(crate) amount_received: i64,
    pub(crate) currency: String,
    pub(crate) client_secret: Option<String>,
    pub(crate) created: i64,
    pub(crate) latest_charge: Option<Reference<Charge>>,
    #[serde(default)]
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) next_action: Option<NextAction>,
    pub(crate) last_payment_error: Option<ErrorObject>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct NextAction {
    pub(crate) redirect_to_url: Option<RedirectToUrl>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct RedirectToUrl {
    pub(crate) url: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) status: Option<String>,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) created: i64,
    pub(crate) payment_intent: Option<String>,
    #[serde(default)]
    pub(crate) metadata: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) payouts_enabled: bool,
    #[serde(default)]
    pub(crate) details_submitted: bool,
    #[serde(default)]
    pub(crate) capabilities: BTreeMap<String, String>,
    pub(crate) requirements: Option<Requirements>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Requirements {
    pub(crate) currently_due: Option<Vec<String>>,
    /// Unix seconds.
    pub(crate) current_deadline: Option<i64>,
    pub(crate) disabled_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct AccountLink {
    pub(crate) url: String,
    pub(crate) expires_at: i64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Transfer {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) destination: String,
    pub(crate) created: i64,
    #[serde(default)]
    pub(crate) metadata: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) evidence_details: Option<EvidenceDetails>,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) payment_intent: Option<String>,
    pub(crate) reason: String,
    pub(crate) status: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct EvidenceDetails {
    pub(crate) due_by: Option<i64>,
}

/// The body of a refusal.
#[derive(Debug, Deserialize)]
pub(crate) struct ErrorBody {
    pub(crate) error: ErrorObject,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ErrorObject {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) decline_code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) param: Option<String>,
    pub(crate) payment_intent: Option<Named>,
}

/// An object of which only the id matters.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    pub(crate) id: String,
}
