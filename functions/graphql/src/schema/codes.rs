//! Enumerations of the domain. Their names are REST's codes in capitals.

mod earnings;
mod listing;

use async_graphql::Enum;
use serde::Serialize;

pub(crate) use earnings::{DisputeState, OnboardingState, PayoutState, ReceiptKind, ReviewDecision};
pub(crate) use listing::{
    CohostPermission, FeeBasis, FeeKind, FeeModel, PhotoState, PhotoType, RankPart, TaxBase, TaxBasis,
    TaxCollector,
};

/// Where a booking stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::booking::BookingState")]
pub(crate) enum BookingState {
    /// The nights are held while the guest pays.
    PendingPayment,
    /// The amount is set aside and the host has to answer.
    Requested,
    /// The stay is booked.
    Confirmed,
    /// The guest has arrived.
    CheckedIn,
    /// The stay is over.
    Completed,
    /// The guest cancelled before arrival.
    CancelledByGuest,
    /// The host cancelled before arrival.
    CancelledByHost,
    /// The host said no to the request.
    Declined,
    /// The guest took the request back.
    Withdrawn,
    /// The hold or the request ran out of time.
    Expired,
    /// The hold ran out of time after a declined payment.
    PaymentFailed,
    /// The guest never came.
    NoShow,
}

/// What happens to a booking. Those that people cause are named as the operation they call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::booking::BookingEvent")]
pub(crate) enum BookingEvent {
    /// The amount of an instant booking is set aside.
    PaymentAuthorised,
    /// The amount of a request to book is set aside.
    RequestAuthorised,
    /// The hold is over and nobody paid.
    HoldExpired,
    /// The hold is over and the last attempt to pay was declined.
    PaymentFailed,
    /// The host takes the request.
    Accept,
    /// The host refuses the request.
    Decline,
    /// The guest takes the request back.
    Withdraw,
    /// The host did not answer in time.
    RequestExpired,
    /// Either side cancels; by a guest who has arrived, an early departure.
    Cancel,
    /// The guest arrives.
    CheckIn,
    /// The guest leaves.
    CheckOut,
    /// The guest did not come.
    NoShow,
    /// The check-out time has passed.
    StayEnded,
}

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::payment::PaymentState")]
pub(crate) enum PaymentState {
    /// Asked of the provider, not answered.
    Processing,
    /// The guest has to prove who they are.
    RequiresAction,
    /// The amount is set aside.
    Authorised,
    /// The amount is taken.
    Captured,
    /// A part went back.
    PartiallyRefunded,
    /// All went back.
    Refunded,
    /// Declined; another attempt is another payment.
    Failed,
    /// What was set aside, or asked, is let go.
    Cancelled,
    /// The guest's bank takes the money back and asks why.
    Disputed,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::payment::RefundState")]
pub(crate) enum RefundState {
    /// To be asked of the provider, or asked.
    Pending,
    /// On its way to the guest.
    Succeeded,
    /// Refused by the provider; its amount may be refunded again.
    Failed,
}

/// The policies that a host may choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "domain::cancellation::CancellationPolicyCode")]
#[serde(rename_all = "snake_case")]
pub(crate) enum CancellationPolicy {
    /// Free until 24 hours before check-in; then the nights stayed and one more are kept.
    Flexible,
    /// Free until 5 days before; then the nights stayed, one more and half of the rest are kept.
    Moderate,
    /// Free until 14 days before, half until 7.
    Limited,
    /// Free until 30 days before, half until 7.
    Firm,
    /// Free within 48 hours of booking and 14 days before, half until 7 days before.
    Strict,
    /// Nothing comes back.
    NonRefundable,
}

/// The kind of a place, as guests look for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "domain::listing::PropertyKind")]
#[serde(rename_all = "snake_case")]
pub(crate) enum PropertyKind {
    /// A whole flat.
    Apartment,
    /// A whole house.
    House,
    /// A whole house in a row.
    Townhouse,
    /// A whole flat that is owned singly.
    Condo,
    /// A whole open-plan flat.
    Loft,
    /// A part of a house with a door of its own.
    GuestSuite,
    /// A small house beside the host's.
    Guesthouse,
    /// A flat with the services of a hotel.
    ServicedApartment,
    /// A house of one floor.
    Bungalow,
    /// A small house in the country.
    Cottage,
    /// A wooden house.
    Cabin,
    /// A wooden house in the mountains.
    Chalet,
    /// A large house with grounds.
    Villa,
    /// A very small house.
    TinyHome,
    /// A house in a tree.
    Treehouse,
    /// A working farm.
    Farm,
    /// A castle.
    Castle,
    /// A boat or a house on the water.
    Boat,
    /// A camper or a caravan.
    Camper,
    /// A tent, a yurt or a dome.
    Tent,
    /// A room with breakfast in someone's house.
    BedAndBreakfast,
    /// A room in a hotel.
    HotelRoom,
    /// A room or a bed in a hostel.
    Hostel,
    /// A room of one's own in a home.
    PrivateRoom,
    /// A bed in a room with others.
    SharedRoom,
    /// Anything else.
    Other,
}

/// How a guest comes to a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "domain::listing::BookingMode")]
#[serde(rename_all = "snake_case")]
pub(crate) enum BookingMode {
    /// Booked as soon as the payment is authorised.
    Instant,
    /// Booked when the host accepts.
    Request,
}

/// Who wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::review::ReviewSide")]
pub(crate) enum ReviewSide {
    /// The guest, of the place and its host.
    Guest,
    /// The host, of the guest.
    Host,
}

/// Where a listing is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "store::properties::PropertyState")]
pub(crate) enum PropertyState {
    /// Being written; only its host sees it.
    Draft,
    /// On the market.
    Published,
    /// Taken off the market by its host; may come back.
    Unlisted,
    /// Taken off the market for good.
    Archived,
}

/// On which side of bookings the caller stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "store::bookings::Role")]
pub(crate) enum BookingRole {
    /// Stays that the caller booked.
    Guest,
    /// Stays at the caller's listings.
    Host,
    /// Stays at the listings whose bookings the caller sees to as a co-host.
    Cohost,
}

/// Whether a night is for sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "services::properties::NightState")]
pub(crate) enum NightState {
    /// One of the units is free.
    Available,
    /// The host, a foreign calendar or a preparation takes it.
    Blocked,
    /// Guests have booked it.
    Booked,
    /// Somebody is about to book it; it may become free again.
    Held,
    /// It is over.
    Past,
}

/// On whose side something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::booking::Actor")]
pub(crate) enum BookingActor {
    /// The guest who booked.
    Guest,
    /// The host, or a co-host with the permission.
    Host,
    /// A timer or the payment provider.
    System,
}

/// Who caused what happened to a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "store::bookings::EventActor")]
pub(crate) enum TrailActor {
    /// The guest.
    Guest,
    /// The host, or a co-host.
    Host,
    /// A member of the staff.
    Admin,
    /// A timer or the payment provider.
    System,
}

/// Where a modification stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::modification::ModificationState")]
pub(crate) enum ModificationState {
    /// Waits for the other side.
    Proposed,
    /// Accepted; the nights are held while the guest is charged.
    Paying,
    /// Done: the booking is as it was proposed.
    Accepted,
    /// The other side said no.
    Declined,
    /// The side that proposed it took it back.
    Withdrawn,
    /// Nobody answered, or paid, in time; or the booking changed meanwhile.
    Expired,
    /// The charge was declined.
    PaymentFailed,
}

/// Which side of a conversation somebody is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::conversation::Side")]
pub(crate) enum ConversationSide {
    /// Whoever asks, or stays.
    Guest,
    /// Whose place it is, or a co-host.
    Host,
}

/// When a message of a host's goes out by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::conversation::Moment")]
pub(crate) enum MessageMoment {
    /// Once the booking is confirmed.
    OnConfirmation,
    /// Some hours before the guest may arrive.
    BeforeCheckIn,
    /// Some hours after the guest was to leave.
    AfterCheckOut,
}
