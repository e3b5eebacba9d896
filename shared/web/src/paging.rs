//! Lists by pages: the steps between a query's `limit` and `cursor` and the answer, the same for every list.

use garde::Validate;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::app::App;
use crate::cursor::{CursorCodec, CursorScope, Page};
use crate::problem::Problem;

/// Which page of a list that has no filters. (One with filters names the same two fields among its own: query strings
/// know no nesting.)
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many to a page.
    #[serde(default = "default_limit")]
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: u32,
    /// `next_cursor` of the page before.
    #[garde(inner(length(bytes, max = 1024)))]
    #[param(max_length = 1024)]
    pub cursor: Option<String>,
}

/// How many items a page has where nothing is said.
pub const fn default_limit() -> u32 {
    20
}

/// One page of a list in the making.
#[derive(Clone, Debug)]
pub struct Paging {
    codec: CursorCodec,
    scope: CursorScope,
    limit: u32,
}

impl Paging {
    /// Begins a page of up to `limit` items, and says after which position it starts: none for the first page.
    ///
    /// `route` and `filters` are what a cursor belongs to, as [`CursorScope::new`] has them. Answers 422 at `?cursor`
    /// where the cursor is not of this very list.
    pub async fn open<P: DeserializeOwned>(
        app: &App,
        (route, filters): (&str, &impl Serialize),
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<(Self, Option<P>), Problem> {
        let codec = app.cursors().await?;
        let scope = CursorScope::new(route, filters)?;
        let after = cursor.map(|cursor| codec.open(&scope, cursor)).transpose()?;
        Ok((Self { codec, scope, limit }, after))
    }

    /// How many rows to read: one more than the page has shows that there is a next one.
    pub const fn rows(&self) -> u32 {
        self.limit + 1
    }

    /// The page of the rows that were read, up to [`Self::rows`] of them; `position` is a row's sort key.
    pub fn page<R, P: Serialize, T: From<R>>(
        &self,
        rows: Vec<R>,
        position: impl FnOnce(&R) -> P,
    ) -> Result<Page<T>, Problem> {
        self.page_of(rows, position, T::from)
    }

    /// The same, where a row becomes an item by `view`.
    pub fn page_of<R, P: Serialize, T>(
        &self,
        mut rows: Vec<R>,
        position: impl FnOnce(&R) -> P,
        view: impl FnMut(R) -> T,
    ) -> Result<Page<T>, Problem> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = self.seal(rows.last().filter(|_| has_more).map(position).as_ref())?;
        Ok(Page { items: rows.into_iter().map(view).collect(), next_cursor })
    }

    /// The cursor that goes on after a position, where the list goes on.
    pub fn seal(&self, position: Option<&impl Serialize>) -> Result<Option<String>, Problem> {
        position.map(|position| self.codec.seal(&self.scope, position)).transpose()
    }
}
