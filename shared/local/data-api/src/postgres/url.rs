//! Connection URLs, of which one part is exchanged.

use std::fmt::Write as _;
use std::path::Path;

/// The URL of a server that listens in the folder `sockets`, as its superuser.
pub(super) fn for_socket(sockets: &Path) -> String {
    format!("postgresql://postgres@{}/postgres", encode(&sockets.to_string_lossy()))
}

/// Exchanges the database. Both `postgresql://` URLs and `key=value` strings are understood.
pub(super) fn with_database(url: &str, database: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return format!("{url} dbname='{}'", database.replace('\\', "\\\\").replace('\'', "\\'"));
    };
    let (rest, query) =
        rest.split_once('?').map_or((rest, String::new()), |(rest, query)| (rest, format!("?{query}")));
    let authority = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{authority}/{}{query}", encode(database))
}

/// Exchanges the user and keeps the password.
pub(super) fn with_user(url: &str, user: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return format!("{url} user='{}'", user.replace('\\', "\\\\").replace('\'', "\\'"));
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (login, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let password = login.split_once(':').map_or_else(String::new, |(_, password)| format!(":{password}"));
    format!("{scheme}://{}{password}@{host}/{path}", encode(user))
}

/// Percent-encodes everything but letters, digits, `-`, `_` and `.`.
fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_is_exchanged_and_the_rest_stays() {
        assert_eq!(
            with_database("postgres://u:p@h:1/old?sslmode=disable", "new db"),
            "postgres://u:p@h:1/new%20db?sslmode=disable"
        );
        assert_eq!(with_database("postgres://h", "d"), "postgres://h/d");
        let config: tokio_postgres::Config =
            with_database("host=h user=u dbname=old", "it's").parse().unwrap();
        assert_eq!(config.get_dbname(), Some("it's"));
    }

    #[test]
    fn the_user_is_exchanged_and_the_password_stays() {
        assert_eq!(with_user("postgres://u:p@h/d?x=1", "app"), "postgres://app:p@h/d?x=1");
        let url = with_user(&for_socket(Path::new("/tmp/a b")), "app");
        let config: tokio_postgres::Config = url.parse().unwrap();
        assert_eq!(config.get_user(), Some("app"));
        assert_eq!(config.get_hosts(), [tokio_postgres::config::Host::Unix("/tmp/a b".into())]);
    }
}
