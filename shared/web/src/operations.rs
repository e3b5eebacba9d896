//! A function's operations, listed once: served by its binary, described for `openapi.json`.
//!
//! The two are made apart, so that a deployed function neither links nor builds the description.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use utoipa::__dev::{SchemaReferences, Tags};
use utoipa::openapi::path::Paths;
use utoipa::openapi::{Components, HttpMethod, OpenApi, OpenApiBuilder, RefOr, Schema};

/// Makes `router()`, that serves these handlers, and `openapi()`, that describes them, for a state:
/// `operations! { App; book::create_booking, list::list_bookings }`. Each handler stands below its module and carries
/// `#[utoipa::path]`.
#[macro_export]
macro_rules! operations {
    ($state:ty; $($($part:ident)::+),+ $(,)?) => {
        /// Serves all operations of this function.
        pub fn router() -> $crate::operations::axum::Router<$state> {
            let router = $crate::operations::axum::Router::new();
            $(let router = $crate::operations::route::<$crate::operations!(@path [] $($part)+), _, _, _>(
                router, &$($part)::+);)+
            router
        }

        /// Describes all operations of this function.
        pub fn openapi() -> $crate::operations::utoipa::openapi::OpenApi {
            let mut description = $crate::operations::Description::default();
            $(description.add::<$crate::operations!(@path [] $($part)+)>();)+
            description.finish()
        }
    };
    // What `#[utoipa::path]` leaves beside a handler is called by the handler's name with a prefix.
    (@path [$($front:ident)*] $handler:ident) => {
        $crate::operations::paste! { $($front::)* [<__path_ $handler>] }
    };
    (@path [$($front:ident)*] $next:ident $($rest:ident)+) => {
        $crate::operations!(@path [$($front)* $next] $($rest)+)
    };
}

#[doc(hidden)]
pub use pastey::paste;
#[doc(hidden)]
pub use {axum, utoipa};

/// Puts the handler of the operation `P` where `P` says.
pub fn route<P, H, T, S>(router: Router<S>, handler: &H) -> Router<S>
where
    P: utoipa::Path,
    H: Handler<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    P::methods()
        .iter()
        .fold(router, |router, method| router.route(&P::path(), on(filter(method), handler.clone())))
}

const fn filter(method: &HttpMethod) -> MethodFilter {
    match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
    }
}

/// The description of some operations and of the schemas that they name.
#[derive(Default)]
pub struct Description {
    paths: Paths,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl Description {
    /// Adds the operation `P`.
    pub fn add<P: utoipa::Path + Tags<'static> + SchemaReferences>(&mut self) {
        let mut operation = P::operation();
        let tags = P::tags();
        if !tags.is_empty() {
            let all = operation.tags.get_or_insert_default();
            all.extend(tags.into_iter().map(ToOwned::to_owned));
        }
        self.paths.add_path_operation(P::path(), P::methods(), operation);
        P::schemas(&mut self.schemas);
    }

    /// All of it.
    pub fn finish(self) -> OpenApi {
        let mut components = Components::new();
        components.schemas.extend(self.schemas);
        OpenApiBuilder::new().paths(self.paths).components(Some(components)).build()
    }
}
