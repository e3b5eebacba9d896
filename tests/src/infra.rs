//! What is deployed, as data: the SAM template and the Terraform configuration, each evaluated for one set of settings
//! and brought into one form, so that the two can be compared.
//!
//! Both sides are read with parsers and evaluated as their own tools would: conditions, functions, modules, loops. What
//! only AWS knows (ARNs, addresses) is made from the resources' names, the same way for both, in `physical`.

mod cloudformation;
mod kinds;
mod model;
mod physical;
mod terraform;

use std::collections::BTreeMap;
use std::path::Path;

pub use cloudformation::{sam, sam_tells};
pub use model::{Leaves, Resources, differences};
use serde_json::Value;
pub use terraform::{Configuration, Variable, configuration, configuration_in};

/// One deployment's settings: a parameter's value by its name in `template.yaml`. Terraform's name is the same in snake
/// case.
pub type Settings = BTreeMap<&'static str, Value>;

/// A parameter's name, as Terraform spells it.
pub fn snake(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, character) in characters.iter().enumerate() {
        if character.is_ascii_uppercase() && index > 0 {
            let before = characters[index - 1];
            let next_is_lower = characters.get(index + 1).is_some_and(char::is_ascii_lowercase);
            let word_ends = before.is_ascii_lowercase() || before.is_ascii_digit();
            if word_ends || (before.is_ascii_uppercase() && next_is_lower) {
                snake.push('_');
            }
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

/// A folder of the repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[cfg(test)]
mod tests {
    use super::snake;

    #[test]
    fn names_become_snakes() {
        let pairs = [
            ("DBClusterIdentifier", "db_cluster_identifier"),
            ("RotationLambdaARN", "rotation_lambda_arn"),
            ("CidrIp", "cidr_ip"),
            ("deadLetterTargetArn", "dead_letter_target_arn"),
            ("LOG_LEVEL", "log_level"),
        ];
        for (name, expected) in pairs {
            assert_eq!(snake(name), expected);
        }
    }
}
