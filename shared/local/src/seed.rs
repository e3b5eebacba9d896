//! The demonstration: three accounts, a host who can be paid, and a listing that can be booked.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use domain::random::{Entropy as _, uuid_v7};
use domain::user::{EmailAddress, Password};
use platform::OsEntropy;
use serde_json::{Value, json};
use store::Db;
use store::users::NewUser;

use crate::Stack;
use crate::database::CLUSTER_ARN;

/// The password of every demonstration account.
pub const PASSWORD: &str = "correct-horse-battery-staple";
/// The address, the name and whether it is of the staff.
const ACCOUNTS: [(&str, &str, bool); 3] = [
    ("host@example.com", "Hanna Host", false),
    ("guest@example.com", "Gus Guest", false),
    ("admin@example.com", "Ada Admin", true),
];

/// The addresses of the demonstration's accounts.
pub(crate) fn addresses() -> impl Iterator<Item = &'static str> {
    ACCOUNTS.iter().map(|(address, ..)| *address)
}

/// Makes the demonstration data unless they are there.
pub async fn demo(stack: &Stack) -> anyhow::Result<()> {
    accounts(stack).await?;
    let api = Api::sign_in(stack.url(), "host@example.com").await?;
    onboard(&api).await?;
    listing(&api).await
}

async fn accounts(stack: &Stack) -> anyhow::Result<()> {
    let handles = stack.handles();
    let variable = |name: &str| handles.variables.get(name).cloned().unwrap_or_default();
    let entropy: domain::random::SharedEntropy = std::sync::Arc::new(OsEntropy);
    let db = Db::new(
        handles.aws.rdsdata(),
        CLUSTER_ARN,
        variable("DB_SECRET_ARN"),
        variable("DB_NAME"),
        std::sync::Arc::clone(&entropy),
    );
    let now = handles.clock.now();
    let password = Password::new(PASSWORD.to_owned())?;
    for (address, name, admin) in ACCOUNTS {
        let email: EmailAddress = address.parse()?;
        let hash = services::passwords::hash(&entropy, &password).await?;
        let user = NewUser {
            id: uuid_v7(now, entropy.as_ref()).into(),
            email: email.as_str(),
            email_key: &email.key(),
            name,
            password_hash: &hash,
            locale: "en",
            time_zone: "America/New_York",
        };
        store::users::ensure_demo(&db, &user, admin, now).await?;
    }
    Ok(())
}

/// A signed-in client of the system's own API.
struct Api {
    client: reqwest::Client,
    url: String,
    token: String,
}

impl Api {
    async fn sign_in(url: String, email: &str) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build()?;
        let mut api = Self { client, url, token: String::new() };
        let pair = api.post("/users/login", &json!({ "email": email, "password": PASSWORD })).await?;
        pair["access_token"].as_str().context("no access token")?.clone_into(&mut api.token);
        Ok(api)
    }

    async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let mut key = [0_u8; 16];
        OsEntropy.fill(&mut key);
        let mut request = self
            .client
            .post(format!("{}{path}", self.url))
            .header("idempotency-key", uuid::Uuid::from_bytes(key).to_string())
            .json(body);
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        let response = request.send().await?;
        let status = response.status();
        let text = response.text().await?;
        if !status.is_success() {
            bail!("POST {path} was answered {status}: {text}");
        }
        Ok(if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? })
    }
}

async fn onboard(api: &Api) -> anyhow::Result<()> {
    let account = api.post("/payments/onboarding", &json!({})).await?;
    if account["state"] == "enabled" {
        return Ok(());
    }
    let link = account["url"].as_str().context("no onboarding link")?;
    let page = api.client.get(link).send().await?;
    if !page.status().is_success() {
        bail!("the onboarding page was answered {}", page.status());
    }
    Ok(())
}

async fn listing(api: &Api) -> anyhow::Result<()> {
    let property = api.post("/properties", &listing_body()).await?;
    let id = property["id"].as_str().context("no id")?;
    if property["state"] == "published" {
        return Ok(());
    }
    // The provider tells of the onboarding by a webhook: it takes a moment.
    let mut refusal = None;
    for _ in 0..100 {
        match api.post(&format!("/properties/{id}/publish"), &json!({})).await {
            Ok(_) => return Ok(()),
            Err(error) => refusal = Some(error),
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    Err(refusal
        .unwrap_or_else(|| anyhow::anyhow!("never tried"))
        .context("the listing could not be published"))
}

fn listing_body() -> Value {
    json!({
        "source_ref": "demo-1",
        "title": "Garden flat by the old canal",
        "description": "Two quiet rooms with a small garden, five minutes from the metro.",
        "kind": "apartment",
        "location": {
            "lat": 38.9047, "lon": -77.0633, "time_zone": "America/New_York",
            "address": {
                "line1": "3000 K Street NW", "city": "Washington", "region": "DC",
                "postal_code": "20007", "country": "US"
            }
        },
        "capacity": 4, "bedrooms": 2, "beds": 2, "bathrooms": 1,
        "amenities": ["wifi", "kitchen", "garden"],
        "currency": "USD",
        "nightly_price": { "amount": 20000, "currency": "USD" },
        "weekend_percent": 10,
        "cleaning_fee": { "amount": 10000, "currency": "USD" },
        "booking_mode": "instant",
        "cancellation_policy": "flexible",
        "check_in_time": "15:00", "check_out_time": "11:00",
        "min_nights": 1, "max_nights": 28
    })
}

/// What a newcomer is told once requests are served.
pub fn what_to_try(url: &str, data_dir: &Path, demo: bool) -> String {
    let mut text = format!("Ready: {url}  (data in {}; Ctrl-C stops)\n", data_dir.display());
    if demo {
        let accounts: Vec<&str> = addresses().collect();
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\nAccounts: {} (password {PASSWORD})\n\nTry:\n  \
             curl '{url}/properties/?q=garden'\n  \
             curl {url}/users/login/ -H 'content-type: application/json' \\\n       \
             -d '{{\"email\": \"guest@example.com\", \"password\": \"{PASSWORD}\"}}'\n  \
             curl {url}/_local/mail/\n\n\
             The README walks from registration to review. In a browser: the console {url}/_local/,\n\
             the API reference {url}/docs/, GraphiQL {url}/graphiql/\n",
            accounts.join(", "),
        );
    }
    text
}
