//! What the provider keeps: posted once, with the capture or by the reconciliation.

use local::operator::findings::{FindingsCommand, ListFindings, Settle, run};
use serde_json::{Value, json};
use tests::{Dates, System};

use super::{intent_of, ledger_holds, promoted};

const A_DAY: i64 = 26 * 3600;

/// What is posted as fees for a booking, in the order in which it happened.
async fn fees_of(system: &System, booking: &str) -> Vec<i64> {
    let query = format!(
        "SELECT n.amount::text FROM ledger_journals j JOIN ledger_entries n ON n.journal_id = j.id
         WHERE j.event = 'provider_fee' AND j.booking_id = '{booking}' AND n.account = 'provider_fees'
         ORDER BY j.at, n.amount DESC"
    );
    system.sql(&query).await.into_iter().flatten().map(|amount| amount.parse().unwrap()).collect()
}

/// What the provider says it keeps of an intent's movements.
fn kept(system: &System, category: &str) -> Vec<i64> {
    let movements = system.handles().stripe.handle().movements().unwrap();
    let of = movements.iter().filter(|one| one["reporting_category"] == category);
    of.map(|one| one["fee"].as_i64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fee_of_a_charge_is_posted_with_its_capture_and_once() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let booking = guest.stays(&property, Dates::in_days(&guest, 30, 3)).await;
    let charged = kept(&system, "charge");
    assert!(charged[0] > 0);
    assert_eq!(fees_of(&system, &booking).await, charged, "posted without any reconciliation");
    let provider = system.handles().stripe.handle();
    for event in provider.events().unwrap() {
        provider.resend(event["id"].as_str().unwrap()).unwrap();
    }
    system.settle().await;
    for _ in 0..2 {
        system.advance(A_DAY).await;
        system.advance(61).await;
    }
    assert_eq!(system.sql("SELECT DISTINCT step FROM reconciliation_runs").await, [Some("done".to_owned())]);
    assert_eq!(fees_of(&system, &booking).await, charged);
    assert_eq!(system.sql("SELECT kind FROM findings").await, []);
    ledger_holds(&system).await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_told_is_posted_by_the_reconciliation() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    let booking = guest.stays(&property, Dates::in_days(&guest, 30, 3)).await;
    let charged = kept(&system, "charge")[0];
    // As before fees were read: the capture is there, its fee is not.
    let client = system.handles().cluster.postgres().connect(system.database()).await.expect("a connection");
    client
        .batch_execute(
            "SET session_replication_role = replica;
             DELETE FROM ledger_entries WHERE journal_id IN
                 (SELECT id FROM ledger_journals WHERE event = 'provider_fee');
             DELETE FROM ledger_journals WHERE event = 'provider_fee'; DELETE FROM provider_fees",
        )
        .await
        .unwrap();
    assert_eq!(fees_of(&system, &booking).await, [] as [i64; 0]);
    ledger_holds(&system).await;
    let provider = system.handles().stripe.handle();
    let dispute = provider.open_dispute(&intent_of(&system, &booking).await, None, "fraudulent").unwrap();
    system.advance(A_DAY).await;
    system.advance(61).await;
    let disputed = kept(&system, "dispute")[0];
    assert_eq!(fees_of(&system, &booking).await, [charged, disputed]);
    provider.close_dispute(dispute["id"].as_str().unwrap(), true).unwrap();
    system.advance(A_DAY).await;
    system.advance(61).await;
    assert_eq!(fees_of(&system, &booking).await, [charged, disputed, -disputed], "the bank decided for us");
    let untold = "SELECT count(*)::text FROM provider_fees";
    assert_eq!(system.sql(untold).await, [Some("3".to_owned())]);
    ledger_holds(&system).await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_moved_by_nothing_of_ours_is_a_finding_that_a_command_settles() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus").await);
    let property = host.lists(|_| {}).await;
    guest.stays(&property, Dates::in_days(&guest, 30, 3)).await;
    let provider = system.handles().stripe.handle();
    // A host's account stands below zero, and the provider helps itself.
    let account = provider.accounts().unwrap()[0]["id"].as_str().unwrap().to_owned();
    provider.collect_for_account(&account, 700, "usd").unwrap();
    // Somebody changed what a fee was.
    let client = system.handles().cluster.postgres().connect(system.database()).await.expect("a connection");
    client.batch_execute("UPDATE provider_fees SET amount = amount + 1").await.unwrap();
    system.advance(A_DAY).await;
    system.advance(61).await;
    client.batch_execute("UPDATE provider_fees SET amount = amount - 1").await.unwrap();

    let env = platform::Env::from_map(system.handles().variables.clone());
    let list = async |state: &str| {
        let wanted = ListFindings { state: state.to_owned(), limit: 100 };
        run(&env, FindingsCommand::List(wanted)).await.unwrap()
    };
    let listed = list("open").await;
    let open: Vec<Vec<&str>> = listed.lines().map(|line| line.split('\t').collect()).collect();
    let of =
        |kind: &str| open.iter().find(|line| line[2] == kind).unwrap_or_else(|| panic!("{listed}")).clone();
    assert_eq!(open.len(), 2, "{listed}");
    let details: Value = serde_json::from_str(of("balance_unexplained")[5]).unwrap();
    assert_eq!(details["kind"], "connect_collection_transfer");
    assert_eq!(details["amount"], json!({ "amount": -700, "currency": "USD" }));

    let settle = async |kind: &str, note: &str, gives_up: Option<i64>| {
        let how = Settle {
            id: of(kind)[0].parse().unwrap(),
            by: guest.email.clone(),
            note: note.to_owned(),
            write_off: gives_up.map(|_| "provider_balance".to_owned()),
            amount: gives_up,
            currency: gives_up.map(|_| "USD".parse().unwrap()),
            booking: None,
        };
        run(&env, FindingsCommand::Settle(Box::new(how))).await.map_err(|error| error.to_string())
    };
    let refused = settle("balance_unexplained", "Stripe's reserve.", Some(700)).await.unwrap_err();
    assert!(refused.contains("nobody of the staff"), "{refused}");
    promoted(&guest).await;
    let settled = settle("balance_unexplained", "Stripe's reserve.", Some(700)).await.unwrap();
    assert!(settled.contains("\tsettled\tbalance_unexplained\t"), "{settled}");
    let again = settle("balance_unexplained", "Stripe's reserve.", Some(700)).await.unwrap_err();
    assert!(again.contains("closed already"), "{again}");
    settle("fee_differs", "Put back.", None).await.unwrap();
    assert_eq!(list("open").await, "");
    assert_eq!(list("settled").await.lines().count(), 2);
    // The ledger agrees with the provider again.
    ledger_holds(&system).await;
    system.stop().await;
}
