//! The steps of payments: asks the provider, and works through what it reports.

mod event;

use domain::messages::{Message, MessageBody, PaymentMessage, Topic};
use platform::config::{ConfigError, Env, Group, PublicUrlConfig, StripeConfig, load};
use platform::{Aws, WorkError};
use services::Ctx;
use services::payments;
use stripe::{Deployed, Settings};

/// The queues that this function sends to.
pub const TOPICS: &[Topic] = &[Topic::Payments, Topic::Notifications];

/// What works the queue of payments.
#[derive(Debug)]
pub struct Worker {
    ctx: Ctx,
    provider: Deployed,
}

impl Worker {
    /// The worker, from the environment. Calls nothing: the provider's key is fetched when it is first needed.
    pub fn from_env(env: &Env, aws: &Aws) -> Result<Self, ConfigError> {
        let ctx = platform::context::context(env, aws, TOPICS)?;
        let (stripe, public) = load::<(StripeConfig, PublicUrlConfig)>(env)?;
        let settings = Settings {
            api_base: stripe.api_base,
            public_url: public.url,
            api_secret_arn: stripe.secret_arn,
            webhook_secret_arn: None,
        };
        let secrets = aws.client(aws_sdk_secretsmanager::Client::new);
        let provider = Deployed::new(secrets, settings, ctx.clock.clone(), ctx.entropy.clone());
        Ok(Self::new(ctx, provider))
    }

    /// The worker, from parts.
    pub fn new(ctx: Ctx, provider: Deployed) -> Self {
        Self { ctx, provider }
    }

    /// The variables that [`Worker::from_env`] reads beside those of the database and the queues.
    pub fn variables() -> Vec<&'static str> {
        <(StripeConfig, PublicUrlConfig)>::variables()
    }

    /// Takes one step. The same message again converges on the same end, wherever it broke off before.
    pub async fn handle(&self, message: Message) -> Result<(), WorkError> {
        // On the heap: all steps in one future nest deeper than the compiler lays out.
        Box::pin(self.take_step(message)).await
    }

    async fn take_step(&self, message: Message) -> Result<(), WorkError> {
        let MessageBody::Payments(step) = message.body else {
            return Err(WorkError::message("a message of another queue"));
        };
        let (ctx, id) = (&self.ctx, message.id);
        let gateway = self.provider.gateway().await?;
        match step {
            PaymentMessage::Authorise { payment_id } => {
                payments::authorise(ctx, gateway, payment_id, id).await?;
            }
            PaymentMessage::Capture { payment_id } => {
                payments::capture(ctx, gateway, payment_id, id).await?;
            }
            PaymentMessage::Void { payment_id } => payments::void(ctx, gateway, payment_id, id).await?,
            PaymentMessage::Refund { refund_id } => {
                payments::send_refund(ctx, gateway, refund_id, id).await?;
            }
            PaymentMessage::Payout { payout_id } => {
                payments::send_payout(ctx, gateway, payout_id, id).await?;
            }
            PaymentMessage::Reconcile { run_id } => {
                payments::reconcile(ctx, gateway, run_id, id).await?;
            }
            PaymentMessage::ProviderEvent { event_id } => event::work(ctx, gateway, &event_id, id).await?,
        }
        Ok(())
    }
}
