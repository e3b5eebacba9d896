//! Refunds, one after another and all at once.

use std::sync::Arc;

use services::gateway::{GatewayError, PaymentGateway, ProviderRefundState};

use crate::support::{Bench, key, refund, refund_id, usd};

#[tokio::test]
async fn partial_refunds_and_their_listing() {
    let bench = Bench::new().await;
    let id = bench.captured(1, "pm_card_visa").await;
    let first = bench.gateway.refund(&key(1, "refund-1"), &refund(&id, 101, 2_500)).await.unwrap();
    assert_eq!((first.state, first.amount), (ProviderRefundState::Succeeded, usd(2_500)));
    bench.gateway.refund(&key(1, "refund-2"), &refund(&id, 102, 7_500)).await.unwrap();
    let replay = bench.gateway.refund(&key(1, "refund-1"), &refund(&id, 101, 2_500)).await.unwrap();
    assert_eq!(replay, first);

    let listed = bench.gateway.refunds(&id).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|refund| refund.refund_id).collect();
    assert_eq!(ids, [Some(refund_id(102)), Some(refund_id(101))]);
    let over = bench.gateway.refund(&key(1, "refund-3"), &refund(&id, 103, 1)).await;
    assert!(
        matches!(&over, Err(GatewayError::Rejected { code, .. }) if code == "charge_already_refunded"),
        "{over:?}"
    );
}

#[tokio::test]
async fn more_than_is_left_is_refused_whole() {
    let bench = Bench::new().await;
    let id = bench.captured(1, "pm_card_visa").await;
    bench.gateway.refund(&key(1, "refund-1"), &refund(&id, 101, 6_000)).await.unwrap();
    let over = bench.gateway.refund(&key(1, "refund-2"), &refund(&id, 102, 4_001)).await;
    assert!(
        matches!(&over, Err(GatewayError::Rejected { code, .. }) if code == "amount_too_large"),
        "{over:?}"
    );
    assert_eq!(bench.books().totals().unwrap()["usd"].refunded, 6_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_never_exceed_what_was_captured() {
    let bench = Arc::new(Bench::new().await);
    let id = bench.captured(1, "pm_card_visa").await;
    // 50 × 3.00 of 100.00: 33 fit.
    let calls: Vec<_> = (0..50_u128)
        .map(|number| {
            let (bench, id) = (Arc::clone(&bench), id.clone());
            tokio::spawn(async move {
                let step = format!("refund-{number}");
                bench.gateway.refund(&key(1, &step), &refund(&id, number, 300)).await
            })
        })
        .collect();
    let mut paid = 0;
    for call in calls {
        match call.await.unwrap() {
            Ok(_) => paid += 1,
            Err(GatewayError::Rejected { code, .. }) => assert_eq!(code, "amount_too_large"),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((paid, bench.books().totals().unwrap()["usd"].refunded), (33, 9_900));
    assert_eq!(bench.gateway.refunds(&id).await.unwrap().len(), 33);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_step_sent_fifty_times_at_once_is_one_refund() {
    let bench = Arc::new(Bench::new().await);
    let id = bench.captured(1, "pm_card_visa").await;
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let (bench, id) = (Arc::clone(&bench), id.clone());
            tokio::spawn(
                async move { bench.gateway.refund(&key(1, "refund-1"), &refund(&id, 101, 300)).await },
            )
        })
        .collect();
    for call in calls {
        match call.await.unwrap() {
            // Some find the key in use until their attempts are used up; all others see the one refund.
            Ok(_) | Err(GatewayError::OutcomeUnknown) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(bench.books().totals().unwrap()["usd"].refunded, 300);
}

#[tokio::test]
async fn listings_go_over_several_pages() {
    let bench = Bench::new().await;
    let id = bench.captured(1, "pm_card_visa").await;
    for number in 0..100_u128 {
        let step = format!("refund-{number}");
        bench.gateway.refund(&key(1, &step), &refund(&id, number, 99)).await.unwrap();
    }
    bench.gateway.refund(&key(1, "refund-100"), &refund(&id, 100, 100)).await.unwrap();
    let listed = bench.gateway.refunds(&id).await.unwrap();
    assert_eq!(
        (listed.len(), listed[0].refund_id, listed[100].refund_id),
        (101, Some(refund_id(100)), Some(refund_id(0)))
    );
}

#[tokio::test]
async fn a_refund_may_still_fail() {
    let bench = Bench::new().await;
    let id = bench.captured(1, "pm_card_refundFail").await;
    bench.gateway.refund(&key(1, "refund-1"), &refund(&id, 101, 2_500)).await.unwrap();
    bench.clock.advance_millis(60_000);
    assert_eq!(bench.gateway.refunds(&id).await.unwrap()[0].state, ProviderRefundState::Failed);
}
