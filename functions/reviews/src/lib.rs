//! Reviews over HTTP.

mod create;
mod delete;
mod dto;
mod get;
mod list;
mod report;
mod respond;
mod update;

use domain::messages::Topic;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::App;

/// The queues that this function sends to.
pub const TOPICS: &[Topic] = &[Topic::Notifications];

/// All operations of this function.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(create::create_review, list::list_reviews))
        .routes(routes!(get::get_review, update::update_review, delete::delete_review))
        .routes(routes!(respond::respond_to_review))
        .routes(routes!(report::report_review))
}
