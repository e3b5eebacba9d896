//! Connected accounts and their onboarding: `/v1/accounts`, `/v1/account_links`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::desk::{Desk, Record};
use crate::error::ApiError;
use crate::form::{Form, Metadata};
use crate::list::list;
use crate::route::Reply;

/// How long an onboarding link lives, in seconds.
const LINK_SECONDS: i64 = 300;

/// What a new account still owes.
const ONBOARDING: [&str; 4] = ["business_type", "external_account", "individual.dob", "tos_acceptance.date"];

/// Where an account stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// Its owner has not finished the onboarding.
    Onboarding,
    Enabled,
    /// Payouts are stopped until what is named is provided.
    Restricted {
        due: Vec<String>,
        /// Until when it had to be, in Unix seconds.
        #[serde(default)]
        deadline: Option<i64>,
    },
}

/// A host's account with the provider.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) country: String,
    pub(crate) email: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) transfers_requested: bool,
    pub(crate) standing: Standing,
    pub(crate) created: i64,
    /// The onboarding link last given out: its unguessable part, its end in Unix seconds, where it leads back to.
    pub(crate) link: Option<(String, i64, String)>,
}

impl Record for Account {
    const KIND: &'static str = "account";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn view(&self, _url: &str) -> Value {
        let enabled = self.standing == Standing::Enabled;
        let past_due = Some("requirements.past_due");
        let (due, deadline, reason): (Vec<&str>, Option<i64>, Option<&str>) = match &self.standing {
            Standing::Onboarding => (ONBOARDING.to_vec(), None, past_due),
            Standing::Enabled => (Vec::new(), None, None),
            Standing::Restricted { due, deadline } => {
                (due.iter().map(String::as_str).collect(), *deadline, past_due)
            }
        };
        let transfers = if self.can_receive() { "active" } else { "inactive" };
        json!({
            "id": self.id,
            "object": "account",
            "business_type": null,
            "capabilities": if self.transfers_requested { json!({ "transfers": transfers }) } else { json!({}) },
            "charges_enabled": enabled,
            "country": self.country,
            "created": self.created,
            "details_submitted": self.standing != Standing::Onboarding,
            "email": self.email,
            "metadata": self.metadata,
            "payouts_enabled": enabled,
            "requirements": {
                "current_deadline": deadline,
                "currently_due": due,
                "disabled_reason": reason,
                "eventually_due": due,
                "past_due": due,
                "pending_verification": [],
            },
            "type": "express",
        })
    }
}

impl Account {
    /// Whether money can be sent to it.
    pub(crate) fn can_receive(&self) -> bool {
        self.transfers_requested && self.standing == Standing::Enabled
    }
}

/// `POST /v1/accounts`: an express account.
pub(crate) fn create(desk: &Desk<'_>, mut form: Form) -> Result<Reply, ApiError> {
    let kind = form.require("type")?;
    if kind != "express" {
        let message = "The only account type here is express.";
        return Err(ApiError::parameter("type", "parameter_unknown", message));
    }
    let country = form.take("country").unwrap_or_else(|| "US".to_owned());
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(ApiError::parameter("country", "country_unsupported", "Country is not supported."));
    }
    let account = Account {
        id: desk.provider.new_id("acct"),
        country,
        email: form.take("email"),
        metadata: form.metadata()?,
        transfers_requested: form.boolean("capabilities[transfers][requested]")?.unwrap_or(false),
        standing: Standing::Onboarding,
        created: desk.now(),
        link: None,
    };
    form.finish()?;
    desk.insert(&account)?;
    Ok(Reply::ok(desk.view(&account)))
}

/// `GET /v1/accounts/{id}`
pub(crate) fn retrieve(desk: &Desk<'_>, id: &str, form: Form) -> Result<Reply, ApiError> {
    form.finish()?;
    Ok(Reply::ok(desk.view(&desk.get::<Account>(id, "id")?)))
}

/// `GET /v1/accounts`: by `created` and cursor.
pub(crate) fn index(desk: &Desk<'_>, form: Form) -> Result<Reply, ApiError> {
    list::<Account>(desk, form, "/v1/accounts", &[])
}

/// `POST /v1/account_links`: a link that lives five minutes; a newer one replaces it.
pub(crate) fn create_link(desk: &Desk<'_>, mut form: Form) -> Result<Reply, ApiError> {
    let id = form.require("account")?;
    let kind = form.require("type")?;
    if kind != "account_onboarding" && kind != "account_update" {
        return Err(ApiError::parameter("type", "parameter_unknown", format!("Invalid type: {kind}")));
    }
    form.require("refresh_url")?;
    let return_url = form.require("return_url")?;
    form.finish()?;
    let mut account: Account = desk.get(&id, "account")?;
    let token = desk.provider.new_id("link");
    let ends = desk.now() + LINK_SECONDS;
    let url = format!("{}/onboarding/{}/{token}", desk.provider.url(), account.id);
    account.link = Some((token, ends, return_url));
    desk.update(&account)?;
    Ok(Reply::ok(json!({ "object": "account_link", "created": desk.now(), "expires_at": ends, "url": url })))
}

/// Puts an account where it is to stand and tells of it; nothing happens if it stands there already.
pub(crate) fn place(desk: &Desk<'_>, account: &mut Account, standing: Standing) -> Result<(), ApiError> {
    if account.standing == standing {
        return Ok(());
    }
    account.standing = standing;
    desk.update(account)?;
    desk.emit("account.updated", desk.view(account))
}
