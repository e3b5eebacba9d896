//! Enumerations whose variants have a stable code on the wire and in the database.

/// Declares an enumeration by its codes: one place from which serde, [`std::str::FromStr`], [`std::fmt::Display`] and
/// `ALL` come, so that they cannot drift apart.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident, $error:literal { $($(#[$variant_doc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable code, in `snake_case`.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.code())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::invalid::Invalid;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|one| one.code() == text).ok_or_else(|| {
                    let known: Vec<&str> = Self::ALL.iter().map(|one| one.code()).collect();
                    let detail = format!("Use one of: {}.", known.join(", "));
                    $crate::invalid::Invalid::new($error, detail)
                })
            }
        }
    };
}

pub(crate) use coded;

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macro declares public items")]
mod tests {
    coded! {
        /// Two of a kind.
        Pair, "unknown_pair" {
            /// The one.
            FirstOne = "first_one",
            /// The other.
            Second = "second",
        }
    }

    #[test]
    fn code_text_and_json_are_the_same() {
        for pair in Pair::ALL {
            assert_eq!(pair.code().parse(), Ok(*pair));
            assert_eq!(pair.to_string(), pair.code());
            assert_eq!(serde_json::to_string(pair).unwrap(), format!("\"{}\"", pair.code()));
            assert_eq!(serde_json::from_str::<Pair>(&format!("\"{}\"", pair.code())).unwrap(), *pair);
        }
    }

    #[test]
    fn an_unknown_code_is_told_what_is_known() {
        let error = "third".parse::<Pair>().unwrap_err();
        assert_eq!((error.code, error.detail.as_str()), ("unknown_pair", "Use one of: first_one, second."));
        assert!(serde_json::from_str::<Pair>("\"third\"").is_err());
    }
}
