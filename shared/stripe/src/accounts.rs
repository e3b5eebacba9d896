//! Hosts' accounts and their onboarding.

use services::gateway::{
    AccountLink, AccountRequest, AccountState, IdempotencyKey, ProviderAccount, ProviderAccountId,
};

use crate::client::{Call, StripeClient, Unreadable};
use crate::failure::CallError;
use crate::payments::{instant, segment};
use crate::wire;

impl TryFrom<wire::Account> for ProviderAccount {
    type Error = Unreadable;

    fn try_from(account: wire::Account) -> Result<Self, Unreadable> {
        let active = account.capabilities.get("transfers").is_some_and(|state| state == "active");
        // Guests are charged by the platform: whether the host's account could charge cards does not matter.
        let state = if active && account.payouts_enabled {
            AccountState::Enabled
        } else if account.details_submitted {
            AccountState::Restricted
        } else {
            AccountState::Pending
        };
        let wanted = account.requirements.unwrap_or_default();
        Ok(Self {
            provider_id: ProviderAccountId::new(account.id),
            state,
            requirements: wanted.currently_due.unwrap_or_default(),
            due_at: wanted.current_deadline.map(instant).transpose()?,
            disabled_reason: wanted.disabled_reason,
        })
    }
}

/// A link as it came.
struct Link(AccountLink);

impl TryFrom<wire::AccountLink> for Link {
    type Error = Unreadable;

    fn try_from(link: wire::AccountLink) -> Result<Self, Unreadable> {
        Ok(Self(AccountLink { url: link.url, expires_at: instant(link.expires_at)? }))
    }
}

impl StripeClient {
    pub(crate) async fn make_account(
        &self,
        key: &IdempotencyKey,
        request: &AccountRequest,
    ) -> Result<ProviderAccount, CallError> {
        let parameters = vec![
            ("type", "express".to_owned()),
            ("country", request.country.clone()),
            ("email", request.email.clone()),
            ("capabilities[transfers][requested]", "true".to_owned()),
            ("metadata[user_id]", request.user_id.to_string()),
        ];
        self.call::<wire::Account, _>(Call::post("/v1/accounts".to_owned(), parameters, Some(key))).await
    }

    pub(crate) async fn make_link(&self, account: &ProviderAccountId) -> Result<AccountLink, CallError> {
        let parameters = vec![
            ("account", account.to_string()),
            ("type", "account_onboarding".to_owned()),
            ("return_url", self.config.onboarding_return_url.clone()),
            ("refresh_url", self.config.onboarding_refresh_url.clone()),
        ];
        let call = Call::post("/v1/account_links".to_owned(), parameters, None);
        let Link(link) = self.call::<wire::AccountLink, _>(call).await?;
        Ok(link)
    }

    pub(crate) async fn read_account(
        &self,
        account: &ProviderAccountId,
    ) -> Result<ProviderAccount, CallError> {
        let path = format!("/v1/accounts/{}", segment(account.as_str())?);
        self.call::<wire::Account, _>(Call::get(path, Vec::new())).await
    }
}
