//! Pages as Relay's connections, with the cursors that REST has.

use async_graphql::connection::{Connection, Edge};
use async_graphql::{OutputType, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use web::{App, Paging};

use crate::errors::told;

/// A page.
pub(crate) type Page<N> = Connection<String, N>;

/// Which page is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// How many items.
    pub(crate) first: Option<i32>,
    /// The cursor that it begins behind.
    pub(crate) after: Option<String>,
}

impl Wanted {
    /// How many items; what is out of bounds was refused with its document.
    pub(crate) fn limit(&self) -> u32 {
        self.first
            .map_or(web::paging::default_limit(), |first| u32::try_from(first).unwrap_or(1).clamp(1, 100))
    }

    /// Begins the page of a list. A cursor of another list is refused at `/after`.
    pub(crate) async fn open<P: DeserializeOwned>(
        &self,
        app: &App,
        list: (&str, &impl Serialize),
    ) -> Result<(Paging, Option<P>)> {
        Paging::open(app, list, self.limit(), self.after.as_deref()).await.map_err(told)
    }

    /// The page of the rows that were read, one more than it shows where there are more; `position` is a row's sort key,
    /// `node` what is shown of it, if anything.
    pub(crate) fn page<R, P: Serialize, N: OutputType>(
        &self,
        paging: &Paging,
        mut rows: Vec<R>,
        position: impl Fn(&R) -> P,
        node: impl Fn(R) -> Option<N>,
    ) -> Result<Page<N>> {
        let limit = self.limit() as usize;
        let mut page = Page::new(self.after.is_some(), rows.len() > limit);
        rows.truncate(limit);
        for row in rows {
            let cursor = sealed(paging, &position(&row))?;
            if let Some(node) = node(row) {
                page.edges.push(Edge::new(cursor, node));
            }
        }
        Ok(page)
    }
}

/// The cursor of a position.
pub(crate) fn sealed(paging: &Paging, position: &impl Serialize) -> Result<String> {
    paging.seal(Some(position)).map(Option::unwrap_or_default).map_err(told)
}
