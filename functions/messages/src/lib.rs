//! Conversations over HTTP, and what hosts let be written by itself.

mod dto;
mod get;
mod list;
mod post;
mod read;
mod start;
mod templates;

use domain::messages::Topic;
use web::App;

/// The queues that this function sends to.
pub const TOPICS: &[Topic] = &[Topic::Notifications];

web::operations! {
    App;
    list::list_threads,
    start::start_thread,
    get::get_thread,
    list::list_messages,
    post::post_message,
    read::read_thread,
    templates::list_templates,
    templates::set_template,
    templates::delete_template,
}
