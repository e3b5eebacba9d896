//! Payment intents.

use domain::ids::PaymentId;
use domain::money::Money;
use jiff::{SignedDuration, Timestamp};
use services::gateway::{
    Authorisation, AuthorisationOutcome, AuthoriseRequest, GatewayError, IdempotencyKey, ProviderChargeId,
    ProviderPayment, ProviderPaymentId, ProviderPaymentState,
};

use crate::amount::{AmountError, from_provider, to_provider};
use crate::client::{Call, StripeClient, Unreadable};
use crate::failure::{CallError, decline};
use crate::wire;

/// For how long before now payments are looked through one by one: the search may not know them yet. It is up to date within a
/// minute in normal times (<https://docs.stripe.com/search>).
const SEARCH_LAG: SignedDuration = SignedDuration::from_mins(15);

/// What is asked for beside an intent: the movement of the balance that its capture was, which says the fee. Events never
/// have it.
const WITH_FEE: &str = "latest_charge.balance_transaction";

/// How many pages of 100 are looked through at most.
const MOST_PAGES: usize = 20;

impl From<AmountError> for CallError {
    fn from(error: AmountError) -> Self {
        crate::failure::rejected("amount_not_representable", &error.to_string())
    }
}

impl From<AmountError> for Unreadable {
    fn from(_: AmountError) -> Self {
        Self
    }
}

/// An instant in Unix seconds.
pub(crate) fn instant(seconds: i64) -> Result<Timestamp, Unreadable> {
    Timestamp::from_second(seconds).map_err(|_| Unreadable)
}

/// An id of the provider as a segment of a path.
pub(crate) fn segment(id: &str) -> Result<&str, GatewayError> {
    let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain { Ok(id) } else { Err(GatewayError::NotFound) }
}

impl TryFrom<wire::Intent> for ProviderPayment {
    type Error = Unreadable;

    fn try_from(intent: wire::Intent) -> Result<Self, Unreadable> {
        let state = state(&intent)?;
        let (charge_id, movement) = match intent.latest_charge {
            None => (None, None),
            Some(wire::Reference::Name(id)) => (Some(id), None),
            Some(wire::Reference::Object(charge)) => (Some(charge.id), charge.balance_transaction),
        };
        let movement = movement.and_then(wire::Reference::object);
        Ok(Self {
            state,
            charge_id: charge_id.map(ProviderChargeId::new),
            // A payment is not unreadable because its fee is: the movements of the balance are looked through, too.
            fee: movement.and_then(|movement| movement.try_into().ok()),
            payment_id: intent.metadata.get("payment_id").and_then(|id| id.parse().ok()),
            amount: from_provider(intent.amount, &intent.currency)?,
            captured: from_provider(intent.amount_received, &intent.currency)?,
            created_at: instant(intent.created)?,
            provider_id: ProviderPaymentId::new(intent.id),
        })
    }
}

/// Where an intent stands, in our terms.
fn state(intent: &wire::Intent) -> Result<ProviderPaymentState, Unreadable> {
    Ok(match intent.status.as_str() {
        "requires_action" | "requires_confirmation" => ProviderPaymentState::RequiresAction {
            url: intent
                .next_action
                .as_ref()
                .and_then(|action| action.redirect_to_url.as_ref())
                .and_then(|redirect| redirect.url.clone()),
            client_secret: intent.client_secret.clone().unwrap_or_default(),
        },
        "requires_capture" => ProviderPaymentState::Authorised,
        "succeeded" => ProviderPaymentState::Captured,
        "canceled" => ProviderPaymentState::Cancelled,
        "processing" => ProviderPaymentState::Processing,
        "requires_payment_method" => {
            ProviderPaymentState::Declined(decline(intent.last_payment_error.as_ref().ok_or(Unreadable)?))
        }
        _ => return Err(Unreadable),
    })
}

/// A fresh intent as an authorisation.
struct Fresh(Authorisation);

impl TryFrom<wire::Intent> for Fresh {
    type Error = Unreadable;

    fn try_from(intent: wire::Intent) -> Result<Self, Unreadable> {
        let outcome = match state(&intent)? {
            ProviderPaymentState::Authorised | ProviderPaymentState::Captured => {
                AuthorisationOutcome::Authorised
            }
            ProviderPaymentState::RequiresAction { url, client_secret } => {
                AuthorisationOutcome::RequiresAction { url, client_secret }
            }
            ProviderPaymentState::Declined(decline) => AuthorisationOutcome::Declined(decline),
            ProviderPaymentState::Cancelled | ProviderPaymentState::Processing => return Err(Unreadable),
        };
        Ok(Self(Authorisation { provider_id: ProviderPaymentId::new(intent.id), outcome }))
    }
}

/// A page of payments.
struct Payments {
    payments: Vec<ProviderPayment>,
    has_more: bool,
}

impl TryFrom<wire::Page<wire::Intent>> for Payments {
    type Error = Unreadable;

    fn try_from(page: wire::Page<wire::Intent>) -> Result<Self, Unreadable> {
        let payments = page.data.into_iter().map(ProviderPayment::try_from).collect::<Result<_, _>>()?;
        Ok(Self { payments, has_more: page.has_more })
    }
}

impl StripeClient {
    pub(crate) async fn create_intent(
        &self,
        key: &IdempotencyKey,
        request: &AuthoriseRequest,
    ) -> Result<Authorisation, CallError> {
        let parameters = vec![
            ("amount", to_provider(request.amount)?.to_string()),
            ("currency", request.amount.currency().code().to_ascii_lowercase()),
            ("capture_method", "manual".to_owned()),
            ("confirm", "true".to_owned()),
            ("payment_method", request.payment_method.clone()),
            ("payment_method_types[]", "card".to_owned()),
            ("return_url", self.config.payment_return_url.clone()),
            ("metadata[payment_id]", request.payment_id.to_string()),
            ("metadata[booking_id]", request.booking_id.to_string()),
            ("transfer_group", request.transfer_group.clone()),
        ];
        let call = Call::post("/v1/payment_intents".to_owned(), parameters, Some(key));
        match self.call::<wire::Intent, Fresh>(call).await {
            Ok(Fresh(authorisation)) => Ok(authorisation),
            Err(CallError::Declined { decline, payment: Some(id) }) => Ok(Authorisation {
                provider_id: ProviderPaymentId::new(id),
                outcome: AuthorisationOutcome::Declined(decline),
            }),
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn capture_intent(
        &self,
        key: &IdempotencyKey,
        payment: &ProviderPaymentId,
        amount: Money,
    ) -> Result<ProviderPayment, CallError> {
        let path = format!("/v1/payment_intents/{}/capture", segment(payment.as_str())?);
        let parameters =
            vec![("amount_to_capture", to_provider(amount)?.to_string()), ("expand[]", WITH_FEE.to_owned())];
        self.call::<wire::Intent, _>(Call::post(path, parameters, Some(key))).await
    }

    pub(crate) async fn cancel_intent(
        &self,
        key: &IdempotencyKey,
        payment: &ProviderPaymentId,
    ) -> Result<ProviderPayment, CallError> {
        let path = format!("/v1/payment_intents/{}/cancel", segment(payment.as_str())?);
        self.call::<wire::Intent, _>(Call::post(path, Vec::new(), Some(key))).await
    }

    pub(crate) async fn retrieve_intent(&self, payment: &str) -> Result<ProviderPayment, CallError> {
        let path = format!("/v1/payment_intents/{}", segment(payment)?);
        self.call::<wire::Intent, _>(Call::get(path, vec![("expand[]", WITH_FEE.to_owned())])).await
    }

    /// The newest intent of a payment: looked for among the latest ones, which the search may lack, then searched for.
    pub(crate) async fn find_intent(
        &self,
        payment_id: PaymentId,
        created_after: Timestamp,
    ) -> Result<Option<ProviderPayment>, CallError> {
        let recent = self.clock.now() - SEARCH_LAG;
        if let Some(found) = self.scan_intents(payment_id, created_after.max(recent)).await? {
            return Ok(Some(found));
        }
        let query = format!("metadata['payment_id']:'{payment_id}'");
        let path = "/v1/payment_intents/search".to_owned();
        let page: Payments =
            self.call::<wire::Page<wire::Intent>, _>(Call::get(path, vec![("query", query)])).await?;
        let newest = page.payments.into_iter().max_by_key(|payment| payment.created_at);
        match newest {
            // What the search knows of its state may be old.
            Some(found) => self.retrieve_intent(found.provider_id.as_str()).await.map(Some),
            None => Ok(None),
        }
    }

    /// Looks through the intents made at `since` or later, newest first.
    async fn scan_intents(
        &self,
        payment_id: PaymentId,
        since: Timestamp,
    ) -> Result<Option<ProviderPayment>, CallError> {
        let mut after: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut parameters =
                vec![("limit", "100".to_owned()), ("created[gte]", since.as_second().to_string())];
            parameters.extend(after.map(|id| ("starting_after", id)));
            let call = Call::get("/v1/payment_intents".to_owned(), parameters);
            let page: Payments = self.call::<wire::Page<wire::Intent>, _>(call).await?;
            after = page.payments.last().map(|payment| payment.provider_id.to_string());
            let found = page.payments.into_iter().find(|payment| payment.payment_id == Some(payment_id));
            if found.is_some() || !page.has_more {
                return Ok(found);
            }
        }
        // To say "none" without having looked everywhere could charge a card twice; later the search knows.
        Err(GatewayError::Retryable { after: None }.into())
    }
}
