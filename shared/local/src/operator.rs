//! What an operator does to a deployment from their own machine, with their own rights to its database.

pub mod findings;

use std::sync::Arc;

use anyhow::Context as _;
use aws_sdk_sqs::types::QueueAttributeName;
use domain::messages::Topic;
use domain::user::EmailAddress;
use platform::config::{AnchorsConfig, DatabaseConfig, Env, QueuesConfig, load};
use platform::{Aws, OsEntropy, SystemClock};
use serde::Deserialize;
use services::audit::Broken;
use store::Db;
use store::anchors::AnchorTable;

/// Makes a proved account a member of the staff; it is on record. The variables are those of a function: which cluster,
/// which secret, which database. Answers false where there is no such account.
pub async fn grant_admin(env: &Env, email: &str) -> anyhow::Result<bool> {
    let email: EmailAddress = email.parse().ok().context("that is no e-mail address")?;
    let database = load::<DatabaseConfig>(env)?;
    let aws = Aws::from_env(env)?;
    let db =
        Db::new(aws.rdsdata(), database.cluster_arn, database.secret_arn, database.name, Arc::new(OsEntropy));
    let now = domain::clock::Clock::now(&SystemClock::from_env(env));
    Ok(store::audit::grant_admin(&db, &email.key(), now).await?)
}

/// Checks the audit log: its chain, and that the entry that was seen last is in it. The variables are those of the
/// scheduler, without its queues. Answers the number of the last entry, or what is wrong.
pub async fn verify_audit(env: &Env) -> anyhow::Result<Result<i64, Broken>> {
    let aws = Aws::from_env(env)?;
    let ctx = platform::context::context(env, &aws, &[])?;
    let anchors = AnchorTable::new(aws.dynamodb(), load::<AnchorsConfig>(env)?.table);
    Ok(services::audit::verify(&ctx, &anchors).await?)
}

/// Sends what a topic's function gave up back to its queue. The variable of the topic's queue says where; the rights are
/// the caller's. Answers how many messages there were, as far as the service knows.
pub async fn redrive(env: &Env, topic: Topic) -> anyhow::Result<u64> {
    let queues = QueuesConfig::load(env, &[topic])?;
    let url = queues.url(topic).context("the queue is not named")?;
    let sqs = Aws::from_env(env)?.sqs();
    let policy = sqs
        .get_queue_attributes()
        .queue_url(url)
        .attribute_names(QueueAttributeName::RedrivePolicy)
        .send()
        .await
        .context("the queue could not be looked at")?;
    let policy = policy.attributes().and_then(|all| all.get(&QueueAttributeName::RedrivePolicy));
    let policy: RedrivePolicy =
        serde_json::from_str(policy.context("the queue gives nothing up")?).context("its redrive policy")?;
    let arn = policy.dead_letter_target_arn;
    let name = arn.rsplit(':').next().unwrap_or_default().to_owned();
    let letters = sqs.get_queue_url().queue_name(name).send().await.context("the dead letters' queue")?;
    let waiting = sqs
        .get_queue_attributes()
        .set_queue_url(letters.queue_url)
        .attribute_names(QueueAttributeName::ApproximateNumberOfMessages)
        .send()
        .await
        .context("the dead letters could not be counted")?;
    let waiting =
        waiting.attributes().and_then(|all| all.get(&QueueAttributeName::ApproximateNumberOfMessages));
    let waiting = waiting.and_then(|count| count.parse().ok()).unwrap_or_default();
    if waiting > 0 {
        sqs.start_message_move_task().source_arn(arn).send().await.context("they could not be moved")?;
    }
    Ok(waiting)
}

/// What an SQS queue says of the messages that it gives up.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RedrivePolicy {
    dead_letter_target_arn: String,
}
