//! Hosts' accounts.

use futures::future::join_all;
use services::payments::{begin_onboarding, host_is_payable, onboarding};
use store::host_accounts::HostAccountState;

use crate::support::{Bench, code};

#[tokio::test(flavor = "multi_thread")]
async fn a_host_has_one_account_and_a_page_to_go_on() {
    let bench = Bench::new().await;
    bench.run("DELETE FROM host_accounts").await;
    let (ctx, host) = (&bench.ctx, bench.host);
    let gateway = bench.gateway.gateway().await.unwrap();
    assert_eq!(code(onboarding(ctx, gateway, host).await), "not found");
    let first = join_all((0..5).map(|_| begin_onboarding(ctx, gateway, host, None))).await;
    assert!(first.iter().any(Result::is_ok));
    let begun = begin_onboarding(ctx, gateway, host, None).await.unwrap();
    assert_eq!(begun.standing.state, HostAccountState::Pending);
    assert_eq!(bench.books().accounts().unwrap().len(), 1);
    assert_eq!(bench.books().accounts().unwrap()[0]["country"], "US");

    // The page stays while it works, and is replaced when it does not.
    assert_eq!(onboarding(ctx, gateway, host).await.unwrap(), begun);
    bench.advance(60);
    let later = onboarding(ctx, gateway, host).await.unwrap();
    assert_ne!(later.url, begun.url);

    // No event comes: asking is enough.
    let account = bench.value("SELECT to_jsonb(provider_account) FROM host_accounts").await;
    bench.books().enable_account(account.as_str().unwrap()).unwrap();
    assert!(!host_is_payable(ctx, host).await.unwrap());
    let done = onboarding(ctx, gateway, host).await.unwrap();
    assert_eq!((done.standing.state, done.url), (HostAccountState::Enabled, None));
    assert!(host_is_payable(ctx, host).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_country_is_the_hosts_word_or_the_listings() {
    let bench = Bench::new().await;
    bench.run("DELETE FROM host_accounts").await;
    bench.booking("instant").await;
    let gateway = bench.gateway.gateway().await.unwrap();
    begin_onboarding(&bench.ctx, gateway, bench.host, None).await.unwrap();
    begin_onboarding(&bench.ctx, gateway, bench.guest, Some("FR".parse().unwrap())).await.unwrap();
    let accounts = bench.books().accounts().unwrap();
    let mut countries: Vec<_> = accounts.iter().map(|account| account["country"].as_str().unwrap()).collect();
    countries.sort_unstable();
    assert_eq!(countries, ["DE", "FR"]);
}
