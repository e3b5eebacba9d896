//! Accounts: how a person is named, reached and let in.

mod email;
mod locale;
mod password;

use crate::coded::coded;
use crate::text::Line;

pub use email::EmailAddress;
pub use locale::Locale;
pub use password::Password;

/// How a person is called: one line of 1 to 100 characters, as they write it themselves.
pub type DisplayName = Line<1, 100>;

coded! {
    /// What an account may do; each role includes what the ones before it may.
    Role, "unknown_role" {
        /// Books stays. Every account may.
        Guest = "guest",
        /// Lets places; an account becomes one with its first listing.
        Host = "host",
        /// Keeps order; every act is audited with its reason.
        Admin = "admin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_rise() {
        assert!(Role::Guest < Role::Host && Role::Host < Role::Admin);
    }

    #[test]
    fn names_are_taken_as_written() {
        assert_eq!(
            "  Ngọc Ánh O’Neill-Şahin ".parse::<DisplayName>().unwrap().as_str(),
            "Ngọc Ánh O’Neill-Şahin"
        );
        assert!("a\nb".parse::<DisplayName>().is_err());
    }
}
