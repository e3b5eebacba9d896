//! What is done for each row.

use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::http::{Answer, NoAnswer};
use super::plan::Plan;
use super::reason::{Mend, Rejection};
use super::report::Report;
use super::session::Session;

/// What became of a row.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The row's id; of a row that could not be read its line.
    pub id: String,
    /// What was mended in the listing that was made.
    pub mended: Vec<Mend>,
    /// How it ended.
    pub end: End,
}

/// How a row ended.
#[derive(Debug)]
pub(crate) enum End {
    /// There is a listing.
    Listed {
        /// It is new.
        new: bool,
        /// What was done about publishing it.
        publication: Publication,
    },
    /// Not taken: the code and what is wrong.
    Refused(String, String),
    /// No answer.
    Unanswered(NoAnswer),
    /// The file breaks off here.
    Broken(String),
}

/// What was done about publishing a listing.
#[derive(Debug)]
pub(crate) enum Publication {
    /// It was published now.
    Done,
    /// It is a draft: the code and why.
    Draft(String, String),
    /// It was there, and no draft: its host has decided.
    Left,
}

/// What is read of a listing.
#[derive(Deserialize)]
struct Listing {
    id: uuid::Uuid,
    state: String,
}

/// Makes and publishes listings.
pub(crate) struct Taker {
    /// The host.
    pub session: Session,
    /// Makes the keys of this import its own: a later one, of a changed file or with another policy, sends other
    /// requests for the same ids.
    pub run: String,
}

impl Taker {
    /// Makes the listing and publishes it if it is ready.
    pub(crate) async fn take(&self, plan: Plan) -> Outcome {
        let end = match self.listed(&plan).await {
            Ok(end) => end,
            Err(no_answer) => End::Unanswered(no_answer),
        };
        Outcome { id: plan.request.source_ref, mended: plan.mended, end }
    }

    async fn listed(&self, plan: &Plan) -> Result<End, NoAnswer> {
        let key = format!("import-{}-{}", self.run, plan.request.source_ref);
        let answer = self.session.post("/properties/", &key, &plan.request).await?;
        let new = match answer.status {
            StatusCode::CREATED => true,
            StatusCode::OK => false,
            _ => {
                let (code, meaning) = answer.told();
                return Ok(End::Refused(code, meaning));
            }
        };
        let listing: Listing = read(&answer)?;
        let publication = if listing.state != "draft" {
            Publication::Left
        } else if let Some(unready) = plan.unready {
            let (code, meaning) = unready.told();
            Publication::Draft(code.to_owned(), meaning.to_owned())
        } else {
            self.publish(listing.id, &key).await?
        };
        Ok(End::Listed { new, publication })
    }

    async fn publish(&self, id: uuid::Uuid, key: &str) -> Result<Publication, NoAnswer> {
        let path = format!("/properties/{id}/publish/");
        let answer = self.session.post(&path, &format!("{key}-publish"), &json!({})).await?;
        if answer.status.is_success() {
            return Ok(Publication::Done);
        }
        let (code, meaning) = answer.told();
        Ok(Publication::Draft(code, meaning))
    }
}

fn read(answer: &Answer) -> Result<Listing, NoAnswer> {
    answer.json().map_err(|error| NoAnswer::GaveUp(format!("{error:#}")))
}

impl Outcome {
    /// A row that never became a request.
    pub(crate) fn rejected(id: String, rejection: Rejection) -> Self {
        let (code, meaning) = rejection.told();
        Self { id, mended: Vec::new(), end: End::Refused(code.to_owned(), meaning.to_owned()) }
    }
}

impl Report {
    /// Counts a row.
    pub(super) fn add(&mut self, outcome: Outcome) {
        let Outcome { id, mended, end } = outcome;
        match end {
            End::Broken(why) => {
                self.stopped.get_or_insert(format!("the file breaks off: {why}"));
                return;
            }
            End::Refused(code, meaning) => self.refused.add(&id, [(code, meaning)]),
            End::Unanswered(no_answer) => {
                self.unfinished += 1;
                if let NoAnswer::GaveUp(why) = no_answer {
                    self.stopped.get_or_insert(why);
                }
            }
            End::Listed { new, publication } => {
                *if new { &mut self.created } else { &mut self.already_there } += 1;
                match publication {
                    Publication::Done => self.published += 1,
                    Publication::Draft(code, meaning) => self.drafts.add(&id, [(code, meaning)]),
                    Publication::Left => {}
                }
                if new {
                    self.mended.add(&id, mended.into_iter().map(Mend::told));
                }
            }
        }
        self.rows_read += 1;
    }
}
