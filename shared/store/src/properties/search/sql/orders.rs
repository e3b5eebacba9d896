//! Each order in four words: the key, what lies behind `:after`, and the order where the listings are chosen and where
//! their rows are dressed. Keys differ from row to row by the id at last.

macro_rules! by_relevance {
    (key) => {
        concat!("(", rank_of_words!(), " * 4000)::int8 + ", quality!())
    };
    (behind) => {
        concat!(
            "((",
            rank_of_words!(),
            " * 4000)::int8 + ",
            quality!(),
            ", p.id) < (:after::int8, :after_id::uuid)"
        )
    };
    (chosen) => {
        "key DESC, p.id DESC"
    };
    (dressed) => {
        "p.key DESC, p.id DESC"
    };
}

macro_rules! by_quality {
    (key) => {
        quality!()
    };
    (behind) => {
        concat!("(", quality!(), ", p.id) < (:after::int4, :after_id::uuid)")
    };
    (chosen) => {
        "key DESC, p.id DESC"
    };
    (dressed) => {
        "p.key DESC, p.id DESC"
    };
}

macro_rules! by_price {
    (key) => {
        "p.nightly_price"
    };
    (behind) => {
        "(p.nightly_price, p.id) > (:after::int8, :after_id::uuid)"
    };
    (chosen) => {
        "key, p.id"
    };
    (dressed) => {
        "p.key, p.id"
    };
}

macro_rules! by_rating {
    (key) => {
        "p.rating_e2"
    };
    (behind) => {
        "(p.rating_e2, p.id) < (:after::int4, :after_id::uuid)"
    };
    (chosen) => {
        "key DESC, p.id DESC"
    };
    (dressed) => {
        "p.key DESC, p.id DESC"
    };
}

macro_rules! by_distance {
    (key) => {
        "d.mm"
    };
    (behind) => {
        "(d.mm, p.id) > (:after::numeric, :after_id::uuid)"
    };
    (chosen) => {
        "key, p.id"
    };
    (dressed) => {
        "p.key, p.id"
    };
}

macro_rules! by_newest {
    (key) => {
        "p.published_at"
    };
    (behind) => {
        "(p.published_at, p.id) < (:after::timestamptz, :after_id::uuid)"
    };
    (chosen) => {
        "key DESC, p.id DESC"
    };
    (dressed) => {
        "p.key DESC, p.id DESC"
    };
}

pub(super) use {by_distance, by_newest, by_price, by_quality, by_rating, by_relevance};
