//! S3: buckets as folders.
//!
//! `s3s` verifies every signature, presigned URLs among them (against the machine's clock, as signing does), and
//! `s3s-fs` keeps the objects: the object `key` of `bucket` is the file `ROOT/bucket/key`. Around them stand the checks
//! that the file system needs: keys without empty, `.` and `..` segments, no key that is a folder of another, a bound
//! on sizes, and buckets that must exist. There are no multipart uploads, versions, ACLs or encryption.

mod events;
mod guard;
mod objects;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use futures::future::BoxFuture;
use http::Method;
use s3s::auth::SimpleAuth;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tower_http::cors::{Any, CorsLayer};

pub use events::ObjectCreated;
use objects::Objects;

use crate::error::StartError;
use crate::server::{Bound, HttpServer};
use crate::{ACCESS_KEY, SECRET_KEY};

/// Called when an object is stored, before the sender is answered: what it does has happened once the upload succeeds.
pub type OnPut = Arc<dyn Fn(ObjectCreated) -> BoxFuture<'static, ()> + Send + Sync>;

/// How the objects are kept.
#[derive(Clone)]
pub struct S3Options {
    /// The folder of the buckets; `None` takes a temporary one that goes when the service goes.
    pub root: Option<PathBuf>,
    /// The largest object in bytes.
    pub max_object: u64,
    /// The hook for stored objects.
    pub on_put: Option<OnPut>,
}

impl Default for S3Options {
    /// A temporary folder, 50 MiB, no hook.
    fn default() -> Self {
        Self { root: None, max_object: 50 * 1024 * 1024, on_put: None }
    }
}

impl std::fmt::Debug for S3Options {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { root, max_object, on_put } = self;
        let mut debug = formatter.debug_struct("S3Options");
        debug.field("root", root).field("max_object", max_object).field("on_put", &on_put.is_some()).finish()
    }
}

/// The running service.
#[derive(Debug)]
pub struct S3 {
    server: HttpServer,
    root: PathBuf,
    /// Removed from the disk when dropped.
    _temporary: Option<TempDir>,
}

impl S3 {
    /// Opens the folder and serves it.
    ///
    /// # Errors
    /// When the folder or a loopback port cannot be had.
    pub async fn start(options: S3Options) -> Result<Self, StartError> {
        let temporary = match options.root {
            Some(_) => None,
            None => Some(TempDir::with_prefix("local-s3-").map_err(StartError::io("a temporary folder"))?),
        };
        let root = options
            .root
            .or_else(|| temporary.as_ref().map(|folder| folder.path().to_owned()))
            .unwrap_or_default();
        std::fs::create_dir_all(&root).map_err(StartError::io(root.display().to_string()))?;
        let files = FileSystem::new(&root).map_err(|error| StartError::Objects(format!("{error:?}")))?;
        let service = service(
            Objects::new(files, root.clone(), options.max_object, options.on_put),
            options.max_object,
        );
        let bound = Bound::loopback().await?;
        Ok(Self { server: bound.serve(router(service, options.max_object)), root, _temporary: temporary })
    }

    /// The endpoint for an SDK client, which must use path style.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The folder of the buckets.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Lets calls under way finish, and closes the port.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

fn service(objects: Objects, max_object: u64) -> S3Service {
    let mut config = S3Config::default();
    config.post_object_max_file_size = max_object;
    config.xml_max_body_size = 1024 * 1024;
    let mut builder = S3ServiceBuilder::new(objects);
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
    builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
    builder.build()
}

#[derive(Clone)]
struct Gate {
    service: S3Service,
    max_object: u64,
}

fn router(service: S3Service, max_object: u64) -> Router {
    // Browsers upload to presigned URLs from other origins; the bucket's CORS rules allow it on AWS.
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::PUT, Method::POST])
        .allow_headers(Any)
        .expose_headers([http::header::ETAG]);
    Router::new().fallback(pass).layer(cors).with_state(Gate { service, max_object })
}

async fn pass(State(gate): State<Gate>, request: Request) -> Response {
    if let Err(refusal) = guard::check(&request, gate.max_object) {
        return refusal.into_response();
    }
    match gate.service.call(request.map(s3s::Body::http_body_unsync)).await {
        Ok(response) => response.map(axum::body::Body::new),
        Err(error) => {
            tracing::error!(?error, "the local S3 failed");
            guard::internal().into_response()
        }
    }
}
