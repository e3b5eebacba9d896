use proptest::prelude::*;

use super::*;

/// What is written, and what is shown of it.
const MASKED: &[(&str, &str)] = &[
    // Mail addresses.
    ("Write to gus.guest+x@example.com, please.", "Write to •••, please."),
    ("gus @ example.com", "•••"),
    ("gus@example . com", "•••"),
    ("ＧＵＳ＠ｅｘａｍｐｌｅ．ｃｏｍ", "•••"),
    ("g\u{200b}us@\u{200b}example.c\u{ad}om!", "•••!"),
    ("gus＠ехаmple.соm", "•••"),
    ("me@localhost", "•••"),
    ("𝓰𝓾𝓼@𝓮𝔁𝓪𝓶𝓹𝓵𝓮.𝓬𝓸𝓶", "•••"),
    ("ⓖⓤⓢ@ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ", "•••"),
    // In words.
    ("It is name at example dot com.", "It is •••."),
    ("name AT example DOT com", "•••"),
    ("gus.guest (at) example (dot) org", "•••"),
    ("gus [at] example [dot] de", "•••"),
    ("gus(at)example.com", "•••"),
    ("gus at example.com", "•••"),
    ("gus at gmail", "•••"),
    ("gus arroba gmail punto com", "•••"),
    ("gus arobase orange point fr", "•••"),
    ("gus at example dot co dot uk", "•••"),
    ("name аt exаmple dоt соm", "•••"),
    // Web addresses.
    ("See https://example.org/a?b=c now", "See ••• now"),
    ("See www.example.museum/x", "See •••"),
    ("see Example.com/gus", "see •••"),
    ("book at my-house.example.net.", "book at •••."),
    ("t.me/gus99", "•••"),
    ("wa.me/15551234567", "•••"),
    ("example [.] com", "•••"),
    ("example dot com", "•••"),
    ("hanna.de", "•••"),
    ("my.house.me", "•••"),
    // Numbers.
    ("Call 555-0123 or 555 01 23", "Call ••• or •••"),
    ("+49 (0)30 / 1234-567", "•••"),
    ("(415) 555-0123", "•••"),
    ("06.12.34.56.78", "•••"),
    ("O6 12 34 56 78", "•••"),
    ("call0612345678now", "call•••now"),
    ("０６ １２３ ４５６ ７８", "•••"),
    ("٠٦١٢٣٤٥٦٧٨", "•••"),
    ("①②③④⑤⑥⑦", "•••"),
    ("1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣", "•••"),
    ("𝟎𝟔𝟏𝟐𝟑𝟒𝟓𝟔", "•••"),
    ("zero six one two three four five six", "•••"),
    ("five five five, 01 twenty? no: zero six 12 34 56", "five five five, 01 twenty? no: •••"),
    ("cero seis uno dos tres cuatro cinco", "•••"),
    ("zéro six un deux trois quatre cinq", "•••"),
    // Names at networks.
    ("I am @gus_guest there", "I am ••• there"),
    ("WhatsApp: gusguest", "WhatsApp: •••"),
    ("my insta is gus_99", "my insta is •••"),
    ("Telegram gus99", "Telegram •••"),
];

/// What is written and shown as it is.
const PLAIN: &[&str] = &[
    "Hello Hanna, is the house quiet at night?",
    "We arrive at 15:00 on 2027-05-01 and leave on 2027-05-03.",
    "From 1.5.2027 to 3.5.2027, or 05/01/2027 - 05/03/2027?",
    "2 adults, 2 children, 1 dog; 1,254.00 USD or 125400 cents?",
    "Meet me at noon at the bridge, at 10 o'clock.",
    "We leave at 10.Is that fine?",
    "The price is 200.00. It is fair.",
    "That is the point. At what time do we meet?",
    "El punto de encuentro es la plaza.",
    "Le point de rendez-vous, c'est la gare.",
    "Connect the dots to see it.",
    "The signal is weak, the line is long.",
    "Is there WiFi? The code was 123456.",
    "Terminal 2, gate 14, flight LH 456.",
    "3 @ 20 USD each",
    "He stays at home.",
    "one two three and four",
    "•••",
    "",
];

#[test]
fn contact_data_is_masked_whatever_it_is_written_with() {
    let wrong: Vec<_> = MASKED
        .iter()
        .filter(|(text, shown)| mask(text).as_deref() != Some(shown))
        .map(|(text, shown)| (text, shown, mask(text)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_no_contact_is_left_alone() {
    let wrong: Vec<_> = PLAIN.iter().filter_map(|text| Some((text, mask(text)?))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

proptest! {
    /// Whatever stands around it, an address or a number is gone; and what is masked once stays so.
    #[test]
    fn nothing_around_it_helps(before in "[a-zé .,!?]{0,20}", after in "[ .,!?][a-zé .,!?]{0,20}") {
        for secret in ["gus@example.com", "+49 30 1234567", "https://example.org/x"] {
            let masked = mask(&format!("{before} {secret}{after}")).unwrap();
            prop_assert!(!masked.contains(secret), "{masked}");
            prop_assert!(!masked.contains("example") && !masked.contains("1234567"), "{masked}");
        }
    }

    /// No text makes it fail, and the mask is never longer than what it hides by more than itself.
    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        if let Some(masked) = mask(&text) {
            prop_assert!(masked.contains(MASK));
            prop_assert!(masked.chars().count() <= text.chars().count() + MASK.chars().count());
        }
    }
}
