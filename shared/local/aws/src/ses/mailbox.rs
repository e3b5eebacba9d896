//! What was sent.

use jiff::Timestamp;
use rusqlite::{Row, params};
use serde::{Deserialize, Serialize, Serializer};

use crate::database::Database;
use crate::error::AwsError;

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS mails (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        sent_at INTEGER NOT NULL,
        mail TEXT NOT NULL
    ) STRICT;
";

/// A mail as its recipients get it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mail {
    /// The id that the sender got.
    pub id: String,
    /// The sender's address.
    pub from: String,
    /// The recipients; in JSON one text, with commas between them.
    #[serde(serialize_with = "joined")]
    pub to: Vec<String>,
    /// Those who get a copy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<String>,
    /// Those who get a copy unseen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bcc: Vec<String>,
    /// Where answers go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reply_to: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The plain body.
    pub text: Option<String>,
    /// The HTML body.
    pub html: Option<String>,
    /// Extra headers of a simple message, all headers of a raw one.
    pub headers: Vec<(String, String)>,
    /// A raw message, in base64.
    #[serde(skip)]
    pub raw: Option<String>,
    /// When it was sent, by the local clock.
    pub sent_at: Timestamp,
}

fn joined<S: Serializer>(addresses: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&addresses.join(", "))
}

/// Which mails to list.
#[derive(Clone, Debug, Default)]
pub struct MailQuery {
    /// Only mails behind the one with this id.
    pub after: Option<String>,
    /// Only mails sent at this instant or later.
    pub since: Option<Timestamp>,
    /// Only mails that this address gets, as recipient or copy; upper and lower case are one.
    pub recipient: Option<String>,
    /// The most mails; `None` is no bound.
    pub limit: Option<usize>,
}

/// The stored form, which keeps what the JSON of [`Mail`] leaves out.
#[derive(Debug, Serialize, Deserialize)]
struct Letter {
    from: String,
    to: Vec<String>,
    cc: Vec<String>,
    bcc: Vec<String>,
    reply_to: Vec<String>,
    subject: String,
    text: Option<String>,
    html: Option<String>,
    headers: Vec<(String, String)>,
    raw: Option<String>,
}

#[derive(Debug)]
pub(super) struct Mailbox(Database);

impl Mailbox {
    pub(super) fn new(database: Database) -> Self {
        Self(database)
    }

    pub(super) async fn add(&self, mail: Mail) -> Result<(), AwsError> {
        let (id, sent_at) = (mail.id.clone(), mail.sent_at.as_millisecond());
        let letter = serde_json::to_string(&Letter::from(mail))?;
        let insert = "INSERT INTO mails (id, sent_at, mail) VALUES (?1, ?2, ?3)";
        self.0.run(move |transaction| Ok(transaction.execute(insert, params![id, sent_at, letter])?)).await?;
        Ok(())
    }

    pub(super) async fn clear(&self) -> Result<(), AwsError> {
        self.0.run(|transaction| Ok(transaction.execute("DELETE FROM mails", [])?)).await?;
        Ok(())
    }

    pub(super) async fn list(&self, query: MailQuery) -> Result<Vec<Mail>, AwsError> {
        self.0
            .run(move |transaction| {
                let mut statement = transaction.prepare_cached(
                    "SELECT id, sent_at, mail FROM mails
                     WHERE (?1 IS NULL OR seq > (SELECT seq FROM mails WHERE id = ?1))
                       AND (?2 IS NULL OR sent_at >= ?2)
                     ORDER BY seq",
                )?;
                let since = query.since.map(Timestamp::as_millisecond);
                let limit = query.limit.unwrap_or(usize::MAX);
                let mut mails = Vec::new();
                let mut rows = statement.query(params![query.after, since])?;
                while let Some(row) = rows.next()?
                    && mails.len() < limit
                {
                    let mail = read(row)?;
                    if query.recipient.as_deref().is_none_or(|recipient| mail.reaches(recipient)) {
                        mails.push(mail);
                    }
                }
                Ok(mails)
            })
            .await
    }
}

fn read(row: &Row<'_>) -> Result<Mail, AwsError> {
    let letter: Letter = serde_json::from_str(&row.get::<_, String>(2)?)?;
    let sent_at = Timestamp::from_millisecond(row.get(1)?).unwrap_or(Timestamp::MAX);
    let Letter { from, to, cc, bcc, reply_to, subject, text, html, headers, raw } = letter;
    Ok(Mail { id: row.get(0)?, from, to, cc, bcc, reply_to, subject, text, html, headers, raw, sent_at })
}

impl Mail {
    fn reaches(&self, recipient: &str) -> bool {
        let same = |address: &String| {
            super::address::bare(address).is_ok_and(|bare| bare.eq_ignore_ascii_case(recipient))
        };
        self.to.iter().chain(&self.cc).chain(&self.bcc).any(same)
    }
}

impl From<Mail> for Letter {
    fn from(mail: Mail) -> Self {
        let Mail { id: _, from, to, cc, bcc, reply_to, subject, text, html, headers, raw, sent_at: _ } = mail;
        Self { from, to, cc, bcc, reply_to, subject, text, html, headers, raw }
    }
}
