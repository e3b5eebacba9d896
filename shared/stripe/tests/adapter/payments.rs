//! Authorise, capture, void, look up.

use services::gateway::{AuthorisationOutcome, Decline, GatewayError, PaymentGateway, ProviderPaymentState};

use crate::support::{Bench, booking_id, client, key, money, open, payment_id, request, usd};

fn code<T: std::fmt::Debug>(result: Result<T, GatewayError>) -> String {
    match result {
        Err(GatewayError::Rejected { code, .. }) => code,
        other => panic!("{other:?} is no rejection"),
    }
}

#[tokio::test]
async fn authorise_and_capture_a_part() {
    let bench = Bench::new().await;
    let authorisation = bench.authorise(1, "pm_card_visa").await;
    assert_eq!(authorisation.outcome, AuthorisationOutcome::Authorised);
    let id = authorisation.provider_id;
    let held = bench.gateway.retrieve(&id).await.unwrap();
    assert_eq!(
        (held.state, held.amount, held.captured),
        (ProviderPaymentState::Authorised, usd(10_000), usd(0))
    );

    let taken = bench.gateway.capture(&key(1, "capture"), &id, usd(9_000)).await.unwrap();
    assert_eq!((taken.state.clone(), taken.captured), (ProviderPaymentState::Captured, usd(9_000)));
    assert_eq!(taken.payment_id, Some(payment_id(1)));
    assert!(taken.charge_id.is_some());
    let again = bench.gateway.capture(&key(1, "capture"), &id, usd(9_000)).await.unwrap();
    assert_eq!(again, taken);
    let other = bench.gateway.capture(&key(1, "capture-more"), &id, usd(1_000)).await;
    assert_eq!(code(other), "payment_intent_unexpected_state");
    assert_eq!(code(bench.gateway.void(&key(1, "void"), &id).await), "payment_intent_unexpected_state");

    let stored = &bench.books().intents().unwrap()[0];
    assert_eq!(stored["metadata"]["booking_id"], booking_id().to_string().as_str());
    assert_eq!(
        (&stored["transfer_group"], &stored["capture_method"]),
        (&"booking-77".into(), &"manual".into())
    );
}

#[tokio::test]
async fn more_than_is_held_is_refused() {
    let bench = Bench::new().await;
    let id = bench.authorise(1, "pm_card_visa").await.provider_id;
    assert_eq!(code(bench.gateway.capture(&key(1, "capture"), &id, usd(10_001)).await), "amount_too_large");
}

#[tokio::test]
async fn void_releases_and_forbids_capture() {
    let bench = Bench::new().await;
    let id = bench.authorise(1, "pm_card_visa").await.provider_id;
    let voided = bench.gateway.void(&key(1, "void"), &id).await.unwrap();
    assert_eq!(voided.state, ProviderPaymentState::Cancelled);
    assert_eq!(bench.gateway.void(&key(1, "void"), &id).await.unwrap(), voided);
    assert_eq!(
        code(bench.gateway.capture(&key(1, "capture"), &id, usd(10_000)).await),
        "payment_intent_unexpected_state"
    );
}

#[tokio::test]
async fn declines_are_outcomes_with_words_for_the_guest() {
    let bench = Bench::new().await;
    for (payment, method, expected, message) in [
        (1, "pm_card_chargeDeclined", "generic_decline", "The card was declined."),
        (
            2,
            "pm_card_chargeDeclinedInsufficientFunds",
            "insufficient_funds",
            "The card has insufficient funds.",
        ),
        (3, "pm_card_chargeDeclinedLostCard", "lost_card", "The card was declined."),
    ] {
        let authorisation = bench.authorise(payment, method).await;
        let decline = Decline { code: expected.to_owned(), message };
        assert_eq!(authorisation.outcome, AuthorisationOutcome::Declined(decline.clone()));
        let later = bench.gateway.retrieve(&authorisation.provider_id).await.unwrap();
        assert_eq!(later.state, ProviderPaymentState::Declined(decline));
        // The same step again is the same decline, not another try of the card.
        assert_eq!(bench.authorise(payment, method).await, authorisation);
    }
    assert_eq!(bench.books().intents().unwrap().len(), 3);
    let unknown = bench.gateway.authorise(&key(4, "authorise"), &request(4, "pm_nonesuch")).await;
    assert!(matches!(unknown, Err(GatewayError::Declined(_))), "{unknown:?}");
}

#[tokio::test]
async fn the_guest_authenticates_or_does_not() {
    let bench = Bench::new().await;
    for (payment, query, proved) in [(1, "", true), (2, "?outcome=fail", false)] {
        let authorisation = bench.authorise(payment, "pm_card_authenticationRequired").await;
        let AuthorisationOutcome::RequiresAction { url: Some(url), client_secret } = authorisation.outcome
        else {
            panic!("{authorisation:?} asks for nothing");
        };
        assert!(client_secret.starts_with(authorisation.provider_id.as_str()));
        assert_eq!(open(&format!("{url}{query}")).await, 200);
        let after = bench.gateway.retrieve(&authorisation.provider_id).await.unwrap();
        match after.state {
            ProviderPaymentState::Authorised => assert!(proved),
            ProviderPaymentState::Declined(decline) => {
                assert_eq!((proved, decline.message), (false, "The payment could not be authenticated."));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn amounts_travel_in_the_providers_notation() {
    let bench = Bench::new().await;
    for (payment, amount, currency, there) in [
        (1, 12_000, "JPY", 12_000),
        (2, 900, "ISK", 90_000),
        (3, 12_340, "KWD", 12_340),
        (4, 500_000, "MGA", 5_000),
    ] {
        let mut request = request(payment, "pm_card_visa");
        request.amount = money(amount, currency);
        let made = bench.gateway.authorise(&key(payment, "authorise"), &request).await.unwrap();
        let intents = bench.books().intents().unwrap();
        assert_eq!(intents.last().unwrap()["amount"], there, "{currency}");
        let taken =
            bench.gateway.capture(&key(payment, "capture"), &made.provider_id, request.amount).await.unwrap();
        assert_eq!(taken.captured, request.amount);
    }
    let mut ragged = request(5, "pm_card_visa");
    ragged.amount = money(12_345, "KWD");
    let refused = bench.gateway.authorise(&key(5, "authorise"), &ragged).await;
    assert_eq!(code(refused), "amount_not_representable");
}

#[tokio::test]
async fn a_payment_is_found_by_our_id_at_any_age() {
    let bench = Bench::new().await;
    let start = "2026-06-01T12:00:00Z".parse().unwrap();
    assert_eq!(bench.gateway.find_by_metadata(payment_id(1), start).await.unwrap(), None);
    for other in 10..25 {
        bench.authorise(other, "pm_card_visa").await;
    }
    let id = bench.authorise(1, "pm_card_visa").await.provider_id;
    // At once, while the provider's search does not know it yet.
    let found = bench.gateway.find_by_metadata(payment_id(1), start).await.unwrap().unwrap();
    assert_eq!((found.provider_id, found.state), (id.clone(), ProviderPaymentState::Authorised));
    // Long after, when only the search does.
    bench.clock.advance_millis(3 * 24 * 60 * 60 * 1000);
    let found = bench.gateway.find_by_metadata(payment_id(1), start).await.unwrap().unwrap();
    assert_eq!(found.provider_id, id);
    assert_eq!(bench.gateway.find_by_metadata(payment_id(2), start).await.unwrap(), None);
}

#[tokio::test]
async fn an_authorisation_that_lapsed_cannot_be_captured() {
    let bench = Bench::new().await;
    let id = bench.authorise(1, "pm_card_visa").await.provider_id;
    bench.clock.advance_millis(7 * 24 * 60 * 60 * 1000);
    assert_eq!(bench.gateway.retrieve(&id).await.unwrap().state, ProviderPaymentState::Cancelled);
    assert_eq!(
        code(bench.gateway.capture(&key(1, "capture"), &id, usd(10_000)).await),
        "payment_intent_unexpected_state"
    );
}

#[tokio::test]
async fn a_wrong_key_and_a_wrong_id() {
    let bench = Bench::new().await;
    let wrong = client(bench.provider.url(), &bench.clock, |config| {
        config.api_key = stripe::Secret::new("sk_test_wrong");
    });
    assert_eq!(
        code(wrong.authorise(&key(1, "authorise"), &request(1, "pm_card_visa")).await),
        "unauthorised"
    );
    // The version is said with every call: the provider here speaks the pinned one and no other.
    let other = client(bench.provider.url(), &bench.clock, |config| {
        "2020-08-27".clone_into(&mut config.api_version);
    });
    let refused = other.authorise(&key(1, "authorise"), &request(1, "pm_card_visa")).await;
    assert!(matches!(refused, Err(GatewayError::Rejected { .. })), "{refused:?}");
    for id in ["pi_none", "", "pi_1/capture", "../refunds"] {
        let id = services::gateway::ProviderPaymentId::new(id);
        assert_eq!(bench.gateway.retrieve(&id).await, Err(GatewayError::NotFound));
    }
}
