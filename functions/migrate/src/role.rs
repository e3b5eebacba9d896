//! The role that the functions connect as: it reads and writes rows and changes nothing else.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use domain::random::Entropy;
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
    let credentials = match read(secrets, secret_arn).await? {
        Some(credentials) => credentials,
        None => make(secrets, secret_arn, entropy).await?,
    };
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

/// Two runs at once may both draw a password: the secret's is the later one, and so is the role's after the next run.
async fn make(secrets: &Client, secret_arn: &str, entropy: &dyn Entropy) -> Result<Credentials, RunError> {
    let mut bytes = [0_u8; PASSWORD_BYTES];
    entropy.fill(&mut bytes);
    let password: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let credentials = Credentials { username: USERNAME.to_owned(), password };
    let text = serde_json::to_string(&credentials).map_err(refused)?;
    secrets
        .put_secret_value()
        .secret_id(secret_arn)
        .secret_string(text)
        .send()
        .await
        .map_err(|error| refused(error.into_service_error()))?;
    Ok(credentials)
}

fn refused(error: impl std::fmt::Display) -> RunError {
    RunError::Secret { what: WHAT, message: error.to_string() }
}
