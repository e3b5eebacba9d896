//! Single nights, promotions, and the link to the calendar.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::cohost::Act;
use jiff::Timestamp;
use serde::Serialize;
use services::calendar_links::{make, revoke};
use services::promotions::{create, withdraw};
use services::properties::change_calendar;
use uuid::Uuid;
use web::Problem;
use web::dto::listing::{CalendarChanges, NewPromotion};
use web::extract::valid;

use super::terms::{BenefitBody, CalendarChangeInput, PromotionBody};
use super::{PropertyInput, acting};
use crate::errors::told_of_input;
use crate::schema::hosting::Promotion;
use crate::schema::ids::Kind;
use crate::schema::money::MoneyInput;
use crate::schema::property::CalendarNight;
use crate::schema::{app, caller};

/// Changes of a calendar: all of them are done, or none.
#[derive(Debug, InputObject, Serialize)]
struct ChangeCalendarInput {
    /// The listing.
    #[serde(skip)]
    property_id: ID,
    /// Up to 731. Of what two of them say of one night the later counts.
    changes: Vec<CalendarChangeInput>,
}

/// A promotion to be made: with `percent` or with `amount`.
#[derive(Debug, InputObject)]
struct CreatePromotionInput {
    /// The listing.
    property_id: ID,
    /// What guests give with a quote: 3 to 32 letters, digits, hyphens and underscores.
    code: String,
    /// What it takes off the nights, in percent.
    percent: Option<u8>,
    /// What it takes off, but never more than the nights cost.
    amount: Option<MoneyInput>,
    /// The first instant at which it holds; at once if absent.
    valid_from: Option<Timestamp>,
    /// The first instant at which it no longer holds; for good if absent.
    valid_until: Option<Timestamp>,
    /// The shortest stay that it holds for.
    min_nights: Option<u16>,
    /// How many bookings may use it; any number if absent.
    max_uses: Option<u32>,
}

/// A promotion to be taken back.
#[derive(Debug, InputObject)]
struct DeletePromotionInput {
    /// The listing.
    property_id: ID,
    /// The promotion.
    promotion_id: Uuid,
}

/// The nights that were named.
#[derive(Debug, SimpleObject)]
struct CalendarPayload {
    /// As they are now.
    nights: Vec<CalendarNight>,
}

/// A promotion that was made.
#[derive(Debug, SimpleObject)]
struct PromotionPayload {
    /// The promotion.
    promotion: Promotion,
}

/// A promotion that was taken back.
#[derive(Debug, SimpleObject)]
struct PromotionIdPayload {
    /// Its id.
    promotion_id: Uuid,
}

/// A link to a listing's calendar.
#[derive(Debug, SimpleObject)]
struct CalendarLinkPayload {
    /// Where the calendar is, below the address of this API. It carries the token: whoever has it reads the calendar, and it
    /// is not shown again.
    path: String,
    /// What it carries.
    token: String,
}

/// A link that leads nowhere any more.
#[derive(Debug, SimpleObject)]
struct NoCalendarLinkPayload {
    /// The listing.
    property_id: ID,
}

/// Mutations of calendars.
#[derive(Default)]
pub(crate) struct CalendarMutations;

#[Object]
impl CalendarMutations {
    /// Change prices, rules and blocks of single nights. To block nights that guests have booked is refused with
    /// `dates_unavailable`.
    async fn change_calendar(
        &self,
        ctx: &Context<'_>,
        input: ChangeCalendarInput,
    ) -> Result<Option<CalendarPayload>> {
        caller(ctx)?;
        let property = Kind::Property.read(&input.property_id)?;
        let changes: CalendarChanges = valid(&input).map_err(told_of_input)?;
        let changes = changes.parse().map_err(told_of_input)?;
        let host = acting(ctx, property, Act::ChangeCalendar).await?;
        let nights =
            change_calendar(app(ctx).ctx(), host, property, &changes).await.map_err(told_of_input)?;
        Ok(Some(CalendarPayload { nights: nights.into_iter().map(Into::into).collect() }))
    }

    /// Make a link to the calendar, for calendars elsewhere, in place of the one that the listing had.
    async fn create_calendar_link(
        &self,
        ctx: &Context<'_>,
        input: PropertyInput,
    ) -> Result<Option<CalendarLinkPayload>> {
        caller(ctx)?;
        let property = Kind::Property.read(&input.property_id)?;
        let host = acting(ctx, property, Act::LinkCalendar).await?;
        let token = make(app(ctx).ctx(), host, property).await.map_err(told_of_input)?;
        let path = format!("/properties/{}/calendar.ics?token={token}", property.as_uuid());
        Ok(Some(CalendarLinkPayload { path, token }))
    }

    /// Take the link to the calendar back.
    async fn delete_calendar_link(
        &self,
        ctx: &Context<'_>,
        input: PropertyInput,
    ) -> Result<Option<NoCalendarLinkPayload>> {
        caller(ctx)?;
        let property = Kind::Property.read(&input.property_id)?;
        let host = acting(ctx, property, Act::UnlinkCalendar).await?;
        revoke(app(ctx).ctx(), host, property).await.map_err(told_of_input)?;
        Ok(Some(NoCalendarLinkPayload { property_id: Kind::Property.id(property) }))
    }

    /// Give a listing a promotion. A use is counted when a booking is made.
    async fn create_promotion(
        &self,
        ctx: &Context<'_>,
        input: CreatePromotionInput,
    ) -> Result<Option<PromotionPayload>> {
        caller(ctx)?;
        let property = Kind::Property.read(&input.property_id)?;
        let new: NewPromotion = valid(&input.body()?).map_err(told_of_input)?;
        let (promotion, max_uses) = new.parse().map_err(told_of_input)?;
        let host = acting(ctx, property, Act::CreatePromotion).await?;
        let made =
            create(app(ctx).ctx(), host, property, promotion, max_uses).await.map_err(told_of_input)?;
        Ok(Some(PromotionPayload { promotion: made.into() }))
    }

    /// Take a promotion back. Quotes that stand keep their price until they end.
    async fn delete_promotion(
        &self,
        ctx: &Context<'_>,
        input: DeletePromotionInput,
    ) -> Result<Option<PromotionIdPayload>> {
        caller(ctx)?;
        let property = Kind::Property.read(&input.property_id)?;
        let host = acting(ctx, property, Act::WithdrawPromotion).await?;
        let promotion_id = input.promotion_id;
        withdraw(app(ctx).ctx(), host, property, promotion_id.into()).await.map_err(told_of_input)?;
        Ok(Some(PromotionIdPayload { promotion_id }))
    }
}

impl CreatePromotionInput {
    fn body(&self) -> Result<PromotionBody<'_>> {
        let benefit = match (self.percent, &self.amount) {
            (Some(percent), None) => BenefitBody::Percent { percent },
            (None, Some(amount)) => BenefitBody::Amount { amount },
            _ => {
                let detail = "Give exactly one of percent and amount.";
                return Err(told_of_input(Problem::invalid("/percent", "one_benefit_required", detail)));
            }
        };
        Ok(PromotionBody {
            code: &self.code,
            benefit,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            min_nights: self.min_nights,
            max_uses: self.max_uses,
        })
    }
}
