//! Hosts: onboarding and transfers.

use domain::ids::{PayoutId, UserId};
use services::gateway::{
    AccountRequest, AccountState, GatewayError, IdempotencyKey, PaymentGateway, TransferRequest,
};
use uuid::Uuid;

use crate::support::{Bench, open, usd};

fn host() -> (IdempotencyKey, AccountRequest) {
    let user_id: UserId = Uuid::from_u128(5).into();
    let request = AccountRequest { user_id, email: "host@example.com".to_owned(), country: "US".to_owned() };
    (IdempotencyKey::derive(user_id, "account", 1), request)
}

#[tokio::test]
async fn a_host_is_onboarded_by_the_link() {
    let bench = Bench::new().await;
    let (key, request) = host();
    let account = bench.gateway.create_account(&key, &request).await.unwrap();
    assert_eq!(account.state, AccountState::Pending);
    assert!(!account.requirements.is_empty());
    assert_eq!(bench.gateway.create_account(&key, &request).await.unwrap(), account);

    let link = bench.gateway.account_link(&account.provider_id).await.unwrap();
    assert_eq!(link.expires_at, "2026-06-01T12:05:00Z".parse().unwrap());
    assert_eq!(open(&link.url).await, 200);
    let enabled = bench.gateway.retrieve_account(&account.provider_id).await.unwrap();
    assert_eq!((enabled.state, enabled.requirements), (AccountState::Enabled, Vec::new()));

    let due = vec!["individual.id_number".to_owned()];
    bench.books().restrict_account(account.provider_id.as_str(), due.clone()).unwrap();
    let restricted = bench.gateway.retrieve_account(&account.provider_id).await.unwrap();
    assert_eq!((restricted.state, restricted.requirements), (AccountState::Restricted, due));
    assert_eq!(bench.books().accounts().unwrap().len(), 1);
}

#[tokio::test]
async fn only_an_enabled_host_is_paid_and_once() {
    let bench = Bench::new().await;
    let (key, request) = host();
    let account = bench.gateway.create_account(&key, &request).await.unwrap().provider_id;
    bench.captured(1, "pm_card_visa").await;
    let payout_id: PayoutId = Uuid::from_u128(7).into();
    let transfer = TransferRequest { account: account.clone(), amount: usd(9_600), payout_id };
    let key = |step| IdempotencyKey::derive(payout_id, step, 1);
    let early = bench.gateway.transfer(&key("payout"), &transfer).await;
    assert!(
        matches!(&early, Err(GatewayError::Rejected { code, .. }) if code == "insufficient_capabilities_for_transfer"),
        "{early:?}"
    );
    bench.books().enable_account(account.as_str()).unwrap();
    let paid = bench.gateway.transfer(&key("payout-2"), &transfer).await.unwrap();
    assert_eq!((&paid.account, paid.amount), (&account, usd(9_600)));
    assert_eq!(bench.gateway.find_transfer(payout_id).await, Ok(Some(paid.clone())));
    assert_eq!(bench.gateway.find_transfer(Uuid::from_u128(8).into()).await, Ok(None));
    assert_eq!(bench.gateway.transfer(&key("payout-2"), &transfer).await.unwrap(), paid);
    assert!(bench.gateway.transfer(&key("payout-3"), &transfer).await.is_err());
    assert_eq!(bench.books().totals().unwrap()["usd"].transferred, 9_600);
}
