//! The graph: its types, where it begins, and what may be changed in it.

mod booking;
mod codes;
mod connection;
mod conversation;
mod earnings;
mod hosting;
mod ids;
mod modification;
mod money;
mod mutation;
mod payment;
mod property;
mod query;
mod quote;
mod review;
mod search;
mod staff;
mod terms;
mod user;

use async_graphql::{Context, EmptySubscription, Result, SDLExportOptions};
use web::{App, Caller, IdempotencyKey, Problem};

use crate::errors::told;
use crate::meter::Metering;
use crate::nulls::Nulls;
use mutation::Mutation;
use query::Query;

/// The schema, ready to be executed.
pub(crate) type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// How many directives a field may have.
const MAX_DIRECTIVES: usize = 5;

/// The key of the request, if it has one.
pub(crate) struct Key(pub(crate) Option<IdempotencyKey>);

/// The schema; where it is not `open` it is told to nobody, not even in advice on misspelt names.
pub(crate) fn schema(open: bool) -> Schema {
    let builder = Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .extension(Metering)
        .extension(Nulls)
        .limit_directives(MAX_DIRECTIVES);
    let builder = if open { builder } else { builder.disable_introspection().disable_suggestions() };
    builder.finish()
}

/// The schema in its own language.
pub(crate) fn sdl() -> String {
    let sorted = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items();
    schema(true).sdl_with_options(sorted)
}

fn app<'a>(ctx: &Context<'a>) -> &'a App {
    ctx.data_unchecked()
}

/// Who is calling, if anyone says so.
fn somebody(ctx: &Context<'_>) -> Option<Caller> {
    *ctx.data_unchecked::<Option<Caller>>()
}

/// Who is calling; refuses those who do not say it.
fn caller(ctx: &Context<'_>) -> Result<Caller> {
    somebody(ctx).ok_or_else(|| {
        let detail = "Send Authorization: Bearer with an access token.";
        told(Problem::unauthenticated("unauthenticated", detail, "Bearer"))
    })
}

/// What a page costs: its items, as many as are asked for.
fn page_cost(first: Option<i32>, of_one: usize) -> usize {
    let items =
        first.map_or(web::paging::default_limit() as usize, |first| usize::try_from(first).unwrap_or(0));
    items.saturating_mul(of_one).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn advice(open: bool) -> String {
        let response = schema(open).execute("{ propertys { __typename } }").await;
        format!("{:?}", response.errors)
    }

    #[tokio::test]
    async fn misspelt_names_are_mended_where_the_schema_is_open() {
        assert!(advice(true).await.contains("Did you mean"));
        assert!(!advice(false).await.contains("Did you mean"));
    }
}
