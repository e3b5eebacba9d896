//! What happens around a release: the probes before traffic moves, and the database user's rotation.

use aws_sdk_secretsmanager::Client;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use platform::{Aws, Env};
use release_check::{CHECKS, Probe};
use rotate::{RotateError, Rotation, RotationEvent};
use serde_json::{Value, json};
use services::tokens::SigningKey;
use tests::System;

/// A probe that no good release passes would stop every release.
#[tokio::test]
async fn a_good_release_passes_the_probes() {
    let system = System::start().await;
    for check in CHECKS {
        let Probe::Get { path, query, status } = check.probe else { continue };
        system.call("GET", &format!("{path}?{query}")).send().await.expect(status);
    }
    system.stop().await;
}

struct Secret {
    rotation: Rotation,
    secrets: Client,
    arn: String,
}

impl Secret {
    /// The secret that a variable names.
    fn of(system: &System, variable: &str) -> Self {
        let mut variables = system.handles().variables.clone();
        variables.insert("DB_SECRET_ARN".to_owned(), local::OWNER_SECRET_ARN.to_owned());
        let arn = variables[variable].clone();
        let env = Env::from_map(variables);
        let aws = Aws::from_env(&env).unwrap();
        let secrets = Client::new(aws.sdk_config());
        Self { rotation: Rotation::from_env(&env, &aws).unwrap(), secrets, arn }
    }

    async fn step(&self, step: &str, token: &str) -> Result<(), RotateError> {
        let event = json!({ "Step": step, "SecretId": self.arn, "ClientRequestToken": token });
        self.rotation.handle(serde_json::from_value::<RotationEvent>(event).unwrap()).await
    }

    async fn value(&self, stage: &str) -> Value {
        let output = self.secrets.get_secret_value().secret_id(&self.arn).version_stage(stage).send().await;
        serde_json::from_str(output.unwrap().secret_string().unwrap()).unwrap()
    }
}

const TOKEN: &str = "11111111-2222-3333-4444-555555555555";

#[tokio::test]
async fn two_database_users_take_turns() {
    let system = System::start().await;
    let secret = Secret::of(&system, "APP_DB_SECRET_ARN");
    let before = secret.value("AWSCURRENT").await;
    assert_eq!(before["username"], "innkeep_app");
    assert!(matches!(secret.step("setSecret", TOKEN).await, Err(RotateError::NoPending)));
    for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
        assert_eq!(secret.value("AWSCURRENT").await, before, "{step} comes too early");
        // Whatever comes twice changes nothing more.
        secret.step(step, TOKEN).await.unwrap();
        secret.step(step, TOKEN).await.unwrap();
    }
    let after = secret.value("AWSCURRENT").await;
    assert_eq!(after["username"], "innkeep_app_2");
    assert_ne!(after["password"], before["password"]);
    assert_eq!(secret.value("AWSPREVIOUS").await, before, "the old user goes on until the next rotation");
    // The new user may do what the old one may, table by table.
    let rights = system
        .sql(
            "SELECT string_agg(DISTINCT privileges, ' / ') FROM (
               SELECT grantee, string_agg(table_name || ' ' || privilege_type, ',' ORDER BY table_name, privilege_type)
                 AS privileges
               FROM information_schema.role_table_grants
               WHERE grantee IN ('innkeep_app', 'innkeep_app_2') GROUP BY grantee) AS granted",
        )
        .await;
    let rights = rights[0].clone().unwrap();
    assert!(rights.contains("bookings INSERT") && !rights.contains(" / "), "{rights}");
    system.stop().await;
}

#[tokio::test]
async fn no_other_secret_is_touched() {
    let system = System::start().await;
    let secret = Secret::of(&system, "APP_DB_SECRET_ARN");
    let event = json!({ "Step": "createSecret", "SecretId": "another", "ClientRequestToken": TOKEN });
    let outcome = secret.rotation.handle(serde_json::from_value(event).unwrap()).await;
    assert!(matches!(outcome, Err(RotateError::OtherSecret)));
    system.stop().await;
}

/// A deployment makes the secret empty; the first run of `migrate` draws the password, the next ones keep it.
#[tokio::test]
async fn the_first_run_draws_the_password() {
    let system = System::start().await;
    let mut variables = system.handles().variables.clone();
    variables.insert("DB_SECRET_ARN".to_owned(), local::OWNER_SECRET_ARN.to_owned());
    variables.insert("APP_DB_SECRET_ARN".to_owned(), "fresh".to_owned());
    let env = Env::from_map(variables);
    let aws = Aws::from_env(&env).unwrap();
    let secrets = Client::new(aws.sdk_config());
    secrets.create_secret().name("fresh").send().await.unwrap();
    let mut drawn = Vec::new();
    for _ in 0..2 {
        migrate::run(&env, &aws).await.unwrap();
        let output = secrets.get_secret_value().secret_id("fresh").send().await.unwrap();
        drawn.push(serde_json::from_str::<Value>(output.secret_string().unwrap()).unwrap());
    }
    assert_eq!(drawn[0]["username"], "innkeep_app");
    assert_eq!(drawn[0]["password"].as_str().unwrap().len(), 64);
    assert_eq!(drawn[0], drawn[1]);
    system.stop().await;
}

#[tokio::test]
async fn a_new_signing_key_is_known_before_it_signs() {
    let system = System::start().await;
    let guest = system.person("Zoe").await;
    let secret = Secret::of(&system, "SIGNING_KEY_SECRET_ARN");
    let kids = async || -> Vec<String> {
        let keys = system.call("GET", "/.well-known/jwks.json").send().await.expect(200).body["keys"].clone();
        keys.as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    };
    let kid = async |stage: &str| {
        SigningKey::from_private_jwk(&secret.value(stage).await.to_string()).unwrap().kid().to_owned()
    };
    let old = kid("AWSCURRENT").await;
    assert_eq!(kids().await, std::slice::from_ref(&old));
    for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
        assert_eq!(kid("AWSCURRENT").await, old, "{step} comes too early");
        secret.step(step, TOKEN).await.unwrap();
        secret.step(step, TOKEN).await.unwrap();
    }
    let new = kid("AWSCURRENT").await;
    assert_ne!(new, old);
    assert_eq!(kids().await.len(), 2, "the old key is still believed");
    guest.call("GET", "/users/me/").send().await.expect(200);
    // Another rotation's end does not move the first one's; a process that lives long signs by the new key, too.
    system.advance(3_600).await;
    secret.step("finishSecret", TOKEN).await.unwrap();
    let later = system.person("Ida").await;
    let header = URL_SAFE_NO_PAD.decode(later.token.split('.').next().unwrap()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&header).unwrap()["kid"], json!(new));
    system.advance(23 * 3_600).await;
    assert_eq!(kids().await, [new], "nobody's copy of the old key is believed for ever");
    system.stop().await;
}
