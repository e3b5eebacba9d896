//! What happens to an uploaded photo before anyone sees it: looked at, cleaned, turned upright, made smaller.

mod picture;
mod record;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use domain::ids::{OutboxId, PhotoId};
use domain::messages::{MediaMessage, Topic};
use platform::config::{ConfigError, Env, Group, MediaConfig, load};
use platform::{Aws, LazyClient, WorkError};
use services::Ctx;
use services::photos;
use store::photos::{PhotoState, Work};

use picture::{MAX_BYTES, Processed, Rejection};
use record::Task;

/// The queues that this function sends to.
pub const TOPICS: &[Topic] = &[Topic::Notifications];

/// What works the queue of uploads.
#[derive(Debug)]
pub struct Worker {
    ctx: Ctx,
    client: LazyClient<Client>,
    bucket: String,
}

impl Worker {
    /// The worker, from the environment. Calls nothing.
    pub fn from_env(env: &Env, aws: &Aws) -> Result<Self, ConfigError> {
        let ctx = platform::context::context(env, aws, TOPICS)?;
        let media = load::<MediaConfig>(env)?;
        // A stand-in has no subdomain for each bucket.
        let path_style = env.get("AWS_ENDPOINT_URL_S3").is_some();
        let client = aws.client(move |config| {
            Client::from_conf(Builder::from(config).force_path_style(path_style).build())
        });
        Ok(Self { ctx, client, bucket: media.bucket })
    }

    /// The variables that [`Worker::from_env`] reads beside those of the database and the queues.
    pub fn variables() -> Vec<&'static str> {
        MediaConfig::variables()
    }

    /// Works off the body of one record: the bucket's news of an upload, or a message of ours. The same record again
    /// converges on the same end, wherever it broke off before.
    pub async fn handle(&self, body: String) -> Result<(), WorkError> {
        for task in record::read(&body, &self.bucket)? {
            // On the heap: all steps in one future nest deeper than the compiler lays out.
            Box::pin(self.perform(task)).await?;
        }
        Ok(())
    }

    async fn perform(&self, task: Task) -> Result<(), WorkError> {
        match task {
            Task::Message(message, MediaMessage::Process { photo_id }) => {
                self.process(photo_id).await?;
                store::outbox::mark_done(&self.ctx.db, message, self.ctx.now()).await?;
                Ok(())
            }
            Task::Message(message, MediaMessage::Remove { photo_id }) => self.remove(photo_id, message).await,
            Task::Uploaded(photo_id) => self.process(photo_id).await,
        }
    }

    /// Looks at the uploaded file unless that was done before, and removes it.
    async fn process(&self, id: PhotoId) -> Result<(), WorkError> {
        let upload_key = photos::upload_key(id);
        // Anything else was decided before, or nobody asked for it.
        if let Some(Work { state: PhotoState::AwaitingUpload, .. }) = photos::work(&self.ctx, id).await? {
            match self.fetch(&upload_key).await? {
                Some(Ok(bytes)) => self.decide(id, bytes).await?,
                Some(Err(rejection)) => self.reject(id, rejection).await?,
                // Not there yet, or gone with the delivery before this one: then it is no longer awaited soon.
                None => return Ok(()),
            }
        }
        self.delete(&upload_key).await
    }

    async fn decide(&self, id: PhotoId, bytes: Vec<u8>) -> Result<(), WorkError> {
        // Decoding takes a second of a core; the process may have other things to do.
        let outcome = tokio::task::spawn_blocking(move || picture::process(&bytes)).await?;
        match outcome {
            Ok(processed) => self.accept(id, processed).await,
            Err(rejection) => self.reject(id, rejection).await,
        }
    }

    async fn accept(&self, id: PhotoId, processed: Processed) -> Result<(), WorkError> {
        let key = photos::public_key(id);
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(&key)
            .content_type("image/jpeg")
            .cache_control("private, max-age=31536000, immutable")
            .body(ByteStream::from(processed.jpeg))
            .send()
            .await?;
        if !photos::accept(&self.ctx, id, (processed.width, processed.height)).await? {
            // Decided by another delivery, or taken away meanwhile: only then must it not stay.
            let now = photos::work(&self.ctx, id).await?;
            if now.is_none_or(|work| work.state != PhotoState::Ready) {
                self.delete(&key).await?;
            }
        }
        Ok(())
    }

    async fn reject(&self, id: PhotoId, rejection: Rejection) -> Result<(), WorkError> {
        tracing::info!(photo_id = %id, problem = rejection.code(), "a photo is rejected");
        photos::reject(&self.ctx, id, rejection.code()).await?;
        Ok(())
    }

    /// Removes all that is stored of a deleted photo.
    async fn remove(&self, id: PhotoId, message: OutboxId) -> Result<(), WorkError> {
        self.delete(&photos::upload_key(id)).await?;
        self.delete(&photos::public_key(id)).await?;
        photos::removed(&self.ctx, id, message).await?;
        Ok(())
    }

    /// The uploaded bytes, if they are there and not too many.
    async fn fetch(&self, key: &str) -> Result<Option<Result<Vec<u8>, Rejection>>, WorkError> {
        let object = match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(object) => object,
            Err(error) if matches!(error.as_service_error(), Some(GetObjectError::NoSuchKey(_))) => {
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        if object.content_length().is_none_or(|length| length > MAX_BYTES) {
            return Ok(Some(Err(Rejection::TooLarge)));
        }
        Ok(Some(Ok(object.body.collect().await?.into_bytes().to_vec())))
    }

    /// Deletes an object; one that is not there is deleted already.
    async fn delete(&self, key: &str) -> Result<(), WorkError> {
        self.client.delete_object().bucket(&self.bucket).key(key).send().await?;
        Ok(())
    }
}
