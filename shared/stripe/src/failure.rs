//! Refusals, sorted by what the caller is to do about them.

use std::time::Duration;

use reqwest::StatusCode;
use services::gateway::{Decline, GatewayError};

use crate::wire::{ErrorBody, ErrorObject};

/// What went wrong with a call in the end.
#[derive(Debug)]
pub(crate) enum CallError {
    /// A bank's no, with the payment it is about if the provider made one.
    Declined {
        decline: Decline,
        payment: Option<String>,
    },
    Other(GatewayError),
}

impl From<CallError> for GatewayError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Declined { decline, .. } => Self::Declined(decline),
            CallError::Other(error) => error,
        }
    }
}

impl From<GatewayError> for CallError {
    fn from(error: GatewayError) -> Self {
        Self::Other(error)
    }
}

/// What one answer that is no success means.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It stays so.
    Final(CallError),
    /// Another attempt may fare better. `unknown`: the effect may have happened all the same.
    Again { after: Option<Duration>, unknown: bool },
    /// The provider repeats a failure for ever, and the effect may have happened all the same.
    Stuck,
}

/// Sorts an answer that is no success. `should_retry` is the provider's own opinion, if it gave one.
pub(crate) fn judge(
    status: StatusCode,
    should_retry: Option<bool>,
    after: Option<Duration>,
    body: &[u8],
) -> Verdict {
    let error = serde_json::from_slice::<ErrorBody>(body).map(|body| body.error).ok();
    let code = error.as_ref().and_then(|error| error.code.as_deref());
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Verdict::Again { after, unknown: false };
    }
    if status == StatusCode::CONFLICT || status.is_server_error() {
        // A conflict means that the same key is being worked on: how that ends is not known yet.
        return match should_retry {
            Some(false) => Verdict::Stuck,
            _ => Verdict::Again { after, unknown: true },
        };
    }
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        // The provider's words quote the key.
        return Verdict::Final(rejected("unauthorised", "the API key is not accepted"));
    }
    if let Some(decline) = error.as_ref().and_then(|error| decline_of(status, error)) {
        let payment = error.and_then(|error| error.payment_intent).map(|intent| intent.id);
        return Verdict::Final(CallError::Declined { decline, payment });
    }
    if status == StatusCode::NOT_FOUND || code == Some("resource_missing") {
        return Verdict::Final(GatewayError::NotFound.into());
    }
    let message = error.as_ref().and_then(|error| error.message.as_deref()).unwrap_or_default();
    let kind = error.as_ref().and_then(|error| error.kind.as_deref());
    Verdict::Final(rejected(code.or(kind).unwrap_or(status.as_str()), message))
}

/// A refusal that is no fault of the guest's.
pub(crate) fn rejected(code: &str, message: &str) -> CallError {
    GatewayError::Rejected { code: code.to_owned(), message: message.to_owned() }.into()
}

/// A bank's no, or a payment method that does not exist: both are for the guest to mend.
fn decline_of(status: StatusCode, error: &ErrorObject) -> Option<Decline> {
    let unknown_method =
        error.code.as_deref() == Some("resource_missing") && error.param.as_deref() == Some("payment_method");
    let refused = status == StatusCode::PAYMENT_REQUIRED || error.kind.as_deref() == Some("card_error");
    (unknown_method || refused).then(|| decline(error))
}

/// A decline, with words that are safe for the guest. That a card is reported lost or stolen, or suspected of fraud, must not be
/// told: <https://docs.stripe.com/declines/codes>.
pub(crate) fn decline(error: &ErrorObject) -> Decline {
    let code = error.decline_code.as_deref().or(error.code.as_deref()).unwrap_or("generic_decline");
    let message = match code {
        "insufficient_funds" | "withdrawal_count_limit_exceeded" => "The card has insufficient funds.",
        "expired_card" | "invalid_expiry_month" | "invalid_expiry_year" => "The card has expired.",
        "incorrect_cvc" | "invalid_cvc" | "incorrect_number" | "invalid_number" | "incorrect_zip" => {
            "The card's details are not right."
        }
        "payment_intent_authentication_failure" | "authentication_required" => {
            "The payment could not be authenticated."
        }
        "currency_not_supported" => "The card does not take this currency.",
        "processing_error" | "issuer_not_available" | "try_again_later" | "reenter_transaction" => {
            "The bank could not process the payment. Try again in a while."
        }
        "resource_missing" => "This payment method cannot be used.",
        _ => "The card was declined.",
    };
    Decline { code: code.to_owned(), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(status: u16, body: &str) -> Verdict {
        judge(StatusCode::from_u16(status).unwrap(), None, None, body.as_bytes())
    }

    #[test]
    fn what_the_guest_must_not_know_is_not_told() {
        for code in ["lost_card", "stolen_card", "fraudulent", "merchant_blacklist", "pickup_card"] {
            let body = format!(
                r#"{{"error": {{"type": "card_error", "code": "card_declined", "decline_code": "{code}", "message": "x"}}}}"#
            );
            let Verdict::Final(CallError::Declined { decline, .. }) = verdict(402, &body) else {
                panic!("{code} is a decline");
            };
            assert_eq!((decline.code.as_str(), decline.message), (code, "The card was declined."));
        }
    }

    #[test]
    fn an_unauthorised_key_is_not_quoted() {
        let body = r#"{"error": {"type": "invalid_request_error", "message": "Invalid API Key provided: sk_live_1234"}}"#;
        let Verdict::Final(CallError::Other(error)) = verdict(401, body) else { panic!("final") };
        assert!(!format!("{error:?}").contains("sk_live"));
    }

    #[test]
    fn answers_of_proxies_are_sorted_by_status() {
        assert!(matches!(verdict(504, "<html>"), Verdict::Again { unknown: true, .. }));
        assert!(matches!(verdict(429, ""), Verdict::Again { unknown: false, .. }));
        assert!(matches!(verdict(404, ""), Verdict::Final(CallError::Other(GatewayError::NotFound))));
        let stuck = judge(StatusCode::INTERNAL_SERVER_ERROR, Some(false), None, b"");
        assert!(matches!(stuck, Verdict::Stuck));
    }
}
