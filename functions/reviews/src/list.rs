//! `GET /reviews`: the reviews of a place, a person or a stay.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use domain::ids::UserId;
use serde::Deserialize;
use store::reviews::{About, Position, page};
use uuid::Uuid;
use web::{App, OptionalCaller, Page, Paging, Problem, ValidQuery};

use crate::dto::Review;

/// Whose reviews: exactly one of the three ids.
#[derive(Debug, Deserialize, garde::Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListReviews {
    /// What guests said of this place.
    #[garde(skip)]
    property_id: Option<Uuid>,
    /// What was said of this person, as a host or as a guest.
    #[garde(skip)]
    user_id: Option<Uuid>,
    /// What both sides said of this stay.
    #[garde(skip)]
    booking_id: Option<Uuid>,
    /// The most items of a page.
    #[serde(default = "web::paging::default_limit")]
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
    /// `next_cursor` of the page before.
    #[garde(inner(length(bytes, min = 1, max = 1024)))]
    #[param(min_length = 1, max_length = 1024)]
    cursor: Option<String>,
}

impl ListReviews {
    fn about(&self) -> Result<About, Problem> {
        match (self.property_id, self.user_id, self.booking_id) {
            (Some(id), None, None) => Ok(About::Property(id.into())),
            (None, Some(id), None) => Ok(About::User(id.into())),
            (None, None, Some(id)) => Ok(About::Booking(id.into())),
            _ => Err(Problem::invalid(
                "?property_id",
                "one_filter_required",
                "Give exactly one of property_id, user_id and booking_id.",
            )),
        }
    }
}

/// The revealed reviews of a place, a person or a stay, newest first; your own that nobody else reads yet come before.
#[utoipa::path(
    get, path = "/reviews", tag = "reviews", operation_id = "list_reviews",
    security(("bearer" = []), ()),
    params(ListReviews),
    responses((status = 200, description = "A page", body = Page<Review>, headers(("Link" = String))), web::Problems),
)]
pub(crate) async fn list_reviews(
    State(app): State<App>,
    OptionalCaller(caller): OptionalCaller,
    ValidQuery(query): ValidQuery<ListReviews>,
    uri: Uri,
) -> Result<Response, Problem> {
    let about = query.about()?;
    let viewer: Option<UserId> = caller.map(|caller| caller.user_id);
    let list = ("/reviews", &(about, viewer));
    let (paging, after) = Paging::open(&app, list, query.limit, query.cursor.as_deref()).await?;
    let reviews = page(&app.ctx().db, about, viewer, after, paging.rows()).await?;
    let position = |last: &store::reviews::Review| Position { revealed_at: last.revealed_at, id: last.id };
    let page: Page<Review> = paging.page(reviews, position)?;
    Ok(page.respond(&uri))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_filter_is_taken() {
        let query = |property_id, user_id, booking_id| {
            ListReviews { property_id, user_id, booking_id, limit: 20, cursor: None }.about()
        };
        let id = Uuid::from_u128(1);
        assert_eq!(query(Some(id), None, None).unwrap(), About::Property(id.into()));
        assert_eq!(query(None, Some(id), None).unwrap(), About::User(id.into()));
        assert_eq!(query(None, None, Some(id)).unwrap(), About::Booking(id.into()));
        for none_or_several in
            [query(None, None, None), query(Some(id), Some(id), None), query(Some(id), None, Some(id))]
        {
            assert_eq!(none_or_several.unwrap_err().code(), "validation_failed");
        }
    }
}
