//! The switches as a form: the usual ones. A script may set all of them.

use local_data_api::{FaultPlan, Outage};
use local_stripe::{ApiFault, ApiFaultKind, Faults, Manner, WebhookFaults, When};
use maud::{Markup, html};
use serde::Deserialize;

use super::{AT, AllFaults};

/// The lasting errors of the database, by the name that a script gives them.
const OUTAGES: [(&str, &str, Outage); 5] = [
    ("endpoint_not_enabled", "The Data API is switched off", Outage::EndpointNotEnabled),
    ("invalid_secret", "The password was changed elsewhere", Outage::InvalidSecret),
    ("forbidden", "Forbidden", Outage::Forbidden),
    ("access_denied", "The role lacks a permission", Outage::AccessDenied),
    ("database_not_found", "The database is gone", Outage::DatabaseNotFound),
];
/// What may befall a call to the payment provider.
const KINDS: [(&str, &str, ApiFaultKind); 5] = [
    ("timeout_before", "no answer, nothing done", ApiFaultKind::TimeoutBefore(Manner::Drop)),
    ("timeout_after", "no answer, all done", ApiFaultKind::TimeoutAfter(Manner::Drop)),
    ("server_error", "a server error", ApiFaultKind::ServerError),
    ("rate_limited", "too many requests", ApiFaultKind::RateLimited(Some(1))),
    ("slow", "an answer after 2 seconds", ApiFaultKind::Slow(2000)),
];

/// What the form sends; every field is there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct FaultsForm {
    resuming_calls: u32,
    unavailable_calls: u32,
    timeout_before_calls: u32,
    timeout_after_calls: u32,
    lost_response_calls: u32,
    throttle_percent: u8,
    delay_ms: u64,
    outage: String,
    stripe_kind: String,
    stripe_calls: u32,
    webhook_duplicates: u32,
    webhook_late_ms: u64,
    webhook_lost_percent: u8,
}

impl FaultsForm {
    /// The faults that it asks for, or what is wrong with it.
    pub(super) fn into_faults(self) -> Result<AllFaults, &'static str> {
        let outage = match self.outage.as_str() {
            "" => None,
            name => {
                Some(OUTAGES.iter().find(|(known, ..)| *known == name).ok_or("there is no such outage")?.2)
            }
        };
        let kind =
            KINDS.iter().find(|(known, ..)| *known == self.stripe_kind).ok_or("there is no such fault")?.2;
        let fault = ApiFault { kind, when: When::Next(self.stripe_calls), path: String::new() };
        Ok(AllFaults {
            data_api: FaultPlan {
                resuming_calls: self.resuming_calls,
                unavailable_calls: self.unavailable_calls,
                timeout_before_calls: self.timeout_before_calls,
                timeout_after_calls: self.timeout_after_calls,
                lost_response_calls: self.lost_response_calls,
                throttle_probability: share(self.throttle_percent),
                delay_ms: self.delay_ms,
                outage,
                ..FaultPlan::default()
            },
            stripe: Faults {
                seed: 1,
                api: if self.stripe_calls == 0 { Vec::new() } else { vec![fault] },
                webhooks: WebhookFaults {
                    duplicates: self.webhook_duplicates,
                    late_ms: self.webhook_late_ms,
                    lost: share(self.webhook_lost_percent),
                    ..WebhookFaults::default()
                },
            },
        })
    }
}

fn share(percent: u8) -> f64 {
    f64::from(percent.min(100)) / 100.0
}

/// A probability as a percentage between 0 and 100.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped to 0 to 100")]
fn percent(share: f64) -> u64 {
    (share.clamp(0.0, 1.0) * 100.0).round() as u64
}

/// The switches as they stand.
pub(super) fn page(faults: &AllFaults) -> Markup {
    let (db, stripe) = (&faults.data_api, &faults.stripe);
    let calls = |name: &str, label: &str, value: u32| number(name, label, "calls", u64::from(value), 1000);
    let (kind, left) = api_fault(stripe);
    html! {
        p.lead { "What a real service does on its bad days. Counts run down with each call that they strike; these pages read the
            database past them." }
        @if faults.any() { p.notice role="status" { strong { "Faults are on." } } }
        form.switches method="post" action=(AT) {
            fieldset {
                legend { "Database" }
                (calls("resuming_calls", "It is waking up for the next", db.resuming_calls))
                (calls("unavailable_calls", "There is no writer for the next", db.unavailable_calls))
                (calls("timeout_before_calls", "Time-out, nothing done, for the next", db.timeout_before_calls))
                (calls("timeout_after_calls", "Time-out, all done, for the next", db.timeout_after_calls))
                (calls("lost_response_calls", "The answer is lost for the next", db.lost_response_calls))
                (number("throttle_percent", "Throttled are", "% of calls", percent(db.throttle_probability), 100))
                (number("delay_ms", "Each call waits", "ms", db.delay_ms, 60_000))
                (choice("outage", "Lasting outage", OUTAGES.iter().map(|(name, label, outage)| (*name, *label, db.outage == Some(*outage))), Some("none")))
            }
            fieldset {
                legend { "Payment provider" }
                (choice("stripe_kind", "A call is answered by", KINDS.iter().map(|(name, label, known)| (*name, *label, kind == Some(*known))), None))
                (calls("stripe_calls", "That happens to the next", left))
                (number("webhook_duplicates", "Webhooks come again", "times more", u64::from(stripe.webhooks.duplicates), 20))
                (number("webhook_late_ms", "They are late by", "ms", stripe.webhooks.late_ms, 86_400_000))
                (number("webhook_lost_percent", "Never delivered are", "% of them", percent(stripe.webhooks.lost), 100))
            }
            div.row { button { "Set the faults" } }
        }
        form method="post" action=(AT) {
            @for (name, value) in ALL_OFF { input type="hidden" name=(name) value=(value); }
            button.plain { "Switch all off" }
        }
    }
}

/// The form of a good day.
const ALL_OFF: [(&str, &str); 13] = [
    ("resuming_calls", "0"),
    ("unavailable_calls", "0"),
    ("timeout_before_calls", "0"),
    ("timeout_after_calls", "0"),
    ("lost_response_calls", "0"),
    ("throttle_percent", "0"),
    ("delay_ms", "0"),
    ("outage", ""),
    ("stripe_kind", "server_error"),
    ("stripe_calls", "0"),
    ("webhook_duplicates", "0"),
    ("webhook_late_ms", "0"),
    ("webhook_lost_percent", "0"),
];

fn api_fault(faults: &Faults) -> (Option<ApiFaultKind>, u32) {
    faults.api.first().map_or((None, 0), |fault| {
        let left = match fault.when {
            When::Next(left) => left,
            When::Probability(_) => 0,
        };
        (Some(fault.kind), left)
    })
}

fn number(name: &str, label: &str, unit: &str, value: u64, most: u64) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            span {
                input id=(name) name=(name) type="number" inputmode="numeric" required min="0" max=(most) value=(value);
                span.unit { (unit) }
            }
        }
    }
}

fn choice<'a>(
    name: &str,
    label: &str,
    options: impl Iterator<Item = (&'a str, &'a str, bool)>,
    none: Option<&str>,
) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                @if let Some(none) = none { option value="" { (none) } }
                @for (value, label, chosen) in options { option value=(value) selected[chosen] { (label) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_a_good_day_switches_everything_off() {
        let form: FaultsForm =
            serde_urlencoded::from_str(&serde_urlencoded::to_string(ALL_OFF).unwrap()).unwrap();
        assert!(!form.into_faults().unwrap().any());
    }

    #[test]
    fn every_field_of_the_form_is_on_the_page() {
        let page =
            page(&AllFaults { data_api: FaultPlan::default(), stripe: Faults::default() }).into_string();
        for (name, _) in ALL_OFF {
            assert_eq!(page.matches(&format!("name=\"{name}\"")).count(), 2, "{name}");
        }
    }
}
