//! What hosts say of their listings: one reading of it, whichever way it comes.

mod calendar;
mod charges;
mod codes;
mod create;
mod photo;
mod place;
mod pointers;
mod promotion;
mod season;
mod update;

pub use calendar::{CalendarChange, CalendarChanges};
pub use charges::{
    AdvanceDiscountDto, DiscountsDto, FeeChargeDto, FeeDto, LengthDiscountDto, TaxChargeDto, TaxDto,
};
pub use codes::{CodeOf, Codes, FeeKindCode, KindCode, ModeCode, PolicyCode, TaxBaseCode, TaxCollectorCode};
pub use create::CreateProperty;
pub use photo::{NewPhoto, PhotoType};
pub use place::{AddressDto, PlaceInput, PlaceOutput, halves, invalid_fields};
pub use pointers::of_body;
pub use promotion::{BenefitDto, NewPromotion};
pub use season::SeasonDto;
pub use update::{FeeModelCode, MAX_AMENITIES, MAX_CHARGES, UpdateProperty};
