//! Refusals of the domain, said of this API's fields.

use crate::problem::Problem;
use domain::refusal::FieldError;
use services::Failure;

/// Answers a failure whose pointers go into the stored terms with pointers into the body that was sent.
pub fn of_body(failure: Failure) -> Problem {
    match failure {
        Failure::Refused(mut refusal) => {
            refusal.errors.iter_mut().for_each(rename);
            refusal.into()
        }
        other => other.into(),
    }
}

fn rename(error: &mut FieldError) {
    if error.pointer == "/weekend_uplift" {
        "/weekend_percent".clone_into(&mut error.pointer);
    } else if let Some(rule) = error.pointer.strip_prefix("/rules/") {
        error.pointer = format!("/{rule}");
    } else if error.pointer.starts_with("/discounts/")
        && let Some(discount) = error.pointer.strip_suffix("/off")
    {
        error.pointer = format!("{discount}/percent");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_lead_into_the_body() {
        for (inside, outside) in [
            ("/weekend_uplift", "/weekend_percent"),
            ("/rules/max_nights", "/max_nights"),
            ("/discounts/early_bird/0/off", "/discounts/early_bird/0/percent"),
            ("/discounts/early_bird/0/days", "/discounts/early_bird/0/days"),
            ("/nightly_price", "/nightly_price"),
        ] {
            let mut error = FieldError { pointer: inside.to_owned(), code: "x", detail: String::new() };
            rename(&mut error);
            assert_eq!(error.pointer, outside);
        }
    }
}
