//! Reviews over HTTP.

mod create;
mod delete;
mod dto;
mod get;
mod list;
mod moderate;
mod report;
mod respond;
mod update;

use domain::messages::Topic;
use web::App;

/// The queues that this function sends to.
pub const TOPICS: &[Topic] = &[Topic::Notifications];

web::operations! {
    App;
    create::create_review,
    list::list_reviews,
    get::get_review,
    update::update_review,
    delete::delete_review,
    respond::respond_to_review,
    report::report_review,
    moderate::list_review_reports,
    moderate::moderate_review,
}
