//! Movements of the platform's balance, and what the provider keeps of them.

use services::gateway::{
    Listed, Listing, MovementKind, ProviderFee, ProviderMovement, ProviderMovementId, ProviderPaymentId,
};

use crate::amount::from_provider;
use crate::client::{StripeClient, Unreadable};
use crate::failure::CallError;
use crate::payments::instant;
use crate::wire;

/// What a movement is, by the category that is made for accounting:
/// <https://docs.stripe.com/reports/reporting-categories>.
fn kind(category: String) -> MovementKind {
    match category.as_str() {
        "charge" | "charge_failure" | "partial_capture_reversal" => MovementKind::Charge,
        "refund" | "refund_failure" => MovementKind::Refund,
        "transfer" => MovementKind::Transfer,
        "dispute" | "dispute_reversal" => MovementKind::Dispute,
        "fee" | "tax" | "network_cost" => MovementKind::Fee,
        "payout" | "payout_reversal" | "topup" | "topup_reversal" => MovementKind::OwnPayout,
        _ => MovementKind::Other(category),
    }
}

impl TryFrom<wire::BalanceTransaction> for ProviderMovement {
    type Error = Unreadable;

    fn try_from(movement: wire::BalanceTransaction) -> Result<Self, Unreadable> {
        let kind = kind(movement.reporting_category);
        let amount = from_provider(movement.amount, &movement.currency)?;
        // What is a fee and nothing else is told as an amount that goes.
        let fee = if kind == MovementKind::Fee { -movement.amount } else { movement.fee };
        let payment =
            movement.source.and_then(wire::Reference::object).and_then(|source| source.payment_intent);
        Ok(Self {
            provider_id: ProviderMovementId::new(movement.id),
            kind,
            payment: payment.map(ProviderPaymentId::new),
            amount,
            fee: from_provider(fee, &movement.currency)?,
            created_at: instant(movement.created)?,
        })
    }
}

impl TryFrom<wire::BalanceTransaction> for ProviderFee {
    type Error = Unreadable;

    fn try_from(movement: wire::BalanceTransaction) -> Result<Self, Unreadable> {
        Ok(Self {
            amount: from_provider(movement.fee, &movement.currency)?,
            at: instant(movement.created)?,
            movement: ProviderMovementId::new(movement.id),
        })
    }
}

impl StripeClient {
    pub(crate) async fn list_movements_made(
        &self,
        listing: &Listing<'_>,
    ) -> Result<Listed<ProviderMovement>, CallError> {
        let expand = Some("data.source");
        self.list_made::<wire::BalanceTransaction, _>("/v1/balance_transactions", expand, listing).await
    }
}

#[cfg(test)]
mod tests {
    use domain::money::Money;
    use serde_json::json;

    use super::*;

    fn movement(category: &str, amount: i64, fee: i64) -> ProviderMovement {
        let wire: wire::BalanceTransaction = serde_json::from_value(json!({
            "id": "txn_1", "object": "balance_transaction", "amount": amount, "currency": "usd", "fee": fee,
            "created": 1_780_315_200, "reporting_category": category, "net": amount - fee,
            "source": { "id": "ch_1", "object": "charge", "payment_intent": "pi_1" },
        }))
        .unwrap();
        wire.try_into().unwrap()
    }

    #[test]
    fn movements_are_told_apart() {
        let usd = |amount| Money::new(amount, "USD".parse().unwrap());
        let charge = movement("charge", 10_000, 320);
        assert_eq!((charge.kind, charge.fee), (MovementKind::Charge, usd(320)));
        assert_eq!(charge.payment, Some(ProviderPaymentId::new("pi_1")));
        let of_account = movement("fee", -700, 0);
        assert_eq!((of_account.kind, of_account.fee), (MovementKind::Fee, usd(700)));
        let won = movement("dispute_reversal", 10_000, -1_500);
        assert_eq!((won.kind, won.fee), (MovementKind::Dispute, usd(-1_500)));
        let other = movement("connect_collection_transfer", -700, 0);
        assert_eq!(other.kind, MovementKind::Other("connect_collection_transfer".to_owned()));
    }

    #[test]
    fn a_source_may_be_a_name_alone() {
        let wire: wire::BalanceTransaction = serde_json::from_value(json!({
            "id": "txn_1", "amount": -700, "currency": "usd", "fee": 0, "created": 1_780_315_200,
            "reporting_category": "payout", "source": "po_1",
        }))
        .unwrap();
        let movement = ProviderMovement::try_from(wire).unwrap();
        assert_eq!((movement.kind, movement.payment), (MovementKind::OwnPayout, None));
    }
}
