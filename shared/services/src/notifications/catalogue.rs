//! The templates, built into the program.

/// A template's name and source.
type Template = (&'static str, &'static str);

/// Hands the names of all templates of a language, and the language, to another macro.
macro_rules! each {
    ($apply:ident, $language:literal) => {
        $apply! {
            $language,
            "already_registered",
            "cancelled_by_guest_guest",
            "cancelled_by_guest_host",
            "cancelled_by_host_guest",
            "cancelled_by_host_host",
            "checked_in_guest",
            "checked_in_host",
            "completed_guest",
            "completed_host",
            "confirmed_guest",
            "confirmed_host",
            "declined_guest",
            "dispute_lost_host",
            "dispute_opened_host",
            "dispute_won_host",
            "email_change",
            "email_change_asked",
            "feed_conflict",
            "feed_failing",
            "feed_given_up",
            "footer",
            "hold_expired_guest",
            "left_early_guest",
            "left_early_host",
            "modification_accepted_guest",
            "modification_accepted_host",
            "modification_declined_guest",
            "modification_declined_host",
            "modification_expired_guest",
            "modification_expired_host",
            "modification_paid_too_late_guest",
            "modification_payment_failed_guest",
            "modification_payment_failed_host",
            "modification_proposed_by_guest_host",
            "modification_proposed_by_host_guest",
            "new_message",
            "no_show_guest",
            "no_show_host",
            "paid_too_late_guest",
            "password_changed",
            "password_reset",
            "payment_action_required_guest",
            "payment_declined_guest",
            "payment_failed_guest",
            "photo_rejected",
            "receipt",
            "receipt_document.html",
            "receipt_document.txt",
            "request_expired_guest",
            "request_expired_host",
            "requested_guest",
            "requested_host",
            "reviews_revealed",
            "stay",
            "verify_email",
            "webhook_disabled",
            "withdrawn_guest",
            "withdrawn_host",
        }
    };
}

/// The table of one language's templates: one file for each name, under `templates/`.
macro_rules! folder {
    ($language:literal, $($name:literal,)+) => {
        &[$((
            concat!($language, "/", $name),
            include_str!(concat!("templates/", $language, "/", $name, ".jinja")),
        ),)+]
    };
}

/// The templates of each language, and what is around all of them.
const FOLDERS: [&[Template]; 4] = [
    each!(folder, "en"),
    each!(folder, "es"),
    each!(folder, "fr"),
    &[
        ("layout.html", include_str!("templates/layout.html.jinja")),
        ("layout.txt", include_str!("templates/layout.txt.jinja")),
    ],
];

/// All templates.
pub(super) fn all() -> impl Iterator<Item = Template> {
    FOLDERS.iter().copied().flatten().copied()
}

/// The source of the template `name`, which may carry the extension of the format that it is rendered to.
pub(super) fn source(name: &str) -> Option<&'static str> {
    let find = |name: &str| all().find(|(known, _)| *known == name).map(|(_, source)| source);
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
        let mut known: Vec<String> = all().map(|(name, _)| format!("{name}.jinja")).collect();
        known.sort();
        assert_eq!(files, known);
    }
}
