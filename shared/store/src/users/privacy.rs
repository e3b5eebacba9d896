//! What each column holds of people, and what becomes of it when somebody wants to be forgotten.
//!
//! A test compares this with the schema: a column without a decision fails it, and so does one that is gone.

/// A table with the fate of each of its columns.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Reads the rows about `:user`; empty where no row is about anybody.
    pub(super) sql: &'static str,
    /// What is told to whom it is about, and stays.
    pub kept: &'static [&'static str],
    /// What is told, and blanked or deleted with the account.
    pub erased: &'static [&'static str],
    /// What is told to nobody: ways in, digests, keys of the machinery. What of it is about a person goes with the rest.
    pub hidden: &'static [&'static str],
}

/// Declares the tables; `about` is the condition on a row `t`.
macro_rules! tables {
    ($($(#[doc = $reason:literal])* $name:ident $(about $whose:literal)?, kept: [$($kept:ident)*], erased: [$($erased:ident)*], hidden: [$($hidden:ident)*];)+) => {
        /// Every table but the one of migrations.
        pub const HELD: &[Table] = &[$(Table {
            name: stringify!($name),
            sql: concat!("" $(, "SELECT to_jsonb(t)::text FROM ", stringify!($name), " t WHERE ", $whose,
                " ORDER BY t LIMIT :limit::int4 OFFSET :skip::int4")?),
            kept: &[$(stringify!($kept)),*],
            erased: &[$(stringify!($erased)),*],
            hidden: &[$(stringify!($hidden)),*],
        }),+];
    };
}

tables! {
    #[doc = "Ids alone; whoever acted has to answer for it."]
    audit_log about "t.subject_id = :user::uuid OR t.actor_id = :user::uuid",
        kept: [seq at actor_id action subject_kind subject_id reason],
        erased: [],
        hidden: [previous hash];
    #[doc = "When a host's message was written by itself; the words are among the messages."]
    automated_messages about "t.booking_id IN (SELECT b.id FROM bookings b WHERE b.guest_id = :user::uuid OR b.host_id = :user::uuid)",
        kept: [booking_id moment due_at message_id sent_at],
        erased: [],
        hidden: [];
    #[doc = "The record of a contract."]
    booking_events about "t.booking_id IN (SELECT b.id FROM bookings b WHERE b.guest_id = :user::uuid OR b.host_id = :user::uuid)",
        kept: [id booking_id version at event actor actor_id from_state to_state details],
        erased: [],
        hidden: [];
    #[doc = "A contract: kept for tax and claims, without the guest's words and companions."]
    bookings about "t.guest_id = :user::uuid OR t.host_id = :user::uuid",
        kept: [
            id quote_id property_id unit_id host_id guest_id state booking_mode check_in check_out time_zone
            check_in_time check_out_time check_in_at check_out_at guests priced policy currency total payout
            hold_expires_at confirmed_at ended_at checked_in_at checked_out_at settlement created_at
            updated_at version promotion_id
        ],
        erased: [message details],
        hidden: [];
    calendar_links about "t.property_id IN (SELECT p.id FROM properties p WHERE p.host_id = :user::uuid)",
        kept: [],
        erased: [property_id created_at],
        hidden: [digest];
    claims about "t.unit_id IN (SELECT n.id FROM units n JOIN properties p ON p.id = n.property_id WHERE p.host_id = :user::uuid)",
        kept: [id unit_id kind booking_id lane nights padded firm firm_padded grown_until expires_at released_at created_at],
        erased: [note],
        hidden: [];
    #[doc = "That mails went out, not what they said."]
    deliveries about "t.recipient = :user::uuid",
        kept: [message_id recipient claimed_at sent_at refused_at refusal],
        erased: [],
        hidden: [];
    cohosts about "t.user_id = :user::uuid OR t.property_id IN (SELECT p.id FROM properties p WHERE p.host_id = :user::uuid)",
        kept: [],
        erased: [property_id user_id permissions created_at],
        hidden: [];
    #[doc = "Money."]
    disputes about "t.payment_id IN (SELECT p.id FROM payments p WHERE p.guest_id = :user::uuid)",
        kept: [
            id provider_id payment_id currency amount reason state evidence_due_at opened_at closed_at
            updated_at
        ],
        erased: [],
        hidden: [];
    #[doc = "Money."]
    earning_releases about "t.booking_id IN (SELECT b.id FROM bookings b WHERE b.host_id = :user::uuid)",
        kept: [booking_id part amount released_at next_at],
        erased: [],
        hidden: [];
    #[doc = "Stays on nights that are taken elsewhere; goes with the calendar."]
    feed_conflicts about "t.feed_id IN (SELECT f.id FROM feeds f JOIN properties p ON p.id = f.property_id WHERE p.host_id = :user::uuid)",
        kept: [],
        erased: [id feed_id booking_id nights found_at told_at ended_at],
        hidden: [];
    #[doc = "Nights and nobody's names; goes with the calendar."]
    feed_events about "t.feed_id IN (SELECT f.id FROM feeds f JOIN properties p ON p.id = f.property_id WHERE p.host_id = :user::uuid)",
        kept: [],
        erased: [feed_id number nights own],
        hidden: [];
    #[doc = "Calendars of the host's elsewhere. Their addresses are ways in."]
    feeds about "t.property_id IN (SELECT p.id FROM properties p WHERE p.host_id = :user::uuid)",
        kept: [],
        erased: [
            id property_id unit_id lane name disabled next_poll_at last_polled_at last_success_at last_error
            failures failing_since warned_at wanted echoed created_at updated_at version
        ],
        hidden: [url queued_until claimed_at etag last_modified compared_with];
    #[doc = "What does not fit between our books and the provider's; of people only who settled it."]
    findings,
        kept: [id kind subject details state first_seen_at last_seen_at settled_at settled_by note],
        erased: [],
        hidden: [];
    #[doc = "What is still owed is paid out by it."]
    host_accounts about "t.user_id = :user::uuid",
        kept: [user_id provider_account state requirements due_at disabled_reason created_at updated_at],
        erased: [],
        hidden: [];
    #[doc = "Money."]
    host_earnings about "t.host_id = :user::uuid",
        kept: [
            booking_id host_id currency pending payable paid parts_released next_release_at open_disputes
            updated_at
        ],
        erased: [],
        hidden: [];
    #[doc = "Nobody's."]
    ledger_accounts,
        kept: [code kind],
        erased: [],
        hidden: [];
    #[doc = "Books are kept by law, under ids that lead to nobody."]
    ledger_entries about "t.host_id = :user::uuid OR t.booking_id IN (SELECT b.id FROM bookings b WHERE b.guest_id = :user::uuid)",
        kept: [journal_id line account currency amount booking_id host_id],
        erased: [],
        hidden: [];
    #[doc = "Books."]
    ledger_journals about "t.booking_id IN (SELECT b.id FROM bookings b WHERE b.guest_id = :user::uuid OR b.host_id = :user::uuid)",
        kept: [id event subject booking_id at],
        erased: [],
        hidden: [];
    #[doc = "Counters for the read cache."]
    listing_revisions about "t.property_id IN (SELECT p.id FROM properties p WHERE p.host_id = :user::uuid)",
        kept: [property_id revision changed_at],
        erased: [],
        hidden: [told];
    #[doc = "Part of a contract."]
    modifications about "t.booking_id IN (SELECT b.id FROM bookings b WHERE b.guest_id = :user::uuid OR b.host_id = :user::uuid)",
        kept: [
            id booking_id proposed_by proposer_id state from_check_in from_check_out from_guests from_total
            check_in check_out check_in_at check_out_at guests preparation_nights priced lines difference
            currency payment_method created_at expires_at decided_at
        ],
        erased: [],
        hidden: [];
    #[doc = "Of the address only a digest, which tells whether it is still the account's."]
    mail_events about "t.user_id = :user::uuid",
        kept: [],
        erased: [mail_id event user_id detail received_at],
        hidden: [address];
    message_templates about "t.property_id IN (SELECT p.id FROM properties p WHERE p.host_id = :user::uuid)",
        kept: [],
        erased: [property_id moment hours text created_at updated_at],
        hidden: [];
    night_rules about "t.property_id IN (SELECT p.id FROM properties p WHERE p.host_id = :user::uuid)",
        kept: [
            property_id night price min_nights max_nights closed_to_arrival closed_to_departure updated_at
        ],
        erased: [],
        hidden: [];
    notification_preferences about "t.user_id = :user::uuid",
        kept: [],
        erased: [user_id kind channel turned_off_at],
        hidden: [];
    #[doc = "Whoever has the link is the host to the provider."]
    onboarding_links about "t.user_id = :user::uuid",
        kept: [user_id],
        erased: [expires_at],
        hidden: [url];
    #[doc = "Ids alone, for a week."]
    outbox,
        kept: [id topic body created_at next_send_at sent_count done_at],
        erased: [],
        hidden: [];
    #[doc = "Money; of a card only the provider's name for it."]
    payments about "t.guest_id = :user::uuid",
        kept: [
            id booking_id guest_id state currency amount captured refunded returned payment_method
            provider_id next_action failure authorised_at captured_at created_at updated_at version shares
            modification_id
        ],
        erased: [],
        hidden: [request_key];
    #[doc = "Money."]
    payout_items about "t.payout_id IN (SELECT o.id FROM payouts o WHERE o.host_id = :user::uuid)",
        kept: [payout_id booking_id amount],
        erased: [],
        hidden: [];
    #[doc = "Money."]
    payouts about "t.host_id = :user::uuid",
        kept: [
            id host_id currency amount state provider_account provider_id failure created_at updated_at
            version
        ],
        erased: [],
        hidden: [];
    #[doc = "The pictures themselves are removed by the media worker."]
    photos about "t.property_id IN (SELECT p.id FROM properties p WHERE p.host_id = :user::uuid)",
        kept: [id property_id position state content_type width height problem created_at updated_at],
        erased: [caption],
        hidden: [upload_key public_key];
    promotions about "t.property_id IN (SELECT p.id FROM properties p WHERE p.host_id = :user::uuid)",
        kept: [id property_id code promotion max_uses created_at withdrawn_at],
        erased: [],
        hidden: [];
    #[doc = "What guests booked keeps its title and its town; the street goes."]
    properties about "t.host_id = :user::uuid",
        kept: [
            id host_id state title kind latitude_e6 longitude_e6 time_zone capacity bedrooms beds
            bathrooms_x2 amenities currency nightly_price terms booking_mode cancellation_policy
            check_in_time check_out_time min_nights max_nights preparation_nights rating_sum rating_count
            created_at updated_at published_at version rating_e2 barred_at
        ],
        erased: [description address source_ref],
        hidden: [words place];
    #[doc = "The provider's own ids and amounts; what it says of a host's address goes with the account."]
    provider_events about "t.payload #>> '{data,object,metadata,user_id}' = :user::uuid::text",
        kept: [id kind payload received_at processed_at],
        erased: [],
        hidden: [];
    #[doc = "Money."]
    provider_fees,
        kept: [provider_id payment_id currency amount at],
        erased: [],
        hidden: [];
    #[doc = "What a contract's price was made from."]
    quotes about "t.guest_id = :user::uuid",
        kept: [
            id property_id guest_id check_in check_out guests promo_code terms night_rules rules_version
            priced policy property_version currency total created_at expires_at promotion_id promotion
        ],
        erased: [],
        hidden: [];
    #[doc = "Where a comparison with the provider stands; nobody's."]
    reconciliation_runs,
        kept: [id window_from window_to step after compared created_at updated_at],
        erased: [],
        hidden: [];
    #[doc = "How many receipts each issuer has; nobody's."]
    receipt_counters,
        kept: [issuer last],
        erased: [],
        hidden: [];
    #[doc = "Kept by tax law, under ids that lead to nobody."]
    receipts about "t.booking_id IN (SELECT b.id FROM bookings b WHERE b.guest_id = :user::uuid OR b.host_id = :user::uuid)",
        kept: [id issuer number kind booking_id payment_id refund_id corrects currency amount lines issued_at],
        erased: [],
        hidden: [];
    recovery_codes about "t.user_id = :user::uuid",
        kept: [],
        erased: [user_id created_at used_at],
        hidden: [digest];
    #[doc = "Money."]
    refunds about "t.payment_id IN (SELECT p.id FROM payments p WHERE p.guest_id = :user::uuid)",
        kept: [id payment_id amount reason state provider_id requested_by created_at updated_at shares],
        erased: [],
        hidden: [request_key];
    review_reports about "t.reporter_id = :user::uuid",
        kept: [id review_id reporter_id reason created_at settled_at settled_by outcome],
        erased: [],
        hidden: [];
    #[doc = "What was published of a stay stays, without its author's name."]
    reviews about "t.author_id = :user::uuid",
        kept: [
            id booking_id property_id author_id subject_id side overall categories public_text created_at
            updated_at reveal_due_at revealed_at removed_at moderated_at response response_at version
        ],
        erased: [private_text],
        hidden: [];
    #[doc = "Words without whose they are; those of nobody else go with the account."]
    search_words,
        kept: [word plain],
        erased: [],
        hidden: [];
    second_factors about "t.user_id = :user::uuid",
        kept: [],
        erased: [user_id created_at confirmed_at last_step],
        hidden: [secret];
    single_use_tokens about "t.user_id = :user::uuid",
        kept: [],
        erased: [user_id purpose message_id created_at expires_at used_at],
        hidden: [digest];
    #[doc = "What somebody wrote; what the other side wrote is theirs."]
    thread_messages about "t.author_id = :user::uuid",
        kept: [id thread_id seq side side_seq author_id automated created_at],
        erased: [text masked],
        hidden: [];
    thread_reads about "t.user_id = :user::uuid",
        kept: [],
        erased: [thread_id user_id seq seen read_at],
        hidden: [];
    #[doc = "Who wrote to whom about what, under ids."]
    threads about "t.guest_id = :user::uuid OR t.host_id = :user::uuid",
        kept: [
            id property_id host_id guest_id booking_id last_seq guest_count host_count created_at last_message_at
        ],
        erased: [],
        hidden: [about];
    units about "t.property_id IN (SELECT p.id FROM properties p WHERE p.host_id = :user::uuid)",
        kept: [id property_id ordinal],
        erased: [],
        hidden: [];
    users about "t.id = :user::uuid",
        kept: [
            id role email_verified_at suspended_at erased_at sessions_valid_from created_at updated_at
            version
        ],
        erased: [email name locale time_zone pending_email],
        hidden: [email_key password_hash pending_email_message];
    #[doc = "What integrators answered; goes with the endpoint."]
    webhook_attempts about "t.delivery_id IN (SELECT d.id FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id WHERE e.owner_id = :user::uuid)",
        kept: [],
        erased: [delivery_id number at status error duration_ms],
        hidden: [];
    #[doc = "Goes with the endpoint."]
    webhook_deliveries about "t.endpoint_id IN (SELECT e.id FROM webhook_endpoints e WHERE e.owner_id = :user::uuid)",
        kept: [],
        erased: [
            id endpoint_id event_id booking_id sequence state attempts tries next_attempt_at created_at ended_at
        ],
        hidden: [queued_until claimed_at];
    #[doc = "Where somebody's machines listen, and what signs."]
    webhook_endpoints about "t.owner_id = :user::uuid",
        kept: [],
        erased: [
            id owner_id url description events previous_secret_until disabled failing_since created_at updated_at
            version
        ],
        hidden: [secret previous_secret];
    #[doc = "Ids and states of a contract, for a month."]
    webhook_events about "t.booking_id IN (SELECT b.id FROM bookings b WHERE b.host_id = :user::uuid)",
        kept: [id booking_id sequence kind at data],
        erased: [],
        hidden: [];
    #[doc = "Counters."]
    webhook_sequences,
        kept: [booking_id last],
        erased: [],
        hidden: [];
    wishlist_items about "t.wishlist_id IN (SELECT w.id FROM wishlists w WHERE w.owner_id = :user::uuid)",
        kept: [],
        erased: [wishlist_id property_id added_at],
        hidden: [];
    wishlists about "t.owner_id = :user::uuid",
        kept: [],
        erased: [id owner_id name created_at updated_at version],
        hidden: [share_digest];
    #[doc = "Money."]
    write_offs,
        kept: [id account booking_id currency amount reason made_by at],
        erased: [],
        hidden: [];
}
