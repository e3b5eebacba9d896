//! The parts of the documentation that the code writes are what the code says.

use std::fmt::Write as _;
use std::path::Path;

use domain::booking::{TABLE, mermaid};
use domain::cancellation::{CancellationPolicyCode, Cutoff, Late, PolicySnapshot};
use domain::modification::ModificationState;

fn table() -> String {
    let mut text =
        "| state | event | by | becomes | effects | clock |\n| --- | --- | --- | --- | --- | --- |\n"
            .to_owned();
    for row in TABLE {
        let effects: Vec<String> = row.effects.iter().map(|effect| format!("{effect:?}")).collect();
        let clock = row.timer.map_or(String::new(), |timer| format!("{timer:?}"));
        let effects = effects.join(", ").replace('(', " ").replace(')', "");
        writeln!(text, "| {} | {} | {} | {} | {effects} | {clock} |", row.from, row.event, row.actor, row.to)
            .unwrap();
    }
    text
}

fn policies() -> String {
    let mut text =
        "| policy | until | comes back | after that the host keeps |\n| --- | --- | --- | --- |\n".to_owned();
    for code in CancellationPolicyCode::ALL {
        let policy = PolicySnapshot::current(*code);
        let until = |cutoff| match cutoff {
            Cutoff::Hours(hours) => format!("{hours} hours before check-in"),
            Cutoff::Days(days) => format!("{days} days before check-in"),
        };
        let mut tiers: Vec<(String, String)> = policy
            .tiers
            .iter()
            .map(|tier| (until(tier.until), format!("{} %", tier.refund_percent)))
            .collect();
        if let Some(window) = policy.after_booking {
            let text =
                format!("{} hours after booking, {} days before check-in", window.hours, window.days_before);
            tiers.insert(0, (text, "100 %".to_owned()));
        }
        let late = match policy.late {
            Late::Nothing => "everything".to_owned(),
            Late::KeepNights { extra, rest_percent } => {
                format!("nights stayed and {extra} more, {rest_percent} % of the rest")
            }
        };
        let (until, back): (Vec<_>, Vec<_>) = tiers.into_iter().unzip();
        writeln!(text, "| {code} | {} | {} | {late} |", until.join("; "), back.join("; ")).unwrap();
    }
    text
}

/// The states of a modification, from the same type that the database and the API use.
fn modification() -> String {
    use ModificationState as M;
    let arrows = [
        (M::Proposed, M::Accepted, "accept, the guest pays no more"),
        (M::Proposed, M::Paying, "accept, the guest pays more: both stays are held"),
        (M::Proposed, M::Declined, "decline"),
        (M::Proposed, M::Withdrawn, "taken back"),
        (M::Proposed, M::Expired, "24 hours"),
        (M::Paying, M::Accepted, "the difference is authorised: the stays are swapped"),
        (M::Paying, M::PaymentFailed, "the card is declined"),
        (M::Paying, M::Expired, "15 minutes"),
    ];
    let mut text = "```mermaid\nstateDiagram-v2\n    [*] --> proposed\n".to_owned();
    for (from, to, why) in arrows {
        assert!(from.is_open());
        writeln!(text, "    {from} --> {to}: {why}").unwrap();
    }
    for state in M::ALL.iter().filter(|state| !state.is_open()) {
        writeln!(text, "    {state} --> [*]").unwrap();
    }
    text + "```\n"
}

#[test]
fn docs_say_what_the_code_does() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("docs/bookings.md");
    let committed = std::fs::read_to_string(&file).unwrap();
    let mut text = committed.clone();
    let parts = [
        ("life", format!("```mermaid\n{}```\n", mermaid())),
        ("table", table()),
        ("modification", modification()),
        ("policies", policies()),
    ];
    for (name, part) in parts {
        let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let (before, rest) = text.split_once(&open).unwrap_or_else(|| panic!("no {open}"));
        let (_, after) = rest.split_once(&close).unwrap_or_else(|| panic!("no {close}"));
        text = format!("{before}{open}\n{part}\n{close}{after}");
    }
    if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
        std::fs::write(&file, &text).unwrap();
    }
    let renewed = std::fs::read_to_string(&file).unwrap();
    assert!(
        renewed == text,
        "docs/bookings.md is not what the code says: UPDATE_DOCS=1 cargo test --workspace docs::"
    );
}
