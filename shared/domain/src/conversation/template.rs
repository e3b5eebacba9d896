//! Messages that a host has written beforehand: words with a few variables.

use jiff::civil::Date;

use super::{Moment, TemplateText};
use crate::invalid::Invalid;

/// The most variables in one template: its message then fits the bounds of a message.
pub const MAX_VARIABLES: usize = 10;
/// The most characters that one variable becomes.
const MAX_VALUE: usize = 200;

/// What a template is filled with: of the guest only the first name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values<'a> {
    /// `{guest_name}`.
    pub guest_name: &'a str,
    /// `{property}`: its title.
    pub property: &'a str,
    /// `{check_in}`.
    pub check_in: Date,
    /// `{check_in_time}` of the place, as `15:00`.
    pub check_in_time: &'a str,
    /// `{check_out}`.
    pub check_out: Date,
    /// `{check_out_time}` of the place, as `11:00`.
    pub check_out_time: &'a str,
}

/// A template whose variables are all known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    text: TemplateText,
    moment: Moment,
    hours: u16,
}

impl Template {
    /// A template that goes out at a moment: so many hours before the arrival, or after the departure.
    ///
    /// Refuses with `unknown_variable` and `too_many_variables` what could not be filled in.
    pub fn new(moment: Moment, hours: u16, text: TemplateText) -> Result<Self, Invalid> {
        let mut variables = 0;
        for part in parts(text.as_str()) {
            variables += usize::from(matches!(part?, Part::Variable(_)));
        }
        if variables > MAX_VARIABLES {
            let detail = format!("Use at most {MAX_VARIABLES} variables, not {variables}.");
            return Err(Invalid::new("too_many_variables", detail));
        }
        Ok(Self { text, moment, hours: if moment == Moment::OnConfirmation { 0 } else { hours } })
    }

    /// The words.
    pub fn text(&self) -> &str {
        self.text.as_str()
    }

    /// When it goes out.
    pub const fn moment(&self) -> Moment {
        self.moment
    }

    /// How many hours before or after; none on confirmation.
    pub const fn hours(&self) -> u16 {
        self.hours
    }

    /// The message: what is filled in is one line each, and no longer than bounded.
    pub fn fill(&self, values: &Values<'_>) -> String {
        parts(self.text.as_str()).flatten().map(|part| part.text(values)).collect()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Variable {
    GuestName,
    Property,
    CheckIn,
    CheckInTime,
    CheckOut,
    CheckOutTime,
}

const VARIABLES: [(&str, Variable); 6] = [
    ("guest_name", Variable::GuestName),
    ("property", Variable::Property),
    ("check_in", Variable::CheckIn),
    ("check_in_time", Variable::CheckInTime),
    ("check_out", Variable::CheckOut),
    ("check_out_time", Variable::CheckOutTime),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'a> {
    Words(&'a str),
    Variable(Variable),
}

impl Part<'_> {
    fn text(self, values: &Values<'_>) -> String {
        match self {
            Self::Words(words) => words.to_owned(),
            Self::Variable(Variable::GuestName) => bounded(values.guest_name),
            Self::Variable(Variable::Property) => bounded(values.property),
            Self::Variable(Variable::CheckIn) => values.check_in.to_string(),
            Self::Variable(Variable::CheckInTime) => bounded(values.check_in_time),
            Self::Variable(Variable::CheckOut) => values.check_out.to_string(),
            Self::Variable(Variable::CheckOutTime) => bounded(values.check_out_time),
        }
    }
}

fn bounded(value: &str) -> String {
    let one_line = value.chars().map(|character| if character.is_control() { ' ' } else { character });
    one_line.take(MAX_VALUE).collect()
}

/// The words and variables in their order; a brace that names none is a mistake of the host's, and said so.
fn parts(text: &str) -> impl Iterator<Item = Result<Part<'_>, Invalid>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some(inside) = rest.strip_prefix('{') else {
            let (words, behind) = rest.split_at(rest.find('{').unwrap_or(rest.len()));
            rest = behind;
            return Some(Ok(Part::Words(words)));
        };
        let named = inside.split_once('}').and_then(|(name, behind)| {
            let known = VARIABLES.iter().find(|(known, _)| *known == name)?;
            Some((known.1, behind))
        });
        rest = named.map_or("", |(_, behind)| behind);
        Some(named.map(|(variable, _)| Part::Variable(variable)).ok_or_else(unknown))
    })
}

fn unknown() -> Invalid {
    let known: Vec<String> = VARIABLES.iter().map(|(name, _)| format!("{{{name}}}")).collect();
    Invalid::new("unknown_variable", format!("Use no braces but these: {}.", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn template(text: &str) -> Result<Template, Invalid> {
        Template::new(Moment::BeforeCheckIn, 48, text.parse().unwrap())
    }

    #[test]
    fn variables_are_filled_in_and_nothing_else() {
        let values = Values {
            guest_name: "Gus {property}",
            property: "House\nat the mill",
            check_in: date(2027, 5, 1),
            check_in_time: "15:00",
            check_out: date(2027, 5, 3),
            check_out_time: "11:00",
        };
        let text = "Hello {guest_name}, {property} is yours from {check_in} {check_in_time} to {check_out} {check_out_time}.";
        assert_eq!(
            template(text).unwrap().fill(&values),
            "Hello Gus {property}, House at the mill is yours from 2027-05-01 15:00 to 2027-05-03 11:00."
        );
    }

    #[test]
    fn what_cannot_be_filled_in_is_refused_beforehand() {
        for (text, code) in [
            ("Hello {guest}", "unknown_variable"),
            ("Hello {guest_name", "unknown_variable"),
            ("{", "unknown_variable"),
            ("{{guest_name}}", "unknown_variable"),
            (&"{check_in}".repeat(11), "too_many_variables"),
        ] {
            assert_eq!(template(text).unwrap_err().code, code, "{text}");
        }
        template(&"{check_in} ".repeat(10)).unwrap();
        template("a } b").unwrap();
    }

    #[test]
    fn the_longest_message_is_within_the_bounds_of_one() {
        let long = "x".repeat(5_000);
        let values = Values {
            guest_name: &long,
            property: &long,
            check_in: date(2027, 5, 1),
            check_in_time: &long,
            check_out: date(2027, 5, 3),
            check_out_time: &long,
        };
        let names = "{property}".repeat(MAX_VARIABLES);
        let text = format!("{names}{}", "y".repeat(2_000 - names.len()));
        assert!(template(&text).unwrap().fill(&values).chars().count() <= 4_000);
    }

    #[test]
    fn a_confirmation_has_no_hours() {
        let text: TemplateText = "Welcome!".parse().unwrap();
        assert_eq!(Template::new(Moment::OnConfirmation, 5, text).unwrap().hours(), 0);
    }
}
