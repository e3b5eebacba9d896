//! Who helps with a listing.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::cohost::Permission;
use services::cohosts::{dismiss, name};
use web::Problem;

use crate::errors::told_of_input;
use crate::schema::codes::CohostPermission;
use crate::schema::hosting::Cohost;
use crate::schema::ids::Kind;
use crate::schema::{app, caller};

/// Who is to help, and with what.
#[derive(Debug, InputObject)]
struct NameCohostInput {
    /// The listing.
    property_id: ID,
    /// The person.
    user_id: ID,
    /// All that they may do; what is not named is taken away.
    permissions: Vec<CohostPermission>,
}

/// Who helps no more.
#[derive(Debug, InputObject)]
struct DismissCohostInput {
    /// The listing.
    property_id: ID,
    /// The person.
    user_id: ID,
}

/// The co-hosts of a listing.
#[derive(Debug, SimpleObject)]
struct CohostsPayload {
    /// The first one named comes first.
    cohosts: Vec<Cohost>,
}

/// Somebody who helps no more.
#[derive(Debug, SimpleObject)]
struct CohostIdPayload {
    /// The person.
    user_id: ID,
}

/// Mutations of co-hosts.
#[derive(Default)]
pub(crate) struct PeopleMutations;

#[Object]
impl PeopleMutations {
    /// Name a co-host of a listing of the caller's; named again they have the new permissions. It is on record.
    async fn name_cohost(&self, ctx: &Context<'_>, input: NameCohostInput) -> Result<Option<CohostsPayload>> {
        let (host, property) = (caller(ctx)?.user_id, Kind::Property.read(&input.property_id)?);
        let user = Kind::User.read(&input.user_id)?;
        let permissions: Vec<Permission> = input.permissions.into_iter().map(Into::into).collect();
        if !(1..=3).contains(&permissions.len()) {
            let detail = "Give one to three permissions.";
            return Err(told_of_input(Problem::invalid("/permissions", "invalid_value", detail)));
        }
        let cohosts =
            name(app(ctx).ctx(), host, property, user, &permissions).await.map_err(told_of_input)?;
        Ok(Some(CohostsPayload { cohosts: cohosts.into_iter().map(Into::into).collect() }))
    }

    /// Dismiss a co-host. A co-host may go by themselves.
    async fn dismiss_cohost(
        &self,
        ctx: &Context<'_>,
        input: DismissCohostInput,
    ) -> Result<Option<CohostIdPayload>> {
        let (by, property) = (caller(ctx)?.user_id, Kind::Property.read(&input.property_id)?);
        let user: domain::ids::UserId = Kind::User.read(&input.user_id)?;
        dismiss(app(ctx).ctx(), by, property, user).await.map_err(told_of_input)?;
        Ok(Some(CohostIdPayload { user_id: Kind::User.id(user) }))
    }
}
