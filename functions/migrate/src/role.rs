//! The role that the functions connect as: it reads and writes rows and changes nothing else.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use domain::random::{Entropy, hex};
use serde::{Deserialize, Serialize};
use store::Db;

use crate::RunError;

const WHAT: &str = "the application's role";
/// The role's name where a deployment has not chosen another.
const USERNAME: &str = "innkeep_app";
/// 256 bits.
const PASSWORD_BYTES: usize = 32;

/// The form in which RDS keeps credentials.
#[derive(Deserialize, Serialize)]
struct Credentials {
    username: String,
    password: String,
}

/// Makes the role if it is missing, gives it the secret's password, and grants it the rows of every table. Draws the
/// password where the secret has none yet.
pub(crate) async fn ensure(
    owner: &Db,
    secrets: &Client,
    secret_arn: &str,
    entropy: &dyn Entropy,
) -> Result<(), RunError> {
    let mut credentials = read(secrets, secret_arn).await?;
    if credentials.is_none() {
        make(secrets, secret_arn, entropy).await?;
        // Another run may have drawn one at the same time: the later one is the secret's.
        credentials = read(secrets, secret_arn).await?;
    }
    let credentials = credentials.ok_or_else(|| refused("it lost its value"))?;
    store::roles::ensure_application_role(owner, &credentials.username, &credentials.password).await?;
    Ok(())
}

async fn read(secrets: &Client, secret_arn: &str) -> Result<Option<Credentials>, RunError> {
    let output = match secrets.get_secret_value().secret_id(secret_arn).send().await {
        Ok(output) => output,
        // A secret that the template made has no value yet.
        Err(error)
            if error.as_service_error().is_some_and(GetSecretValueError::is_resource_not_found_exception) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(refused(error.into_service_error())),
    };
    let text = output.secret_string().ok_or_else(|| refused("it has no text"))?;
    // The parser's own words may quote the secret.
    serde_json::from_str(text)
        .map(Some)
        .map_err(|_| refused("it is no JSON object with username and password"))
}

async fn make(secrets: &Client, secret_arn: &str, entropy: &dyn Entropy) -> Result<(), RunError> {
    let credentials = Credentials { username: USERNAME.to_owned(), password: hex::<PASSWORD_BYTES>(entropy) };
    let text = serde_json::to_string(&credentials).map_err(refused)?;
    secrets
        .put_secret_value()
        .secret_id(secret_arn)
        .secret_string(text)
        .send()
        .await
        .map_err(|error| refused(error.into_service_error()))?;
    Ok(())
}

fn refused(error: impl std::fmt::Display) -> RunError {
    RunError::Secret { what: WHAT, message: error.to_string() }
}
