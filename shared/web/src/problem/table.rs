//! The kinds of problems that clients may meet, each with a page of its own at `/problems/<code>`.

/// One kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProblemType {
    /// Stable machine-readable code in `snake_case`.
    pub code: &'static str,
    /// The HTTP status that it is answered with.
    pub status: u16,
    /// What it is, the same for every occurrence.
    pub title: &'static str,
    /// For people: when it comes and what to do.
    pub explanation: &'static str,
}

/// Shortens the table below.
const fn kind(
    code: &'static str,
    status: u16,
    title: &'static str,
    explanation: &'static str,
) -> ProblemType {
    ProblemType { code, status, title, explanation }
}

/// All kinds, by status and code.
pub const PROBLEMS: &[ProblemType] = &[
    kind(
        "api_version_unknown",
        400,
        "Unknown API version",
        "The header Api-Version names a day on which no version of the API appeared. Leave it out for the present one.",
    ),
    kind(
        "idempotency_key_invalid",
        400,
        "Invalid idempotency key",
        "An Idempotency-Key has 1 to 255 printable ASCII characters, quoted or bare.",
    ),
    kind(
        "idempotency_key_missing",
        400,
        "Idempotency key missing",
        "This operation moves money or nights. Send a fresh Idempotency-Key with each new intent, and the same one when you repeat it.",
    ),
    kind(
        "if_match_invalid",
        400,
        "Invalid If-Match",
        "Send the one ETag that you last read, or * to overwrite whatever is there.",
    ),
    kind(
        "if_none_match_invalid",
        400,
        "Invalid If-None-Match",
        "Send the ETags that you have of this one thing; the header takes 1,024 bytes.",
    ),
    kind(
        "body_unreadable",
        400,
        "Unreadable body",
        "The body broke off before its end. Send the request again.",
    ),
    kind(
        "invalid_signature",
        400,
        "Invalid signature",
        "The signature does not fit the body, or its instant is more than five minutes away.",
    ),
    kind("malformed_json", 400, "Malformed JSON", "The body is not JSON in UTF-8 (RFC 8259)."),
    kind(
        "invalid_credentials",
        401,
        "Invalid credentials",
        "The address and the password do not belong together.",
    ),
    kind(
        "invalid_token",
        401,
        "Invalid token",
        "An access token that is not one of ours, or was changed: sign in again. In a field of the body (422), a token from a mail that was used, has lapsed or is none: ask for a new mail.",
    ),
    kind(
        "mfa_required",
        401,
        "Second factor required",
        "The password is right, and the account has a second factor: sign in again with a code of the authenticator, or a recovery code, as totp.",
    ),
    kind(
        "invalid_totp",
        401,
        "Invalid code",
        "The code is not the present one, or was used before: wait for the next one. In a field of the body (422) while a second factor is being set up.",
    ),
    kind("token_expired", 401, "Token expired", "Get a new access token with the refresh token."),
    kind(
        "unauthenticated",
        401,
        "Authentication required",
        "Send Authorization: Bearer with an access token.",
    ),
    kind(
        "invalid_refresh_token",
        401,
        "Invalid refresh token",
        "It was used before, has lapsed, or its session has ended. Sign in again.",
    ),
    kind("admin_only", 403, "Staff only", "This operation is for the staff."),
    kind(
        "email_not_verified",
        403,
        "Address not verified",
        "Follow the link in the mail that we sent when you registered.",
    ),
    kind(
        "sign_in_again",
        403,
        "Fresh sign-in required",
        "What a thief of a token must not do asks for a session that was begun within 15 minutes. Sign in again and repeat it.",
    ),
    kind("forbidden", 403, "Forbidden", "You may see this, but not do that with it."),
    kind(
        "account_suspended",
        403,
        "Account suspended",
        "The staff has suspended this account. Write to the support.",
    ),
    kind("not_found", 404, "Not found", "There is no such thing, or it is another's: we do not say which."),
    kind("method_not_allowed", 405, "Method not allowed", "The header Allow names the methods of this path."),
    kind(
        "not_acceptable",
        406,
        "Not acceptable",
        "The header Accept takes nothing that this operation answers. Leave it out, or send application/json.",
    ),
    kind(
        "dates_unavailable",
        409,
        "Dates unavailable",
        "Somebody else holds some of these nights. Ask for a quote for others.",
    ),
    kind(
        "too_many_cohosts",
        409,
        "Too many co-hosts",
        "A listing has 20 co-hosts at most. Dismiss one before you name another.",
    ),
    kind("email_taken", 409, "Address taken", "Another account has this address. Sign in to that one."),
    kind(
        "mfa_enabled",
        409,
        "Second factor enabled",
        "There is a second factor already. Take it away before you set up another one.",
    ),
    kind(
        "mfa_not_begun",
        409,
        "Second factor not begun",
        "There is no secret to confirm. Begin with POST /users/me/mfa and give its secret to an authenticator.",
    ),
    kind(
        "stays_open",
        409,
        "Stays open",
        "Stays are booked or under way, as guest or as host. Cancel them, or wait until they are over.",
    ),
    kind(
        "hold_expired",
        409,
        "Hold over",
        "The nights were held for a while and nobody paid in time. Ask for a new quote.",
    ),
    kind(
        "host_not_payable",
        409,
        "Host cannot be paid",
        "The host's account with the payment provider is not enabled, so nobody can pay for this booking now.",
    ),
    kind(
        "idempotency_in_flight",
        409,
        "Still being worked on",
        "A request with this idempotency key is being worked on. Repeat it after Retry-After.",
    ),
    kind(
        "illegal_transition",
        409,
        "Not in this state",
        "The thing is in a state that does not allow this. allowed_actions names what is possible.",
    ),
    kind("nothing_to_pay", 409, "Nothing to pay", "The booking costs nothing."),
    kind(
        "payment_in_progress",
        409,
        "Being paid already",
        "An attempt to pay for this booking is on its way; payment_id names it. Another is allowed once it has failed.",
    ),
    kind(
        "price_changed",
        409,
        "Price changed",
        "The quote no longer holds. The problem carries a fresh one.",
    ),
    kind(
        "modification_open",
        409,
        "Modification open",
        "Another modification of the booking waits for its answer or its payment. A booking has one at a time.",
    ),
    kind(
        "modification_over",
        409,
        "Modification over",
        "The modification was answered before, its time is over, or the booking has changed since it was proposed.",
    ),
    kind("promo_code_taken", 409, "Code taken", "The listing has a promotion of this code. Choose another."),
    kind(
        "promo_used_up",
        409,
        "Promotion used up",
        "The promotion was used as often as it may be. A hold that runs out gives a use back.",
    ),
    kind("quote_expired", 409, "Quote expired", "A quote stands for 15 minutes. Ask for a fresh one."),
    kind(
        "too_early",
        409,
        "Too early",
        "The time in which this may be done has not begun. The detail says when it does.",
    ),
    kind(
        "too_many_promotions",
        409,
        "Too many promotions",
        "A listing has 100 promotions at most. Take one back before you make another.",
    ),
    kind("too_late", 409, "Too late", "The time in which this could be done is over."),
    kind(
        "payment_not_authorised",
        409,
        "Payment not authorised",
        "What the guest had set aside for this booking does not stand any more, so it cannot be confirmed.",
    ),
    kind("conflict", 409, "Conflict", "The state of things is against it. Read again and decide anew."),
    kind(
        "review_exists",
        409,
        "Reviewed already",
        "Each side reviews a stay once. Edit your review while nobody else has read it.",
    ),
    kind(
        "review_final",
        409,
        "Review is final",
        "A review is changed only until the other side's is in, within 14 days.",
    ),
    kind("review_too_early", 409, "Too early for a review", "A stay is reviewed after its check-out."),
    kind(
        "review_window_closed",
        409,
        "Too late for a review",
        "A stay is reviewed within 14 days of its check-out.",
    ),
    kind("stay_not_completed", 409, "Stay not completed", "Only a stay that was completed is reviewed."),
    kind("already_answered", 409, "Answered already", "A review is answered once."),
    kind("already_reported", 409, "Reported already", "You have reported this before; the staff sees to it."),
    kind(
        "bookings_stand",
        409,
        "Bookings stand",
        "Guests hold or have booked nights here. Cancel them or wait for their end, then archive the listing.",
    ),
    kind("review_missing", 409, "No review yet", "There is no review of yours to change. Write it first."),
    kind(
        "too_many_photos",
        409,
        "Too many photos",
        "A listing has a limited number of photos. Take one away first.",
    ),
    kind("gone", 410, "Gone", "This existed and is gone for good."),
    kind(
        "precondition_failed",
        412,
        "Changed meanwhile",
        "Somebody changed it since you read it. Read it again and send its new ETag.",
    ),
    kind("payload_too_large", 413, "Too large", "The body is larger than this operation takes."),
    kind(
        "unsupported_media_type",
        415,
        "Unsupported media type",
        "Send JSON in UTF-8 with Content-Type: application/json.",
    ),
    kind(
        "category_not_allowed",
        422,
        "Category not for this side",
        "A host rates cleanliness and communication; a guest rates every category.",
    ),
    kind(
        "idempotency_key_reused",
        422,
        "Idempotency key reused",
        "This key came with another request before. Use a fresh one for each new intent.",
    ),
    kind(
        "refund_exceeds_captured",
        422,
        "Refund too large",
        "All refunds together, those on their way included, must not exceed what was captured.",
    ),
    kind(
        "validation_failed",
        422,
        "Invalid input",
        "errors names each wrong place by a JSON Pointer, or by ?name for a query parameter.",
    ),
    kind(
        "own_listing",
        422,
        "Own listing",
        "A host does not book at home. Block the nights in the calendar.",
    ),
    kind("too_many_names", 422, "Too many names", "Name at most as many guests as were booked."),
    kind(
        "advance_notice",
        422,
        "Too short notice",
        "The host wants to know earlier. Arrive on a later date.",
    ),
    kind(
        "amount_out_of_range",
        422,
        "Amount out of range",
        "A sum of these amounts is beyond what can be reckoned.",
    ),
    kind(
        "already_arrived",
        422,
        "Guest has arrived",
        "The arrival of a stay that is lived stays as it is; the departure may change.",
    ),
    kind("booking_window", 422, "Too far ahead", "The host does not take bookings for dates that far ahead."),
    kind(
        "closed_to_arrival",
        422,
        "No arrival",
        "No stay begins on this date. Choose another date of arrival.",
    ),
    kind(
        "closed_to_departure",
        422,
        "No departure",
        "No stay ends on this date. Choose another date of departure.",
    ),
    kind(
        "currency_mismatch",
        422,
        "Other currency",
        "All amounts of one thing are in one currency. errors names the one that differs.",
    ),
    kind(
        "dates_apart",
        422,
        "Dates apart",
        "A modification keeps at least one of the booked nights. For wholly other dates cancel, and book anew.",
    ),
    kind("guest_only", 422, "For the guest alone", "Only the guest of a booking says this."),
    kind("invalid_amount", 422, "Invalid amount", "Give an amount above zero, in minor units."),
    kind("invalid_dates", 422, "Invalid dates", "The end must come after the beginning, within 365 nights."),
    kind("max_nights", 422, "Too many nights", "The stay is longer than the listing takes."),
    kind("min_nights", 422, "Too few nights", "The stay is shorter than the listing takes on these dates."),
    kind(
        "missing_booking",
        422,
        "Booking missing",
        "What a host owes is written off for one of their bookings: say which.",
    ),
    kind("not_ready_to_publish", 422, "Not ready to publish", "errors names what the listing lacks."),
    kind("nothing_changed", 422, "Nothing changed", "What was proposed is what is booked."),
    kind("over_capacity", 422, "Too many people", "The listing does not take that many adults and children."),
    kind("past_date", 422, "Date is past", "The date of arrival is before today, by the listing's clock."),
    kind("pets_not_allowed", 422, "Pets not allowed", "The listing does not take that many animals."),
    kind("promo_expired", 422, "Promotion over", "The promotion's code held until another date."),
    kind("promo_min_nights", 422, "Promotion for longer stays", "The promotion's code is for longer stays."),
    kind(
        "promo_not_yet_valid",
        422,
        "Promotion not begun",
        "The promotion's code holds from a later date on.",
    ),
    kind("too_many_nights", 422, "Too many nights", "Ask for, or change, fewer nights at once."),
    kind("unknown_user", 422, "Unknown account", "There is no such account, or it is your own."),
    kind("unknown_promo_code", 422, "Unknown promotion", "This listing has no such promotion code."),
    kind(
        "precondition_required",
        428,
        "If-Match required",
        "Send If-Match with the ETag that you read, so that no one's change is lost.",
    ),
    kind(
        "too_many_logins",
        429,
        "Too many attempts to sign in",
        "Somebody tried too many passwords for this address. Wait as Retry-After says, or choose a new password by mail: that is always possible.",
    ),
    kind(
        "too_many_requests",
        429,
        "Too many requests",
        "Too much in too short a time. RateLimit-Policy says how much there is, Retry-After when there is room again.",
    ),
    kind(
        "internal",
        500,
        "Internal error",
        "Something went wrong on our side. The instance helps us to find it.",
    ),
    kind(
        "unavailable",
        503,
        "Unavailable",
        "Something that this needs is away for the moment. Repeat it after Retry-After.",
    ),
];

/// The kind with this code.
pub fn find(code: &str) -> Option<&'static ProblemType> {
    PROBLEMS.iter().find(|kind| kind.code == code)
}
