//! The templates, built into the program.

/// Declares the table of templates from their names: one file for each, under `templates/`.
macro_rules! templates {
    ($($name:literal,)+) => {
        /// Each template's name and source.
        pub(super) const TEMPLATES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("templates/", $name, ".jinja"))),)+];
    };
}

templates! {
    "en/already_registered",
    "en/cancelled_by_guest_guest",
    "en/cancelled_by_guest_host",
    "en/cancelled_by_host_guest",
    "en/cancelled_by_host_host",
    "en/checked_in_guest",
    "en/checked_in_host",
    "en/completed_guest",
    "en/completed_host",
    "en/confirmed_guest",
    "en/confirmed_host",
    "en/declined_guest",
    "en/dispute_lost_host",
    "en/dispute_opened_host",
    "en/dispute_won_host",
    "en/email_change",
    "en/email_change_asked",
    "en/footer",
    "en/hold_expired_guest",
    "en/left_early_guest",
    "en/left_early_host",
    "en/modification_accepted_guest",
    "en/modification_accepted_host",
    "en/modification_declined_guest",
    "en/modification_declined_host",
    "en/modification_expired_guest",
    "en/modification_expired_host",
    "en/modification_paid_too_late_guest",
    "en/modification_payment_failed_guest",
    "en/modification_payment_failed_host",
    "en/modification_proposed_by_guest_host",
    "en/modification_proposed_by_host_guest",
    "en/new_message",
    "en/no_show_guest",
    "en/no_show_host",
    "en/paid_too_late_guest",
    "en/password_changed",
    "en/password_reset",
    "en/payment_action_required_guest",
    "en/payment_declined_guest",
    "en/payment_failed_guest",
    "en/photo_rejected",
    "en/receipt",
    "en/receipt_document.html",
    "en/receipt_document.txt",
    "en/request_expired_guest",
    "en/request_expired_host",
    "en/requested_guest",
    "en/requested_host",
    "en/reviews_revealed",
    "en/stay",
    "en/verify_email",
    "en/withdrawn_guest",
    "en/withdrawn_host",
    "layout.html",
    "layout.txt",
}

/// The source of the template `name`, which may carry the extension of the format that it is rendered to.
pub(super) fn source(name: &str) -> Option<&'static str> {
    let find = |name: &str| TEMPLATES.iter().find(|(known, _)| *known == name).map(|(_, source)| *source);
    find(name).or_else(|| find(name.strip_suffix(".html").or_else(|| name.strip_suffix(".txt"))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_in_the_table() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src/notifications/templates");
        let mut files = Vec::new();
        for entry in std::fs::read_dir(root).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if entry.path().is_dir() {
                let inner = std::fs::read_dir(entry.path()).unwrap();
                files.extend(
                    inner.map(|file| format!("{name}/{}", file.unwrap().file_name().into_string().unwrap())),
                );
            } else {
                files.push(name);
            }
        }
        files.sort();
        let mut known: Vec<String> = TEMPLATES.iter().map(|(name, _)| format!("{name}.jinja")).collect();
        known.sort();
        assert_eq!(files, known);
    }
}
