//! The groups. A function loads those that it needs; its deployment sets their variables.

use std::collections::BTreeMap;

use domain::messages::Topic;

use super::{ConfigError, Env, Group, Reader, load_with};

/// Declares a group: a struct of texts, each read from one variable.
macro_rules! groups {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident = $variable:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: String,)+
        }

        impl Group for $name {
            fn variables() -> Vec<&'static str> {
                vec![$($variable),+]
            }

            fn read(reader: &mut Reader<'_>) -> Self {
                Self { $($field: reader.required($variable)),+ }
            }
        }
    )+};
}

groups! {
    /// Which deployment this is.
    StageConfig {
        /// Its name, such as `prod` or `local`.
        stage = "STAGE",
        /// The least severe level that is logged, such as `info`; also the filters of `tracing_subscriber`.
        log_level = "LOG_LEVEL",
    }
    /// The record of truth.
    DatabaseConfig {
        /// The Aurora cluster.
        cluster_arn = "DB_CLUSTER_ARN",
        /// The secret of the role that this function connects as.
        secret_arn = "DB_SECRET_ARN",
        /// The database's name.
        name = "DB_NAME",
    }
    /// Which access tokens are believed.
    TokenConfig {
        /// Who must have issued them.
        issuer = "JWT_ISSUER",
        /// Whom they must be for.
        audience = "JWT_AUDIENCE",
        /// The table of public keys and of the cursors' key.
        keys_table = "KEYS_TABLE",
    }
    /// Kept answers.
    IdempotencyConfig {
        /// The table.
        table = "IDEMPOTENCY_TABLE",
    }
    /// Sign-ins.
    SessionsConfig {
        /// The table.
        table = "SESSIONS_TABLE",
    }
    /// Where the audit log's end is remembered.
    AnchorsConfig {
        /// The table.
        table = "ANCHORS_TABLE",
    }
    /// The read cache.
    CacheConfig {
        /// The table.
        table = "CACHE_TABLE",
    }
    /// The key that signs access tokens.
    SigningConfig {
        /// The secret with the private JWK.
        secret_arn = "SIGNING_KEY_SECRET_ARN",
    }
    /// The table of keys alone, for those who make them known.
    TokenTableConfig {
        /// The table.
        keys_table = "KEYS_TABLE",
    }
    /// What a deployment needs to prepare the database.
    MigrateConfig {
        /// The secret of the functions' role: `{"username": …, "password": …}`.
        app_secret_arn = "APP_DB_SECRET_ARN",
    }
    /// The payment provider.
    StripeConfig {
        /// The secret with the API key.
        secret_arn = "STRIPE_SECRET_ARN",
        /// Where the provider's API is.
        api_base = "STRIPE_API_BASE",
    }
    /// The payment provider's events.
    StripeWebhookConfig {
        /// The secret with the signing secrets.
        secret_arn = "STRIPE_WEBHOOK_SECRET_ARN",
    }
    /// Outgoing mail.
    MailConfig {
        /// The sender.
        from = "MAIL_FROM",
        /// The configuration set of SES whose destinations are told what becomes of mails.
        configuration_set = "MAIL_CONFIGURATION_SET",
    }
    /// How the outside reaches this deployment.
    PublicUrlConfig {
        /// The base URL, without a slash at the end.
        url = "PUBLIC_URL",
    }
    /// Uploaded photos.
    MediaConfig {
        /// The bucket.
        bucket = "MEDIA_BUCKET",
    }
}

/// The queues that a function sends to.
#[derive(Clone, Debug, Default)]
pub struct QueuesConfig {
    urls: BTreeMap<Topic, String>,
}

impl QueuesConfig {
    /// Reads the queues of the declared topics.
    pub fn load(env: &Env, topics: &[Topic]) -> Result<Self, ConfigError> {
        load_with(env, |reader| Self::read(reader, topics))
    }

    /// Reads the queues of the declared topics, beside other groups.
    pub fn read(reader: &mut Reader<'_>, topics: &[Topic]) -> Self {
        let urls = topics.iter().map(|topic| (*topic, reader.required(Self::variable(*topic)))).collect();
        Self { urls }
    }

    /// The variable that names a topic's queue.
    pub const fn variable(topic: Topic) -> &'static str {
        match topic {
            Topic::Payments => "PAYMENTS_QUEUE_URL",
            Topic::Notifications => "NOTIFICATIONS_QUEUE_URL",
            Topic::Media => "MEDIA_QUEUE_URL",
            Topic::Webhooks => "WEBHOOKS_QUEUE_URL",
            Topic::Feeds => "FEEDS_QUEUE_URL",
        }
    }

    /// The URL of a topic's queue, if the topic was declared.
    pub fn url(&self, topic: Topic) -> Option<&str> {
        self.urls.get(&topic).map(String::as_str)
    }
}
