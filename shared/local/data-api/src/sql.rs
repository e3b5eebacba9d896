//! Reads just enough of a statement: named parameters, where it ends, and what kind it is.
//!
//! Strings, quoted identifiers, comments and dollar quotes are skipped, so that a `:name` within them is text.

/// A statement whose `:name` parameters have become `$1`, `$2`, …
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sql {
    pub(crate) text: String,
    /// The name of `$1` first; each name once.
    pub(crate) names: Vec<String>,
    pub(crate) kind: Kind,
}

/// What a statement does, as far as its connection is concerned.
#[expect(clippy::struct_excessive_bools, reason = "independent properties, not states")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    /// It only reads, and its result may be asked for as one JSON string.
    pub(crate) select: bool,
    /// It may leave something in the session: SET, a temporary table, an advisory lock.
    pub(crate) session: bool,
    /// It may change the shape of tables, so that plans prepared before are void.
    pub(crate) ddl: bool,
    /// It goes back to a savepoint.
    pub(crate) rollback_to: bool,
}

/// Why a statement is refused before the database sees it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SqlError {
    #[error("SQL is empty")]
    Empty,
    #[error("Multistatements aren't supported")]
    Multiple,
    #[error("Unterminated {0} in SQL")]
    Unterminated(&'static str),
    #[error("Positional parameters aren't supported, use named parameters")]
    Positional,
    #[error("{0} isn't supported by ExecuteStatement and BatchExecuteStatement")]
    Unsupported(String),
}

/// Reads a statement.
pub(crate) fn parse(sql: &str) -> Result<Sql, SqlError> {
    let mut reader = Reader { sql, at: 0, text: String::with_capacity(sql.len() + 8), ..Reader::default() };
    while reader.at < sql.len() {
        reader.step()?;
    }
    if reader.words.is_empty() && reader.text.trim().is_empty() {
        return Err(SqlError::Empty);
    }
    let kind = kind(&reader.words)?;
    Ok(Sql { text: reader.text, names: reader.names, kind })
}

#[derive(Default)]
struct Reader<'a> {
    sql: &'a str,
    at: usize,
    text: String,
    names: Vec<String>,
    /// Unquoted words in lower case, in order: keywords and names alike.
    words: Vec<String>,
    /// The open brackets, of which only the innermost matters.
    brackets: Vec<u8>,
    /// A semicolon was read.
    ended: bool,
}

impl Reader<'_> {
    fn byte(&self, ahead: usize) -> u8 {
        self.sql.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn previous(&self) -> u8 {
        self.at.checked_sub(1).map_or(0, |before| self.sql.as_bytes()[before])
    }

    /// Copies up to `end` and goes on there.
    fn copy_to(&mut self, end: usize) {
        self.text.push_str(&self.sql[self.at..end]);
        self.at = end;
    }

    fn step(&mut self) -> Result<(), SqlError> {
        let byte = self.byte(0);
        if byte.is_ascii_whitespace() {
            self.copy_to(self.at + 1);
            return Ok(());
        }
        match (byte, self.byte(1)) {
            (b'-', b'-') => {
                let end = self.sql[self.at..].find('\n').map_or(self.sql.len(), |found| self.at + found);
                self.copy_to(end);
                return Ok(());
            }
            (b'/', b'*') => return self.block_comment(),
            (b';', _) => {
                // Not copied: the server would take what follows for a second statement.
                self.ended = true;
                self.at += 1;
                return Ok(());
            }
            _ if self.ended => return Err(SqlError::Multiple),
            _ => {}
        }
        match (byte, self.byte(1)) {
            (b'\'', _) => self.quoted(b'\'', false),
            (b'"', _) => self.quoted(b'"', false),
            (b'e' | b'E', b'\'') => {
                self.copy_to(self.at + 1);
                self.quoted(b'\'', true)
            }
            (b'$', next) if next == b'$' || is_name_start(next) => self.dollar_quoted(),
            (b'$', next) if next.is_ascii_digit() => Err(SqlError::Positional),
            (b':', b':') => {
                self.copy_to(self.at + 2);
                Ok(())
            }
            (b':', next) if (next.is_ascii_alphabetic() || next == b'_') && !self.is_slice() => {
                self.parameter();
                Ok(())
            }
            (start, _) if is_name_start(start) || start.is_ascii_digit() => {
                self.word();
                Ok(())
            }
            _ => {
                self.other();
                Ok(())
            }
        }
    }

    /// A name, keyword or number, so that the `e` of `true'…'`-like input is not taken for a prefix.
    fn word(&mut self) {
        let rest = &self.sql.as_bytes()[self.at..];
        let length = rest.iter().take_while(|byte| is_name(**byte)).count();
        let word = self.sql[self.at..self.at + length].to_ascii_lowercase();
        self.copy_to(self.at + length);
        self.words.push(word);
    }

    fn other(&mut self) {
        match self.byte(0) {
            open @ (b'(' | b'[') => self.brackets.push(open),
            b')' | b']' => {
                self.brackets.pop();
            }
            _ => {}
        }
        let length = self.sql[self.at..].chars().next().map_or(1, char::len_utf8);
        self.copy_to(self.at + length);
    }

    /// `a[1:n]` is an array slice; `ARRAY[:a, :b]` holds two parameters. A colon within brackets that follows an
    /// operand without a space separates the bounds of a slice.
    fn is_slice(&self) -> bool {
        let before = self.previous();
        self.brackets.last() == Some(&b'[')
            && (is_name(before) || matches!(before, b')' | b']' | b'\'' | b'"'))
    }

    fn parameter(&mut self) {
        let rest = &self.sql.as_bytes()[self.at + 1..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let name = &self.sql[self.at + 1..self.at + 1 + length];
        let position = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        self.text.push('$');
        self.text.push_str(&(position + 1).to_string());
        self.at += 1 + length;
    }

    fn quoted(&mut self, quote: u8, backslashes: bool) -> Result<(), SqlError> {
        let bytes = self.sql.as_bytes();
        let mut end = self.at + 1;
        while end < bytes.len() {
            if backslashes && bytes[end] == b'\\' {
                end += 2;
            } else if bytes[end] != quote {
                end += 1;
            } else if bytes.get(end + 1) == Some(&quote) {
                end += 2;
            } else {
                self.copy_to(end + 1);
                return Ok(());
            }
        }
        Err(SqlError::Unterminated(if quote == b'"' { "quoted identifier" } else { "string" }))
    }

    fn block_comment(&mut self) -> Result<(), SqlError> {
        let bytes = self.sql.as_bytes();
        let (mut depth, mut end) = (0_usize, self.at);
        while end + 1 < bytes.len() {
            match &bytes[end..end + 2] {
                b"/*" => (depth, end) = (depth + 1, end + 2),
                b"*/" => (depth, end) = (depth - 1, end + 2),
                _ => end += 1,
            }
            if depth == 0 {
                self.copy_to(end);
                return Ok(());
            }
        }
        Err(SqlError::Unterminated("comment"))
    }

    /// `$$…$$` or `$tag$…$tag$`; a lone dollar sign is copied.
    fn dollar_quoted(&mut self) -> Result<(), SqlError> {
        let rest = &self.sql[self.at..];
        let tag = rest[1..].bytes().take_while(|byte| is_name(*byte) && *byte != b'$').count();
        if rest.as_bytes().get(tag + 1) != Some(&b'$') {
            self.copy_to(self.at + 1);
            return Ok(());
        }
        let delimiter = &rest[..tag + 2];
        let body = rest[tag + 2..].find(delimiter).ok_or(SqlError::Unterminated("dollar-quoted string"))?;
        self.copy_to(self.at + body + 2 * delimiter.len());
        Ok(())
    }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || !byte.is_ascii()
}

fn is_name(byte: u8) -> bool {
    is_name_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

/// What may follow `WITH` and still be a plain read or write.
const PLAIN: [&str; 8] = ["select", "insert", "update", "delete", "merge", "with", "values", "table"];
const WRITES: [&str; 4] = ["insert", "update", "delete", "merge"];
const DDL: [&str; 14] = [
    "create", "alter", "drop", "truncate", "comment", "grant", "revoke", "analyze", "vacuum", "refresh",
    "reindex", "reassign", "import", "do",
];
/// Functions and words by which even a plain statement reaches into the session.
const SESSION: [&str; 6] = ["temp", "temporary", "set_config", "currval", "lastval", "setseed"];

fn kind(words: &[String]) -> Result<Kind, SqlError> {
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let first = word(0);
    match first {
        // They would end or begin the transaction behind the service's back, or need another protocol.
        "begin" | "start" | "commit" | "end" | "abort" | "prepare" | "copy" => {
            return Err(SqlError::Unsupported(first.to_uppercase()));
        }
        "rollback" if !words.iter().any(|word| word == "to") => {
            return Err(SqlError::Unsupported(first.to_uppercase()));
        }
        _ => {}
    }
    let any = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let plain =
        PLAIN.contains(&first) || first == "explain" || matches!(first, "savepoint" | "release" | "rollback");
    let ddl = DDL.contains(&first);
    let locks =
        || words.iter().any(|word| word.starts_with("pg_advisory") || word.starts_with("pg_try_advisory"));
    Ok(Kind {
        select: matches!(first, "select" | "values" | "table") || first == "with" && !any(&WRITES),
        session: first == "do" || !(plain || ddl) || any(&SESSION) || locks(),
        ddl: ddl || first == "select" && any(&["into"]),
        rollback_to: first == "rollback",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(sql: &str) -> String {
        parse(sql).unwrap().text
    }

    #[test]
    fn names_become_numbers_and_each_counts_once() {
        let sql = parse("SELECT :b::int, :a, :b, :a_1 FROM t WHERE é=:a").unwrap();
        assert_eq!(sql.text, "SELECT $1::int, $2, $1, $3 FROM t WHERE é=$2");
        assert_eq!(sql.names, ["b", "a", "a_1"]);
    }

    #[test]
    fn text_is_not_searched_for_parameters() {
        for same in [
            "SELECT ':a', 'it''s :a', E'it\\'s :a', U&':a', \"col:a\", \"x\"\":a\"",
            "SELECT 1 -- :a\n",
            "SELECT 1 /* :a /* :a */ :a */",
            "SELECT $$ :a $$, $tag$ :a $$ :a $tag$",
            "SELECT x::text, y :: text, a[1:n], a[i:j], a[lower(x):n]",
            "SELECT 'a' || 'b:c'",
        ] {
            assert_eq!(text(same), same);
        }
    }

    #[test]
    fn parameters_are_found_between_text() {
        assert_eq!(text("SELECT ':x'||:a||':y'"), "SELECT ':x'||$1||':y'");
        assert_eq!(text("SELECT E'\\\\'||:a"), "SELECT E'\\\\'||$1");
        assert_eq!(text("SELECT '\\'||:a"), "SELECT '\\'||$1");
        assert_eq!(text("SELECT ARRAY[:a,:b]::text[]"), "SELECT ARRAY[$1,$2]::text[]");
        assert_eq!(text("SELECT a[:i], (:a)"), "SELECT a[$1], ($2)");
        assert_eq!(text("SELECT x AS apple, :a"), "SELECT x AS apple, $1");
        assert_eq!(text("SELECT name$x, :a"), "SELECT name$x, $1");
        assert_eq!(text("SELECT 1/*c*/+:a--c"), "SELECT 1/*c*/+$1--c");
    }

    #[test]
    fn one_statement_only() {
        assert_eq!(text("SELECT 1; -- done\n ;"), "SELECT 1 -- done\n ");
        assert_eq!(parse("SELECT 1; SELECT 2"), Err(SqlError::Multiple));
        assert_eq!(text("SELECT ';' || $$;$$"), "SELECT ';' || $$;$$");
        assert_eq!(parse(" ; "), Err(SqlError::Empty));
    }

    #[test]
    fn broken_text_is_refused() {
        for broken in ["SELECT 'a", "SELECT \"a", "SELECT /* /* */", "SELECT $x$ $y$", "SELECT E'\\'"] {
            assert!(matches!(parse(broken), Err(SqlError::Unterminated(_))), "{broken}");
        }
        assert_eq!(parse("SELECT $1"), Err(SqlError::Positional));
    }

    #[test]
    fn transactions_are_the_services_own() {
        for sql in ["BEGIN", "start transaction", "COMMIT", "END", "ROLLBACK", "COPY t FROM stdin"] {
            assert!(matches!(parse(sql), Err(SqlError::Unsupported(_))), "{sql}");
        }
        assert!(parse("ROLLBACK TO SAVEPOINT s").is_ok());
    }

    #[test]
    fn kinds_tell_what_stays_behind() {
        let kind = |sql: &str| parse(sql).unwrap().kind;
        assert_eq!(kind("select 1"), Kind { select: true, session: false, ddl: false, rollback_to: false });
        assert!(kind("/* x */ WITH a AS (SELECT 1) SELECT 1").select);
        assert!(!kind("WITH a AS (DELETE FROM t RETURNING 1) SELECT 1").select);
        assert!(kind("SELECT 'insert'").select);
        assert!(kind("SET search_path = x").session);
        assert!(kind("SELECT set_config('a.b', 'c', false)").session);
        assert!(kind("SELECT pg_advisory_lock(1)").session);
        assert!(kind("CREATE TEMP TABLE t (a int)").session);
        assert_eq!(
            kind("CREATE TABLE t (a int)"),
            Kind { select: false, session: false, ddl: true, rollback_to: false }
        );
        assert!(!kind("UPDATE t SET a = 1").session);
    }
}
