//! The operations: checks, then the file system.

use std::path::PathBuf;

use s3s::dto::{
    CreateBucketInput, CreateBucketOutput, DeleteObjectInput, DeleteObjectOutput, GetObjectInput,
    GetObjectOutput, HeadBucketInput, HeadBucketOutput, HeadObjectInput, HeadObjectOutput, ListBucketsInput,
    ListBucketsOutput, ListObjectsV2Input, ListObjectsV2Output, PutObjectInput, PutObjectOutput,
};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};
use s3s_fs::FileSystem;

use super::{ObjectCreated, OnPut};

/// The longest name of a file on common file systems, in bytes.
const MAX_FILE_NAME: usize = 255;

pub(super) struct Objects {
    files: FileSystem,
    root: PathBuf,
    max_object: u64,
    on_put: Option<OnPut>,
}

impl Objects {
    pub(super) fn new(files: FileSystem, root: PathBuf, max_object: u64, on_put: Option<OnPut>) -> Self {
        Self { files, root, max_object, on_put }
    }

    fn check_bucket(&self, bucket: &str) -> S3Result<()> {
        if self.root.join(bucket).is_dir() { Ok(()) } else { Err(s3_error!(NoSuchBucket)) }
    }

    /// Refuses keys that would leave the bucket's folder, name a folder, or need too long a file name.
    fn check(&self, bucket: &str, key: &str) -> S3Result<()> {
        self.check_bucket(bucket)?;
        if key.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
            return Err(s3_error!(InvalidArgument, "Keys with empty, . or .. segments are not stored here."));
        }
        if key.chars().any(|character| character.is_control() || character == '\\') {
            return Err(s3_error!(
                InvalidArgument,
                "Keys with control characters or backslashes are not stored here."
            ));
        }
        // The object's attributes lie beside the buckets, in a file named after both in base64.
        let encoded = |text: &str| (text.len() * 4).div_ceil(3);
        let sidecar = ".bucket-.object-.metadata.json".len() + encoded(bucket) + encoded(key);
        if sidecar > MAX_FILE_NAME || key.split('/').any(|segment| segment.len() > MAX_FILE_NAME) {
            return Err(s3_error!(KeyTooLongError, "The key is too long for the local file system."));
        }
        Ok(())
    }

    /// A file cannot be a folder too.
    fn check_place(&self, bucket: &str, key: &str) -> S3Result<()> {
        let bucket = self.root.join(bucket);
        let path = bucket.join(key);
        let inside_an_object =
            path.ancestors().skip(1).take_while(|folder| *folder != bucket).any(std::path::Path::is_file);
        if path.is_dir() || inside_an_object {
            return Err(s3_error!(InvalidArgument, "A key that is a folder of another is not stored here."));
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl S3 for Objects {
    async fn create_bucket(
        &self,
        req: S3Request<CreateBucketInput>,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        if self.check_bucket(&req.input.bucket).is_ok() {
            return Err(s3_error!(BucketAlreadyOwnedByYou));
        }
        self.files.create_bucket(req).await
    }

    async fn head_bucket(&self, req: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        self.files.head_bucket(req).await
    }

    async fn list_buckets(
        &self,
        req: S3Request<ListBucketsInput>,
    ) -> S3Result<S3Response<ListBucketsOutput>> {
        self.files.list_buckets(req).await
    }

    async fn list_objects_v2(
        &self,
        req: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        self.check_bucket(&req.input.bucket)?;
        self.files.list_objects_v2(req).await
    }

    async fn get_object(&self, req: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        self.check(&req.input.bucket, &req.input.key)?;
        self.files.get_object(req).await
    }

    async fn head_object(&self, req: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        self.check(&req.input.bucket, &req.input.key)?;
        self.files.head_object(req).await
    }

    async fn delete_object(
        &self,
        req: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        self.check(&req.input.bucket, &req.input.key)?;
        self.files.delete_object(req).await
    }

    async fn put_object(&self, req: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let (bucket, key) = (req.input.bucket.clone(), req.input.key.clone());
        self.check(&bucket, &key)?;
        self.check_place(&bucket, &key)?;
        let length = req.input.content_length.and_then(|length| u64::try_from(length).ok());
        if length.is_some_and(|length| length > self.max_object) {
            return Err(s3_error!(EntityTooLarge));
        }
        let response = self.files.put_object(req).await?;
        if let Some(on_put) = &self.on_put {
            let stored = std::fs::metadata(self.root.join(&bucket).join(&key))
                .map_err(|error| s3_error!(error, InternalError))?;
            let etag = response.output.e_tag.as_ref().map(|etag| etag.value().to_owned()).unwrap_or_default();
            on_put(ObjectCreated { bucket, key, size: stored.len(), etag }).await;
        }
        Ok(response)
    }
}
