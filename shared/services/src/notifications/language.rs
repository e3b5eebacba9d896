//! How a language writes dates, counts and sums.

use domain::dates::Zone;
use domain::guests::Guests;
use domain::user::Locale;
use jiff::Timestamp;
use jiff::civil::Date;

/// A language that there are templates in.
///
/// A further one is a variant here, its folder of templates in the catalogue, and an arm in each function below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    English,
}

impl Language {
    pub(super) const ALL: &'static [Self] = &[Self::English];

    /// The language of a person's locale, or English where there are no templates in it.
    pub(super) fn of(locale: &Locale) -> Self {
        let primary = locale.as_str().split('-').next().unwrap_or_default();
        Self::ALL.iter().copied().find(|language| language.tag() == primary).unwrap_or(Self::English)
    }

    /// The name of its folder, which is its BCP 47 tag.
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
        }
    }

    /// `Friday, 4 December 2026`.
    pub(super) fn date(self, date: Date) -> String {
        match self {
            Self::English => date.strftime("%A, %-d %B %Y").to_string(),
        }
    }

    /// `15:00`.
    pub(super) fn time(self, at: Timestamp, zone: &Zone) -> String {
        match self {
            Self::English => zone.wall_clock(at).strftime("%H:%M").to_string(),
        }
    }

    /// `Friday, 4 December 2026, 15:00 (Europe/Paris)`.
    pub(super) fn moment(self, at: Timestamp, zone: &Zone) -> String {
        let day = self.date(zone.wall_clock(at).date());
        format!("{day}, {} ({})", self.time(at, zone), zone.name())
    }

    /// `2 adults, 1 child`.
    pub(super) fn guests(self, guests: Guests) -> String {
        let Self::English = self;
        let counts = [
            (guests.adults(), "adult", "adults"),
            (guests.children(), "child", "children"),
            (guests.infants(), "infant", "infants"),
            (guests.pets(), "pet", "pets"),
        ];
        let parts: Vec<String> = counts
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
            .collect();
        parts.join(", ")
    }

    /// Said in front of a mail that comes after the booking has moved on.
    pub(super) const fn outdated(self) -> &'static str {
        match self {
            Self::English => "This mail comes late: the booking has moved on since. See where it stands now.",
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn english() {
        let language = Language::of(&"en-GB".parse().unwrap());
        let (paris, at) = ("Europe/Paris".parse().unwrap(), "2026-12-04T14:00:00Z".parse().unwrap());
        assert_eq!(language.date(date(2026, 12, 4)), "Friday, 4 December 2026");
        assert_eq!(language.moment(at, &paris), "Friday, 4 December 2026, 15:00 (Europe/Paris)");
        assert_eq!(language.guests(Guests::new(1, 2, 0, 1).unwrap()), "1 adult, 2 children, 1 pet");
    }

    #[test]
    fn a_language_without_templates_is_english() {
        assert_eq!(Language::of(&"gsw-CH".parse().unwrap()), Language::English);
    }
}
