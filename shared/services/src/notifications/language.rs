//! How a language writes dates, counts and sums.

mod codes;

use domain::dates::Zone;
use domain::guests::Guests;
use domain::money::Money;
use domain::user::Locale;
use jiff::Timestamp;
use jiff::civil::Date;

/// A language that there are templates in.
///
/// A further one is a variant here, its folder of templates in the catalogue, and an arm in each function below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    English,
    French,
    Spanish,
}

/// A narrow space that no line breaks at: it parts thousands in French and in Spanish, where both a point and a comma
/// would be read as the decimal sign in some of their countries.
const NARROW_SPACE: char = '\u{202f}';
/// A space that no line breaks at.
const NO_BREAK_SPACE: char = '\u{a0}';

impl Language {
    pub(super) const ALL: &'static [Self] = &[Self::English, Self::French, Self::Spanish];

    /// The language of a person's locale, or English where there are no templates in it.
    pub(super) fn of(locale: &Locale) -> Self {
        let primary = locale.as_str().split('-').next().unwrap_or_default();
        Self::ALL.iter().copied().find(|language| language.tag() == primary).unwrap_or(Self::English)
    }

    /// The name of its folder, which is its BCP 47 tag.
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
            Self::Spanish => "es",
        }
    }

    /// `Friday, 4 December 2026`.
    pub(super) fn date(self, date: Date) -> String {
        match self {
            Self::English => date.strftime("%A, %-d %B %Y").to_string(),
            Self::French => {
                let (weekday, month) = names(date, &FRENCH_WEEKDAYS, &FRENCH_MONTHS);
                // The first of a month alone is an ordinal.
                let day = if date.day() == 1 { "1er".to_owned() } else { date.day().to_string() };
                format!("{weekday} {day} {month} {}", date.year())
            }
            Self::Spanish => {
                let (weekday, month) = names(date, &SPANISH_WEEKDAYS, &SPANISH_MONTHS);
                format!("{weekday} {} de {month} de {}", date.day(), date.year())
            }
        }
    }

    /// `15:00`; in French `15 h` and `15 h 30`.
    pub(super) fn time(self, at: Timestamp, zone: &Zone) -> String {
        let clock = zone.wall_clock(at);
        match self {
            Self::English | Self::Spanish => clock.strftime("%H:%M").to_string(),
            Self::French if clock.minute() == 0 => format!("{}{NO_BREAK_SPACE}h", clock.hour()),
            Self::French => {
                format!("{}{NO_BREAK_SPACE}h{NO_BREAK_SPACE}{:02}", clock.hour(), clock.minute())
            }
        }
    }

    /// `Friday, 4 December 2026, 15:00 (Europe/Paris)`.
    pub(super) fn moment(self, at: Timestamp, zone: &Zone) -> String {
        let day = self.date(zone.wall_clock(at).date());
        let between = match self {
            Self::English | Self::Spanish => ", ",
            Self::French => " à ",
        };
        format!("{day}{between}{} ({})", self.time(at, zone), zone.name())
    }

    /// `1254.00 EUR`; in French `1 254,00 €`, in Spanish `1254,00 €`, and `12 540,00 €` from five digits on.
    ///
    /// Of the signs only the euro's stands for one currency; all others are told by their codes.
    pub(super) fn money(self, money: Money) -> String {
        match self {
            Self::English => money.to_string(),
            Self::French => grouped(money, 4),
            Self::Spanish => grouped(money, 5),
        }
    }

    /// `2 adults, 1 child`.
    pub(super) fn guests(self, guests: Guests) -> String {
        let words = match self {
            Self::English => {
                [("adult", "adults"), ("child", "children"), ("infant", "infants"), ("pet", "pets")]
            }
            Self::French => {
                [("adulte", "adultes"), ("enfant", "enfants"), ("bébé", "bébés"), ("animal", "animaux")]
            }
            Self::Spanish => {
                [("adulto", "adultos"), ("niño", "niños"), ("bebé", "bebés"), ("mascota", "mascotas")]
            }
        };
        let counts = [guests.adults(), guests.children(), guests.infants(), guests.pets()];
        let parts: Vec<String> = counts
            .into_iter()
            .zip(words)
            .filter(|(count, _)| *count > 0)
            .map(|(count, (one, many))| format!("{count} {}", if count == 1 { one } else { many }))
            .collect();
        parts.join(", ")
    }

    /// What a receipt or a credit note is called.
    pub(super) const fn document(self, is_credit_note: bool) -> &'static str {
        match (self, is_credit_note) {
            (Self::English, false) => "Receipt",
            (Self::English, true) => "Credit note",
            (Self::French, false) => "Reçu",
            (Self::French, true) => "Avoir",
            (Self::Spanish, false) => "Recibo",
            (Self::Spanish, true) => "Nota de abono",
        }
    }

    /// The colon, with what stands before it.
    pub(super) const fn colon(self) -> &'static str {
        match self {
            Self::English | Self::Spanish => ":",
            Self::French => "\u{a0}:",
        }
    }

    /// The link that stops mails of a kind.
    pub(super) const fn unsubscribe(self) -> &'static str {
        match self {
            Self::English => "Stop mails of this kind",
            Self::French => "Ne plus recevoir ce type de message",
            Self::Spanish => "Dejar de recibir este tipo de mensajes",
        }
    }

    /// Said in front of a mail that comes after the booking has moved on.
    pub(super) const fn outdated(self) -> &'static str {
        match self {
            Self::English => "This mail comes late: the booking has moved on since. See where it stands now.",
            Self::French => {
                "Ce message arrive tard\u{a0}: la réservation a changé depuis. Voyez où elle en est maintenant."
            }
            Self::Spanish => {
                "Este mensaje llega tarde: la reserva ha cambiado desde entonces. Vea cómo está ahora."
            }
        }
    }
}

/// From Monday on.
const FRENCH_WEEKDAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
const FRENCH_MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const SPANISH_WEEKDAYS: [&str; 7] =
    ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"];
const SPANISH_MONTHS: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];

/// The names of a date's weekday and month.
fn names(
    date: Date,
    weekdays: &[&'static str; 7],
    months: &[&'static str; 12],
) -> (&'static str, &'static str) {
    let pick = |all: &[&'static str], index: i8| {
        usize::try_from(index).ok().and_then(|index| all.get(index).copied()).unwrap_or_default()
    };
    (pick(weekdays, date.weekday().to_monday_zero_offset()), pick(months, date.month() - 1))
}

/// An amount with a decimal comma, its thousands parted where it has at least `from` digits before that.
fn grouped(money: Money, from: usize) -> String {
    let text = money.to_string();
    let (number, currency) = text.rsplit_once(' ').unwrap_or((&text, ""));
    let (sign, number) = number.strip_prefix('-').map_or(("", number), |number| ("-", number));
    let (units, minor) = number.split_once('.').map_or((number, None), |(units, minor)| (units, Some(minor)));
    let mut out = sign.to_owned();
    for (index, digit) in units.chars().enumerate() {
        if index > 0 && units.len() >= from && (units.len() - index).is_multiple_of(3) {
            out.push(NARROW_SPACE);
        }
        out.push(digit);
    }
    if let Some(minor) = minor {
        out.push(',');
        out.push_str(minor);
    }
    let currency = if currency == "EUR" { "€" } else { currency };
    format!("{out}{NO_BREAK_SPACE}{currency}")
}

/// A French word that loses its vowel before another, and what follows it: `de` Blaise, `d’`Ada.
///
/// Before an h or a y it stays: whether those elide is a matter of the name.
pub(super) fn elided(after: &str, word: &str) -> String {
    let is_vowel =
        |first: char| "aàâäeéèêëiîïoôöuùûüœ".contains(first.to_lowercase().next().unwrap_or(first));
    match word.strip_suffix('e') {
        Some(stem) if after.chars().next().is_some_and(is_vowel) => format!("{stem}’{after}"),
        _ => format!("{word} {after}"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn language(locale: &str) -> Language {
        Language::of(&locale.parse().unwrap())
    }

    fn money(amount: i64, currency: &str) -> Money {
        Money::new(amount, currency.parse().unwrap())
    }

    #[test]
    fn english() {
        let language = language("en-GB");
        let (paris, at) = ("Europe/Paris".parse().unwrap(), "2026-12-04T14:00:00Z".parse().unwrap());
        assert_eq!(language.date(date(2026, 12, 4)), "Friday, 4 December 2026");
        assert_eq!(language.moment(at, &paris), "Friday, 4 December 2026, 15:00 (Europe/Paris)");
        assert_eq!(language.guests(Guests::new(1, 2, 0, 1).unwrap()), "1 adult, 2 children, 1 pet");
        assert_eq!(language.money(money(110_580, "EUR")), "1105.80 EUR");
    }

    #[test]
    fn french() {
        let language = language("fr-CA");
        let (paris, at) = ("Europe/Paris".parse().unwrap(), "2026-12-01T14:00:00Z".parse().unwrap());
        assert_eq!(language.date(date(2026, 8, 15)), "samedi 15 août 2026");
        assert_eq!(language.moment(at, &paris), "mardi 1er décembre 2026 à 15\u{a0}h (Europe/Paris)");
        let half = "2026-12-01T06:30:00Z".parse().unwrap();
        assert_eq!(language.time(half, &paris), "7\u{a0}h\u{a0}30");
        assert_eq!(language.guests(Guests::new(1, 2, 0, 2).unwrap()), "1 adulte, 2 enfants, 2 animaux");
        assert_eq!(language.money(money(110_580, "EUR")), "1\u{202f}105,80\u{a0}€");
        assert_eq!(language.money(money(-99, "CAD")), "-0,99\u{a0}CAD");
        assert_eq!(language.money(money(1_234_567, "JPY")), "1\u{202f}234\u{202f}567\u{a0}JPY");
        assert_eq!(elided("Ada", "de"), "d’Ada");
        assert_eq!(elided("Élise", "que"), "qu’Élise");
        assert_eq!(elided("Blaise", "de"), "de Blaise");
        assert_eq!(elided("", "de"), "de ");
    }

    #[test]
    fn spanish() {
        let language = language("es-419");
        let (paris, at) = ("Europe/Paris".parse().unwrap(), "2026-12-01T14:00:00Z".parse().unwrap());
        assert_eq!(language.date(date(2027, 1, 3)), "domingo 3 de enero de 2027");
        assert_eq!(language.moment(at, &paris), "martes 1 de diciembre de 2026, 15:00 (Europe/Paris)");
        assert_eq!(language.guests(Guests::new(2, 1, 1, 0).unwrap()), "2 adultos, 1 niño, 1 bebé");
        assert_eq!(language.money(money(110_580, "EUR")), "1105,80\u{a0}€");
        assert_eq!(language.money(money(1_254_000, "EUR")), "12\u{202f}540,00\u{a0}€");
        assert_eq!(language.money(money(1_234_567, "KWD")), "1234,567\u{a0}KWD");
    }

    /// Each day of a week and each month of a year has a name of its own.
    #[test]
    fn days_and_months_are_told_apart() {
        for language in Language::ALL {
            let mut days: Vec<String> = (1..=7)
                .map(|day| language.date(date(2027, 3, day)).split([' ', ',']).next().unwrap().to_owned())
                .collect();
            days.dedup();
            assert_eq!(days.len(), 7, "{language:?}: {days:?}");
            let mut months: Vec<String> = (1..=12).map(|month| language.date(date(2027, month, 9))).collect();
            months.dedup();
            assert!(months.len() == 12 && months.iter().all(|month| month.ends_with("2027")), "{months:?}");
        }
        assert_eq!(language("fr").date(date(2027, 2, 28)), "dimanche 28 février 2027");
        assert_eq!(language("es").date(date(2027, 3, 1)), "lunes 1 de marzo de 2027");
    }

    #[test]
    fn a_region_reads_its_language_and_a_language_without_templates_english() {
        for (locale, expected) in [
            ("fr", Language::French),
            ("fr-CA", Language::French),
            ("es-MX", Language::Spanish),
            ("en-NZ", Language::English),
            ("gsw-CH", Language::English),
            // Not French, for all that its tag begins alike.
            ("frr", Language::English),
        ] {
            assert_eq!(language(locale), expected, "{locale}");
        }
    }
}
