//! The operations, each a function of its request.

use std::collections::BTreeMap;

use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Call;
use super::store::{self, CURRENT, Secret, SecretValue, Version};
use crate::error::AwsError;

/// The largest value in bytes.
const MAX_VALUE: usize = 65_536;

fn invalid(message: &str) -> AwsError {
    AwsError::sender("InvalidParameterException", message)
}

/// AWS writes instants as seconds since 1970 with a fraction.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of any real date fit the 52 bits of a double")]
fn seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct CreateSecret {
    #[serde(default)]
    name: String,
    client_request_token: Option<String>,
    description: Option<String>,
    secret_string: Option<String>,
    secret_binary: Option<String>,
    /// Taken and forgotten, as is the key.
    #[serde(rename = "Tags")]
    _tags: Option<Value>,
    #[serde(rename = "KmsKeyId")]
    _key: Option<String>,
}

pub(super) fn create(
    transaction: &Transaction<'_>,
    call: &Call,
    input: &CreateSecret,
) -> Result<Value, AwsError> {
    let letters = input.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+=.@-".contains(&byte));
    if !letters || !(1..=512).contains(&input.name.len()) {
        return Err(invalid(
            "Invalid name. Must be 1 to 512 alphanumeric characters, or any of these: /_+=.@-",
        ));
    }
    let value = match (&input.secret_string, &input.secret_binary) {
        (None, None) => None,
        (text, binary) => {
            Some((token(input.client_request_token.as_deref())?, checked(text.as_ref(), binary.as_ref())?))
        }
    };
    if let Some(secret) = store::find_secret(transaction, &input.name)? {
        return create_again(transaction, &secret, value);
    }
    let secret = Secret {
        arn: call.arn(&input.name),
        name: input.name.clone(),
        description: input.description.clone(),
        created_at: call.now,
        changed_at: call.now,
    };
    store::add_secret(transaction, &secret)?;
    let mut answer = json!({"ARN": secret.arn, "Name": secret.name});
    if let Some((id, value)) = value {
        answer["VersionId"] = json!(id);
        store::add_version(
            transaction,
            &secret.name,
            &Version { id: id.clone(), value, created_at: call.now },
        )?;
        store::move_stage(transaction, &secret.name, CURRENT, &id)?;
    }
    Ok(answer)
}

/// A repeated creation with the same token and value is answered as the first was.
fn create_again(
    transaction: &Transaction<'_>,
    secret: &Secret,
    value: Option<(String, SecretValue)>,
) -> Result<Value, AwsError> {
    if let Some((id, value)) = value
        && store::version(transaction, &secret.name, &id)?.is_some_and(|version| version.value == value)
    {
        return Ok(json!({"ARN": secret.arn, "Name": secret.name, "VersionId": id}));
    }
    let message = format!("The operation failed because the secret {} already exists.", secret.name);
    Err(AwsError::sender("ResourceExistsException", message))
}

/// The request's token, which becomes the version's id.
fn token(token: Option<&str>) -> Result<String, AwsError> {
    token
        .filter(|token| (32..=64).contains(&token.len()))
        .map(str::to_owned)
        .ok_or_else(|| invalid("You must provide a ClientRequestToken value of 32 to 64 characters."))
}

fn checked(text: Option<&String>, binary: Option<&String>) -> Result<SecretValue, AwsError> {
    let longest = text.map_or(0, String::len).max(binary.map_or(0, |binary| binary.len() / 4 * 3));
    if text.is_some() == binary.is_some() {
        return Err(invalid("You must provide either SecretString or SecretBinary."));
    }
    if !(1..=MAX_VALUE).contains(&longest) {
        return Err(invalid("The secret value must have 1 to 65536 bytes."));
    }
    Ok(SecretValue { text: text.cloned(), binary: binary.cloned() })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct PutSecretValue {
    #[serde(default)]
    secret_id: String,
    client_request_token: Option<String>,
    secret_string: Option<String>,
    secret_binary: Option<String>,
    version_stages: Option<Vec<String>>,
}

pub(super) fn put_value(
    transaction: &Transaction<'_>,
    call: &Call,
    input: &PutSecretValue,
) -> Result<Value, AwsError> {
    let secret = store::secret(transaction, &input.secret_id)?;
    let id = token(input.client_request_token.as_deref())?;
    let value = checked(input.secret_string.as_ref(), input.secret_binary.as_ref())?;
    let wanted = input.version_stages.clone().unwrap_or_else(|| vec![CURRENT.to_owned()]);
    if wanted.is_empty() || wanted.len() > 20 || wanted.iter().any(|stage| !(1..=256).contains(&stage.len()))
    {
        return Err(invalid("VersionStages must have 1 to 20 stages of 1 to 256 characters."));
    }
    match store::version(transaction, &secret.name, &id)? {
        Some(version) if version.value != value => {
            let message =
                "A version with this token already exists with another value: versions do not change.";
            return Err(AwsError::sender("ResourceExistsException", message));
        }
        // The same request once more: nothing happens, not even to stages that have moved on since.
        Some(_) => {}
        None => {
            store::add_version(
                transaction,
                &secret.name,
                &Version { id: id.clone(), value, created_at: call.now },
            )?;
            // A secret's first version is current whatever it was asked to be.
            let first = store::version_at(transaction, &secret.name, CURRENT)?.is_none();
            for stage in wanted.iter().map(String::as_str).chain(first.then_some(CURRENT)) {
                store::move_stage(transaction, &secret.name, stage, &id)?;
            }
        }
    }
    let stages = stages_of(transaction, &secret.name, &id)?;
    Ok(json!({"ARN": secret.arn, "Name": secret.name, "VersionId": id, "VersionStages": stages}))
}

fn stages_of(transaction: &Transaction<'_>, secret: &str, id: &str) -> Result<Vec<String>, AwsError> {
    let stages = store::stages(transaction, secret)?;
    Ok(stages.into_iter().filter(|(_, version)| version == id).map(|(stage, _)| stage).collect())
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GetSecretValue {
    #[serde(default)]
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GottenSecretValue {
    #[serde(rename = "ARN")]
    arn: String,
    name: String,
    version_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_string: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_binary: Option<String>,
    version_stages: Vec<String>,
    created_date: f64,
}

pub(super) fn get_value(
    transaction: &Transaction<'_>,
    _: &Call,
    input: &GetSecretValue,
) -> Result<GottenSecretValue, AwsError> {
    let secret = store::secret(transaction, &input.secret_id)?;
    let stage = input.version_stage.as_deref();
    let staged = match (stage, &input.version_id) {
        (None, Some(id)) => Some(id.clone()),
        _ => store::version_at(transaction, &secret.name, stage.unwrap_or(CURRENT))?,
    };
    // With both, they must name one version.
    let id = staged.filter(|id| input.version_id.as_ref().is_none_or(|wanted| wanted == id));
    let version =
        id.map_or(Ok(None), |id| store::version(transaction, &secret.name, &id))?.ok_or_else(|| {
            let stage = stage.unwrap_or(CURRENT);
            store::not_found(&format!(
                "Secrets Manager can't find the specified secret value for staging label: {stage}"
            ))
        })?;
    let version_stages = stages_of(transaction, &secret.name, &version.id)?;
    if version_stages.is_empty() {
        // Versions without a stage are deprecated; AWS deletes them when it likes.
        return Err(store::not_found(
            "Secrets Manager can't find the specified secret version: it has no stage.",
        ));
    }
    Ok(GottenSecretValue {
        arn: secret.arn,
        name: secret.name,
        version_id: version.id,
        secret_string: version.value.text,
        secret_binary: version.value.binary,
        version_stages,
        created_date: seconds(version.created_at),
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct DescribeSecret {
    #[serde(default)]
    secret_id: String,
}

pub(super) fn describe(
    transaction: &Transaction<'_>,
    _: &Call,
    input: &DescribeSecret,
) -> Result<Value, AwsError> {
    let secret = store::secret(transaction, &input.secret_id)?;
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (stage, version) in store::stages(transaction, &secret.name)? {
        versions.entry(version).or_default().push(stage);
    }
    let mut answer = json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "CreatedDate": seconds(secret.created_at),
        "LastChangedDate": seconds(secret.changed_at),
        "VersionIdsToStages": versions,
    });
    if let Some(description) = secret.description {
        answer["Description"] = json!(description);
    }
    Ok(answer)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct UpdateStage {
    #[serde(default)]
    secret_id: String,
    #[serde(default)]
    version_stage: String,
    remove_from_version_id: Option<String>,
    move_to_version_id: Option<String>,
}

pub(super) fn update_stage(
    transaction: &Transaction<'_>,
    call: &Call,
    input: &UpdateStage,
) -> Result<Value, AwsError> {
    let secret = store::secret(transaction, &input.secret_id)?;
    let holder = store::version_at(transaction, &secret.name, &input.version_stage)?;
    if holder.is_some() && holder != input.remove_from_version_id && holder != input.move_to_version_id {
        return Err(invalid(
            "RemoveFromVersionId must name the version that the staging label is attached to.",
        ));
    }
    match &input.move_to_version_id {
        Some(id) => {
            store::version(transaction, &secret.name, id)?.ok_or_else(|| {
                store::not_found("Secrets Manager can't find the specified secret version.")
            })?;
            store::move_stage(transaction, &secret.name, &input.version_stage, id)?;
        }
        None if input.version_stage == CURRENT => {
            return Err(invalid("You can only move staging label AWSCURRENT to a different secret version."));
        }
        None => store::remove_stage(transaction, &secret.name, &input.version_stage)?,
    }
    store::touch(transaction, &secret.name, call.now)?;
    Ok(json!({"ARN": secret.arn, "Name": secret.name}))
}
