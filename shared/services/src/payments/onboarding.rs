//! A host's account with the provider.

use domain::ids::UserId;
use domain::listing::Country;
use domain::refusal::Refusal;
use jiff::SignedDuration;
use store::bookings::Cause;
use store::host_accounts::{self, HostAccount, HostAccountState, Standing};

use super::observe::standing_of;
use crate::gateway::{AccountRequest, IdempotencyKey, PaymentGateway, ProviderAccountId};
use crate::{Ctx, Failure};

/// Where a host lives who does not say so and has no listing yet.
const DEFAULT_COUNTRY: &str = "US";
/// A page that stops working sooner than this is not given out again.
const LINK_MARGIN: SignedDuration = SignedDuration::from_mins(1);

/// Where a host stands with the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Onboarding {
    /// The provider's page where the host goes on; none once nothing is wanted.
    pub url: Option<String>,
    /// What the provider says: whether the host can be paid, and what it still wants.
    pub standing: Standing,
}

/// Whether the provider can pay the host: a listing is published, and a booking paid for, only then.
pub async fn host_is_payable(ctx: &Ctx, host: UserId) -> Result<bool, Failure> {
    Ok(host_accounts::is_enabled(&ctx.db, host).await?)
}

/// Refuses with 409 `host_not_payable` where the host cannot be paid: then nobody is charged for them either.
pub(crate) async fn require_payable(ctx: &Ctx, host: UserId) -> Result<(), Failure> {
    if host_is_payable(ctx, host).await? {
        return Ok(());
    }
    let detail = "The host cannot be paid at the moment, so the guest is not charged. What the payment provider wants of \
                  the host is at /payments/onboarding.";
    Err(Refusal::conflict("host_not_payable", detail).into())
}

/// Makes the host's account, once, and gives out a new page to go on.
pub async fn begin_onboarding(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    host: UserId,
    country: Option<Country>,
) -> Result<Onboarding, Failure> {
    let account = match host_accounts::find(&ctx.db, host).await? {
        Some(account) => account,
        None => make_account(ctx, gateway, host, country).await?,
    };
    let standing = refreshed(ctx, gateway, &account).await?;
    let url = match standing.state {
        HostAccountState::Enabled => None,
        _ => Some(new_link(ctx, gateway, &account).await?),
    };
    Ok(Onboarding { url, standing })
}

/// Where the host stands now, with the page last given out while it works.
pub async fn onboarding(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    host: UserId,
) -> Result<Onboarding, Failure> {
    let account = host_accounts::find(&ctx.db, host).await?.ok_or(Failure::NotFound)?;
    let standing = refreshed(ctx, gateway, &account).await?;
    let fresh = ctx.now().checked_add(LINK_MARGIN).unwrap_or(jiff::Timestamp::MAX);
    let url = match &account.link {
        _ if standing.state == HostAccountState::Enabled => None,
        Some(link) if link.expires_at > fresh => Some(link.url.clone()),
        _ => Some(new_link(ctx, gateway, &account).await?),
    };
    Ok(Onboarding { url, standing })
}

async fn make_account(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    host: UserId,
    country: Option<Country>,
) -> Result<HostAccount, Failure> {
    let owner = host_accounts::owner(&ctx.db, host).await?.ok_or(Failure::NotFound)?;
    let country = country.map(|country| country.code().to_owned()).or(owner.country);
    let country = country.unwrap_or_else(|| DEFAULT_COUNTRY.to_owned());
    // The country is part of the step: a host who corrects it asks for something else.
    let key = IdempotencyKey::derive(format_args!("host:{host}"), &format!("account-{country}"), 1);
    let request = AccountRequest { user_id: host, email: owner.email, country };
    let made = gateway.create_account(&key, &request).await?;
    let name = made.provider_id.clone();
    host_accounts::create(&ctx.db, host, name.as_str(), &standing_of(made), ctx.now()).await?;
    // Another request may have been quicker: its account counts.
    host_accounts::find(&ctx.db, host).await?.ok_or(Failure::NotFound)
}

/// Asks the provider where an account stands that is not enabled; says what is known while the provider is away.
async fn refreshed(
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    account: &HostAccount,
) -> Result<Standing, Failure> {
    if account.standing.state == HostAccountState::Enabled {
        return Ok(account.standing.clone());
    }
    let name = ProviderAccountId::new(account.provider_account.clone());
    match gateway.retrieve_account(&name).await {
        Ok(report) => {
            let standing = standing_of(report);
            if standing != account.standing {
                let account = &account.provider_account;
                host_accounts::update(&ctx.db, account, &standing, Cause::default(), ctx.now()).await?;
            }
            Ok(standing)
        }
        Err(error) => {
            tracing::warn!(%error, "the provider does not say where an account stands");
            Ok(account.standing.clone())
        }
    }
}

async fn new_link(ctx: &Ctx, gateway: &dyn PaymentGateway, account: &HostAccount) -> Result<String, Failure> {
    let name = ProviderAccountId::new(account.provider_account.clone());
    let link = gateway.account_link(&name).await?;
    host_accounts::keep_link(&ctx.db, account.user_id, &link.url, link.expires_at).await?;
    Ok(link.url)
}
