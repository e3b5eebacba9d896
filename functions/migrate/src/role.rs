//! The role that the functions connect as: it reads and writes rows and changes nothing else.

use aws_sdk_secretsmanager::Client;
use serde::Deserialize;
use store::Db;

use crate::RunError;

const WHAT: &str = "the application's role";

/// The form in which RDS keeps credentials.
#[derive(Deserialize)]
struct Credentials {
    username: String,
    password: String,
}

/// Makes the role if it is missing, gives it the secret's password, and grants it the rows of every table.
pub(crate) async fn ensure(owner: &Db, secrets: &Client, secret_arn: &str) -> Result<(), RunError> {
    let refused = |message: String| RunError::Secret { what: WHAT, message };
    let output = secrets
        .get_secret_value()
        .secret_id(secret_arn)
        .send()
        .await
        .map_err(|error| refused(error.into_service_error().to_string()))?;
    let text = output.secret_string().ok_or_else(|| refused("it has no text".to_owned()))?;
    // The parser's own words may quote the secret.
    let credentials: Credentials = serde_json::from_str(text)
        .map_err(|_| refused("it is no JSON object with username and password".to_owned()))?;
    store::roles::ensure_application_role(owner, &credentials.username, &credentials.password).await?;
    Ok(())
}
