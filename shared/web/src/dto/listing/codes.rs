//! The domain's enumerations and parsed texts, as `openapi.json` describes them.

use std::borrow::Cow;
use std::marker::PhantomData;

use domain::cancellation::CancellationPolicyCode;
use domain::listing::{BookingMode, FeeKind, PropertyKind, TaxBase, TaxCollector};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// An enumeration of stable codes.
pub trait Codes {
    /// The schema's name.
    const NAME: &'static str;
    /// What it is.
    const DESCRIPTION: &'static str;

    /// Every code.
    fn codes() -> Vec<&'static str>;
}

/// The schema of an enumeration: annotate a field `#[schema(value_type = KindCode)]` and keep the domain's type.
pub struct CodeOf<T>(PhantomData<T>);

impl<T: Codes> PartialSchema for CodeOf<T> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(T::DESCRIPTION))
            .enum_values(Some(T::codes()))
            .into()
    }
}

impl<T: Codes> ToSchema for CodeOf<T> {
    fn name() -> Cow<'static, str> {
        T::NAME.into()
    }
}

/// Declares the schemas of the domain's enumerations.
macro_rules! codes {
    ($($alias:ident of $name:ident: $description:literal;)+) => {$(
        impl Codes for $name {
            const NAME: &'static str = stringify!($name);
            const DESCRIPTION: &'static str = $description;

            fn codes() -> Vec<&'static str> {
                Self::ALL.iter().map(|one| one.code()).collect()
            }
        }

        #[doc = $description]
        pub type $alias = CodeOf<$name>;
    )+};
}

codes! {
    KindCode of PropertyKind: "What kind of place it is.";
    ModeCode of BookingMode: "How a guest comes to a booking: at once, or when the host accepts.";
    PolicyCode of CancellationPolicyCode: "What a cancellation gives back.";
    FeeKindCode of FeeKind: "What a fee is for.";
    TaxBaseCode of TaxBase: "What a percent tax is a share of.";
    TaxCollectorCode of TaxCollector: "Who hands a tax to the authority.";
}

/// The schema of a list of amenities: the bounds of an item cannot be said beside the field.
pub(super) fn amenities() -> utoipa::openapi::schema::Array {
    let code = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(64))
        .pattern(Some("^[a-z0-9_]+$"));
    ArrayBuilder::new()
        .description(Some("What it has, by codes."))
        .items(code)
        .max_items(Some(super::update::MAX_AMENITIES))
        .build()
}
