//! Every letter in every language: complete, with the same values, in nothing but its own language.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::Environment;

use super::super::super::catalogue;
use super::*;

/// The facts of a booking whose own words are in no language.
fn facts_in(language: Language) -> BookingFacts {
    let mut facts = facts();
    facts.home.title = "Qvartz 12".to_owned();
    for person in [&mut facts.guest, &mut facts.host] {
        person.locale = language.tag().parse().unwrap();
    }
    facts
}

fn in_language(language: Language, mut person: Person) -> Person {
    person.locale = language.tag().parse().unwrap();
    person
}

/// All letters of all messages, as they go to readers of `language`.
fn every_letter(language: Language) -> Vec<Letter> {
    let write = |message: &NotificationMessage| -> Vec<Letter> {
        match message {
            NotificationMessage::Booking { event, .. } => {
                // The states in which it is early and late, settled and not.
                let mut settled = facts_in(language);
                settled.state = BookingState::CancelledByHost;
                settled.refund = None;
                settled.guest_review_public = false;
                [facts_in(language), settled].iter().flat_map(|facts| booking(*event, facts)).collect()
            }
            NotificationMessage::ReviewsRevealed { .. } => {
                let mut one = facts_in(language);
                one.guest_review_public = false;
                [facts_in(language), one].iter().flat_map(reviews_revealed).collect()
            }
            NotificationMessage::Receipt { .. } => ["receipt", "credit_note"]
                .into_iter()
                .filter_map(|kind| {
                    let facts = receipt_facts(kind);
                    let guest = in_language(language, facts.guest);
                    receipt(&ReceiptFacts { guest, title: "Qvartz 12".to_owned(), ..facts })
                })
                .collect(),
            NotificationMessage::PhotoRejected { .. } => {
                let facts = photo_facts();
                let host = in_language(language, facts.host);
                photo_rejected(&PhotoFacts { host, ..facts }).into_iter().collect()
            }
            NotificationMessage::NewMessage { .. } => {
                let facts = message_facts("Qvartz!\n\nZzz.");
                let recipient = in_language(language, facts.recipient);
                let title = "Qvartz 12".to_owned();
                new_message(&MessageFacts { recipient, title, ..facts }).into_iter().collect()
            }
            NotificationMessage::FeedConflict { .. } => {
                let facts = conflict_facts();
                let host = in_language(language, facts.host);
                let (title, feed) = ("Qvartz 12".to_owned(), "Qvartz".to_owned());
                feed::conflict(&ConflictFacts { host, title, feed, ..facts }).into_iter().collect()
            }
            NotificationMessage::FeedFailing { .. } => [false, true]
                .into_iter()
                .filter_map(|given_up| {
                    let facts = trouble_facts(given_up);
                    let host = in_language(language, facts.host);
                    let (title, feed) = ("Qvartz 12".to_owned(), "Qvartz".to_owned());
                    feed::trouble(&TroubleFacts { host, title, feed, ..facts })
                })
                .collect(),
            NotificationMessage::Dispute { event, .. } => {
                let facts = dispute_facts(DisputeState::Open);
                let host = in_language(language, facts.host);
                let title = "Qvartz 12".to_owned();
                dispute(*event, &DisputeFacts { host, title, ..facts }).into_iter().collect()
            }
            _ => {
                let facts = user_facts();
                let person = in_language(language, facts.person);
                account(message, &UserFacts { person, ..facts }).into_iter().collect()
            }
        }
    };
    every_message().iter().flat_map(write).collect()
}

/// The names that a template takes from outside, and the blocks that it has.
fn shape(source: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let environment = Environment::new();
    let template = environment.template_from_str(source).unwrap();
    let blocks = source.split("{% block ").skip(1).map(|rest| rest.split(' ').next().unwrap().to_owned());
    (template.undeclared_variables(true).into_iter().collect(), blocks.collect())
}

#[test]
fn a_template_says_the_same_in_every_language() {
    let mut shapes: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (name, source) in catalogue::all() {
        if let Some((folder, name)) = name.split_once('/') {
            shapes.entry(name).or_default().push((folder, shape(source)));
        }
    }
    assert!(shapes.len() > 50);
    for (name, of) in shapes {
        assert_eq!(of.len(), Language::ALL.len(), "{name} in every language");
        for (folder, shape) in &of {
            assert_eq!(*shape, of[0].1, "{folder}/{name} and {}/{name}", of[0].0);
        }
    }
}

/// The lines of a letter in another language that stand word for word in the English one, too, and are no values.
#[test]
fn nothing_of_another_language_is_left_in_a_letter() {
    let common = |line: &str| {
        let values = [
            "Qvartz",
            "Zzz",
            "token=",
            "https://",
            "Paris, ",
            "12 rue",
            "75004",
            "Île-de-France",
            "-- ",
            "5 nights",
        ];
        line.len() < 4 || values.iter().any(|value| line.trim_start_matches("> ").starts_with(value))
    };
    let tells = [
        (Language::English, ["the ", "your ", " is ", "Hello", "mail"].as_slice()),
        (Language::French, &["votre ", "vous ", " est ", " à ", "Bonjour", "Innkeep"]),
        (Language::Spanish, &["su ", "usted", " la ", " está ", "Hola", "Innkeep"]),
    ];
    let english = every_letter(Language::English);
    for (language, own) in tells {
        let letters = every_letter(language);
        assert_eq!(letters.len(), english.len(), "{language:?}");
        for (letter, english) in letters.iter().zip(&english) {
            assert_eq!((letter.language, &letter.template), (language, &english.template));
            let (said, in_english) = (words(letter), words(english));
            assert!(!said.subject.is_empty() && said.html.contains("</html>"), "{}", letter.template);
            assert!(
                said.html.contains(&format!("<html lang=\"{}\">", language.tag())),
                "{}",
                letter.template
            );
            assert!(own.iter().any(|word| said.text.contains(word)), "{}", said.text);
            if language == Language::English {
                continue;
            }
            assert_ne!(said.subject, in_english.subject, "{}", letter.template);
            for line in said.text.lines().filter(|line| !common(line)) {
                assert!(!in_english.text.lines().any(|other| other == line), "{}: {line}", letter.template);
                for word in [" the ", " your ", " you ", " and ", " until ", "Check-", "See "] {
                    assert!(!line.contains(word), "{}: {line}", letter.template);
                }
            }
        }
    }
}

/// The subject and the lines of a text, without addresses.
fn prose(words: &Words) -> Vec<&str> {
    let lines = words.text.lines().filter(|line| !line.contains("://"));
    lines.chain([words.subject.as_str()]).collect()
}

/// French sets a space that no line breaks at before its tall signs, and an apostrophe that bends; Spanish opens what it
/// closes.
#[test]
fn the_signs_are_those_of_the_language() {
    for letter in every_letter(Language::French) {
        let said = words(&letter);
        for part in prose(&said) {
            for sign in [" :", " ;", " ?", " !", "'"] {
                assert!(!part.contains(sign), "{}: {part}", letter.template);
            }
            for sign in [':', ';', '?', '!'] {
                let mut from = part.replace("Qvartz!", "");
                while let Some((before, after)) = from.split_once(sign) {
                    let last = before.chars().last().unwrap();
                    assert!(matches!(last, '\u{a0}' | '\u{202f}'), "{}: {before}{sign}", letter.template);
                    from = after.to_owned();
                }
            }
        }
        assert!(!said.text.contains("de Ada") && !said.text.contains("que Ada"), "{}", said.text);
    }
    for letter in every_letter(Language::Spanish) {
        for part in prose(&words(&letter)) {
            assert_eq!(part.matches('¿').count(), part.matches('?').count(), "{part}");
            assert!(!part.contains(" :") && !part.contains('\''), "{part}");
        }
    }
}

/// What opens a letter begins with a capital, whatever stands in front of it.
#[test]
fn every_paragraph_begins_with_a_capital() {
    for language in Language::ALL {
        for letter in every_letter(*language) {
            let said = words(&letter).text;
            for paragraph in said.split("\n\n") {
                let first = paragraph.chars().next().unwrap_or('A');
                let quoted = paragraph.starts_with('>') || paragraph.starts_with("token=");
                assert!(!first.is_lowercase() || quoted, "{}: {paragraph}", letter.template);
            }
        }
    }
}

fn confirmed(language: Language, currency: &str) -> Words {
    let mut facts = facts_in(language);
    facts.home.title = "Loft sur Seine".to_owned();
    facts.total = serde_json::from_value(json!({"amount": 110_580, "currency": currency})).unwrap();
    notice(Notice::Confirmed, &facts, ReviewSide::Guest)
}

#[test]
fn a_french_guest_reads_it_all() {
    let said = confirmed(Language::French, "EUR");
    assert_eq!(said.subject, "Votre séjour est réservé\u{a0}: Loft sur Seine");
    assert_eq!(
        said.text,
        "Bonjour Ada,

Votre séjour est réservé, et Blaise se réjouit de vous accueillir. Vous avez payé 1\u{202f}105,80\u{a0}€.

Loft sur Seine
Paris, Île-de-France, FR
Arrivée\u{a0}: vendredi 4 décembre 2026, à partir de 15\u{a0}h
Départ\u{a0}: mercredi 9 décembre 2026, jusqu’à 11\u{a0}h
Voyageurs\u{a0}: 2 adultes, 1 enfant

Adresse\u{a0}:
12 rue de Rivoli
75004 Paris
Île-de-France
FR

Voir votre réservation\u{a0}:
https://innkeep.example/bookings/00000000-0000-0000-0000-000000000007

-- 
Vous recevez ce message en raison de votre compte Innkeep. Personne ne lit les réponses à cette adresse.
"
    );
    assert!(said.html.contains("1\u{202f}105,80\u{a0}€"), "{}", said.html);
}

#[test]
fn a_spanish_guest_reads_it_all() {
    let said = confirmed(Language::Spanish, "USD");
    assert_eq!(said.subject, "Su estancia está reservada: Loft sur Seine");
    assert_eq!(
        said.text,
        "Hola, Ada:

Su estancia está reservada, y Blaise le espera con ilusión. Ha pagado 1105,80\u{a0}USD.

Loft sur Seine
Paris, Île-de-France, FR
Llegada: viernes 4 de diciembre de 2026, a partir de las 15:00
Salida: miércoles 9 de diciembre de 2026, hasta las 11:00
Huéspedes: 2 adultos, 1 niño

Dirección:
12 rue de Rivoli
75004 Paris
Île-de-France
FR

Ver su reserva:
https://innkeep.example/bookings/00000000-0000-0000-0000-000000000007

-- 
Recibe este mensaje por su cuenta de Innkeep. Nadie lee las respuestas a esta dirección.
"
    );
}

#[test]
fn instants_of_every_language_are_by_the_readers_own_clock() {
    let guest = |language| notice(Notice::Requested, &facts_in(language), ReviewSide::Guest).text;
    let french = guest(Language::French);
    assert!(french.contains("jusqu’au mardi 24 novembre 2026 à 10\u{a0}h (America/New_York)"), "{french}");
    let spanish = guest(Language::Spanish);
    assert!(
        spanish.contains("hasta el martes 24 de noviembre de 2026, 10:00 (America/New_York)"),
        "{spanish}"
    );
}
