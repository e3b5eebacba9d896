//! The signing key, its public half, and the key of cursors.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use domain::random::Entropy;
use services::tokens::SigningKey;
use store::keys::KeyTable;

use crate::RunError;

const WHAT: &str = "the signing key";

/// Makes what is missing; answers whether the signing key was made now.
///
/// Two runs at once may both make a signing key: the later write is the one that the functions read, and both public
/// halves are known, so that a token of either is believed.
pub(crate) async fn ensure(
    secrets: &Client,
    secret_arn: &str,
    table: &KeyTable,
    entropy: &dyn Entropy,
) -> Result<bool, RunError> {
    let (text, made) = match read(secrets, secret_arn).await? {
        Some(text) => (text, false),
        None => (make(secrets, secret_arn, entropy).await?, true),
    };
    let key = SigningKey::from_private_jwk(&text).map_err(refused)?;
    table.put_jwk(key.kid(), &key.public_jwk().map_err(refused)?).await?;
    let mut cursor_key = [0_u8; 32];
    entropy.fill(&mut cursor_key);
    table.put_cursor_key_if_absent(&cursor_key).await?;
    Ok(made)
}

async fn read(secrets: &Client, secret_arn: &str) -> Result<Option<String>, RunError> {
    match secrets.get_secret_value().secret_id(secret_arn).send().await {
        Ok(output) => Ok(output.secret_string),
        // A secret that the template made has no value yet.
        Err(error)
            if error.as_service_error().is_some_and(GetSecretValueError::is_resource_not_found_exception) =>
        {
            Ok(None)
        }
        Err(error) => Err(refused(error.into_service_error())),
    }
}

async fn make(secrets: &Client, secret_arn: &str, entropy: &dyn Entropy) -> Result<String, RunError> {
    let text = SigningKey::generate(entropy).map_err(refused)?;
    secrets
        .put_secret_value()
        .secret_id(secret_arn)
        .secret_string(&text)
        .send()
        .await
        .map_err(|error| refused(error.into_service_error()))?;
    Ok(text)
}

fn refused(error: impl std::fmt::Display) -> RunError {
    RunError::Secret { what: WHAT, message: error.to_string() }
}
