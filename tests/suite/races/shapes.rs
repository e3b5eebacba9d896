//! The shapes in which nights can be claimed, each by many at once on the real schema: the ones that hold have a clean
//! history, and in that of each other one the checker finds the fault that it has. None of these statements is the product's.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::future::join_all;
use jiff::ToSpan as _;
use tests::{Attempt, Dates, Fault, Outcome, Person, System, faults_of_race};

use super::{member, payable};

/// How many attempts are made in a round, each over a connection of its own.
const LANES: usize = 16;
/// How long a shape may take, and until when a faulty one must have shown its fault.
const PATIENCE: Duration = Duration::from_mins(1);

/// Whether the shapes are measured, for the table in `docs/bookings.md`; else a faulty one ends at its first fault.
fn measuring() -> bool {
    std::env::var("INNKEEP_TEST_SCALE").is_ok_and(|scale| scale == "large")
}

/// How many rounds a shape has: 160 attempts, or 10,000. One that is known to be faulty has as many as its fault takes.
fn rounds() -> usize {
    if measuring() { 625 } else { 10 }
}

/// What is wrong with a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wrong {
    Overlap,
    FalseRefusal,
    Lost,
    Deadlock,
    Other,
}

fn wrong(fault: &Fault) -> Wrong {
    match fault {
        Fault::Overlap(..) => Wrong::Overlap,
        Fault::FalseRefusal { .. } => Wrong::FalseRefusal,
        Fault::Missing { .. } => Wrong::Lost,
        Fault::Failed(state) if state == "40P01" => Wrong::Deadlock,
        Fault::Failed(_) | Fault::Repeated(_) | Fault::Unasked(_) => Wrong::Other,
    }
}

/// A shape: what it runs for one attempt, with `:booking`, `:listing`, `:nights` and `:now` in it. The attempt has won
/// where the last statement answers a row.
struct Shape {
    name: &'static str,
    /// How many units the listing has.
    units: u8,
    /// Whether all nights stand under holds that are over.
    overdue: bool,
    /// How many attempts are made at once: one alone has nobody to excuse its refusal.
    lanes: usize,
    /// A question before, in a statement of its own; a row refuses.
    question: Option<&'static str>,
    claim: String,
    known: Known,
}

/// What is known of a shape.
#[derive(Clone, Copy)]
enum Known {
    /// Its history is clean.
    Holds,
    /// Its history has this fault.
    Fails(Wrong),
    /// Elsewhere its history had this fault; on this schema it was not seen.
    MayFail(Wrong),
}

/// The row of a claim on unit `u`.
const CLAIM: &str = "INSERT INTO claims (id, unit_id, kind, booking_id, nights, padded, created_at)
    SELECT gen_random_uuid(), u.id, 'stay', :booking, :nights, :nights, :now";
/// The units of the listing.
const UNITS: &str = "FROM units u WHERE u.property_id = :listing ORDER BY u.ordinal";
/// What stands in the way on unit `u`, whether or not it is over.
const IN_THE_WAY: &str =
    "SELECT FROM claims c WHERE c.unit_id = u.id AND c.released_at IS NULL AND c.nights && :nights";
/// The end of the holds that are over.
const RELEASE: &str = "UPDATE claims c SET released_at = :now FROM units u
    WHERE u.property_id = :listing AND c.unit_id = u.id AND c.released_at IS NULL AND c.expires_at <= :now
      AND c.nights && :nights";
const OR_NOTHING: &str = "ON CONFLICT DO NOTHING RETURNING id";

/// Shapes for nights that are free.
fn of_free_nights() -> Vec<Shape> {
    let shape = |name, units, claim, known| Shape {
        name,
        units,
        overdue: false,
        lanes: LANES,
        question: None,
        claim,
        known,
    };
    vec![
        shape("insert, do nothing on conflict", 1, format!("{CLAIM} {UNITS} {OR_NOTHING}"), Known::Holds),
        shape("insert, refused by the error", 1, format!("{CLAIM} {UNITS} RETURNING id"), Known::Fails(Wrong::Deadlock)),
        shape("each unit in order, do nothing on conflict", 3, format!("{CLAIM} {UNITS} {OR_NOTHING}"), Known::Holds),
        shape(
            "pick a free unit, then insert",
            3,
            format!(
                "{CLAIM} FROM (SELECT u.id FROM units u WHERE u.property_id = :listing AND NOT EXISTS ({IN_THE_WAY})
                     ORDER BY u.ordinal LIMIT 1) u {OR_NOTHING}"
            ),
            Known::Fails(Wrong::FalseRefusal),
        ),
        shape(
            "pick a free unit that nobody has locked",
            3,
            format!(
                "WITH u AS (SELECT u.id FROM units u WHERE u.property_id = :listing AND NOT EXISTS ({IN_THE_WAY})
                     ORDER BY u.ordinal LIMIT 1 FOR UPDATE SKIP LOCKED)
                 {CLAIM} FROM u {OR_NOTHING}"
            ),
            Known::Fails(Wrong::FalseRefusal),
        ),
    ]
}

/// Shapes for nights under holds that are over.
fn of_overdue_nights() -> Vec<Shape> {
    let shape = |name, units, claim, known| Shape {
        name,
        units,
        overdue: true,
        lanes: LANES,
        question: None,
        claim,
        known,
    };
    let alone = |name, units, claim, known| Shape { lanes: 1, ..shape(name, units, claim, known) };
    let after_release =
        "CROSS JOIN (SELECT count(*) AS ended FROM rel) r WHERE r.ended >= 0 AND u.property_id = :listing";
    let locked = format!(
        "WITH spot AS (SELECT p.id FROM properties p WHERE p.id = :listing AND EXISTS (
                 SELECT FROM claims c JOIN units u ON u.id = c.unit_id WHERE u.property_id = p.id
                   AND c.released_at IS NULL AND c.expires_at <= :now AND c.nights && :nights)
             FOR NO KEY UPDATE),
         rel AS ({RELEASE} AND EXISTS (SELECT FROM spot) RETURNING c.id)
         {CLAIM} FROM units u {after_release} ORDER BY u.ordinal {OR_NOTHING}"
    );
    vec![
        shape(
            "release, and insert what reads it",
            1,
            format!(
                "WITH rel AS ({RELEASE} RETURNING c.id) {CLAIM} FROM units u {after_release} {OR_NOTHING}"
            ),
            Known::Holds,
        ),
        shape("the same under the listing's lock", 3, locked, Known::Holds),
        shape(
            "lock the holds, release, and insert what reads it",
            1,
            format!(
                "WITH due AS (SELECT c.id FROM claims c JOIN units u ON u.id = c.unit_id
                     WHERE u.property_id = :listing AND c.released_at IS NULL AND c.expires_at <= :now
                       AND c.nights && :nights FOR UPDATE OF c),
                 rel AS (UPDATE claims c SET released_at = :now FROM due WHERE c.id = due.id RETURNING c.id)
                 {CLAIM} FROM units u {after_release} {OR_NOTHING}"
            ),
            Known::MayFail(Wrong::Deadlock),
        ),
        shape(
            "release by the database's clock, and insert what reads it",
            1,
            format!(
                "WITH rel AS ({} RETURNING c.id) {CLAIM} FROM units u {after_release} {OR_NOTHING}",
                RELEASE.replace(":now", "clock_timestamp()")
            ),
            Known::MayFail(Wrong::Deadlock),
        ),
        alone(
            "insert beside the release",
            1,
            format!("WITH rel AS ({RELEASE} RETURNING c.id) {CLAIM} {UNITS} {OR_NOTHING}"),
            Known::Fails(Wrong::FalseRefusal),
        ),
        alone(
            "release, and ask whether the nights are free",
            1,
            format!(
                "WITH rel AS ({RELEASE} RETURNING c.id)
                 {CLAIM} FROM units u {after_release} AND NOT EXISTS ({IN_THE_WAY}) {OR_NOTHING}"
            ),
            Known::Fails(Wrong::FalseRefusal),
        ),
    ]
}

/// A market for attempts that are made by SQL alone.
struct Market<'s> {
    system: &'s System,
    host: Person<'s>,
}

impl<'s> Market<'s> {
    /// One with as many bookings to be had as attempts are made: copies of one, whose row is all that a claim needs.
    async fn open(system: &'s System) -> Market<'s> {
        let host = payable(system, "Hanna").await;
        let guest = member(system, "Gus").await;
        let property = host.lists(|_| {}).await;
        guest.holds(&property, Dates::in_days(&guest, 30, 1)).await;
        let copies = format!(
            "SET session_replication_role = replica;
             CREATE TABLE ours AS SELECT gen_random_uuid() AS booking, n FROM generate_series(1, {}) n;
             INSERT INTO bookings SELECT r.* FROM ours o, bookings b, LATERAL jsonb_populate_record(b,
                 jsonb_build_object('id', o.booking, 'quote_id', gen_random_uuid())) r;
             ANALYZE",
            (rounds() * LANES * 14).max(6_000)
        );
        system.handles().cluster.postgres().execute(system.database(), &copies).await.expect("bookings");
        Market { system, host }
    }

    async fn bookings(&self) -> Vec<String> {
        let taken = "SELECT booking::text FROM ours WHERE NOT EXISTS (
            SELECT FROM claims c WHERE c.booking_id = ours.booking) ORDER BY n";
        self.system.sql(taken).await.into_iter().flatten().collect()
    }

    fn day(&self, days: usize) -> jiff::civil::Date {
        let today = self.system.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        today.checked_add(i64::try_from(days).unwrap().days()).unwrap()
    }

    fn stay(&self, from: usize, nights: usize) -> Dates {
        Dates { check_in: self.day(from), check_out: self.day(from + nights) }
    }

    /// Sixteen stays of one to five nights within a fortnight: most of them overlap.
    fn wishes(&self, round: usize, first: usize) -> Vec<Dates> {
        let mixed = |lane: usize| ((round * LANES + lane) * 2_654_435_761) >> 5;
        (0..LANES).map(|lane| self.stay(first + mixed(lane) % 9, 1 + mixed(lane) / 9 % 5)).collect()
    }

    fn text(&self, sql: &str, listing: &str, booking: &str, wanted: Dates) -> String {
        sql.replace(":listing", &format!("'{listing}'"))
            .replace(":booking", &format!("'{booking}'::uuid"))
            .replace(":nights", &format!("daterange('{}', '{}')", wanted.check_in, wanted.check_out))
            .replace(":now", &format!("'{}'::timestamptz", self.system.now()))
    }

    /// Makes all claims on a listing holds of one night each that are over.
    async fn overdue(&self, listing: &str, first: usize, bookings: &mut impl Iterator<Item = String>) {
        let mut rows = Vec::new();
        for night in 0..14 {
            let stay = self.stay(first + night, 1);
            rows.push(format!(
                "({night}, '{}'::uuid, daterange('{}', '{}'))",
                bookings.next().unwrap(),
                stay.check_in,
                stay.check_out
            ));
        }
        let holds = format!(
            "UPDATE claims c SET released_at = c.created_at FROM units u
             WHERE u.id = c.unit_id AND u.property_id = '{listing}' AND c.released_at IS NULL;
             INSERT INTO claims (id, unit_id, kind, booking_id, nights, padded, expires_at, created_at)
             SELECT gen_random_uuid(), u.id, 'stay', h.booking, h.nights, h.nights, '{now}', '{now}'
             FROM (VALUES {rows}) h (n, booking, nights)
             JOIN units u ON u.property_id = '{listing}'
                 AND u.ordinal = 1 + h.n % (SELECT count(*) FROM units WHERE property_id = '{listing}')",
            now = self.system.now(),
            rows = rows.join(", ")
        );
        self.system
            .handles()
            .cluster
            .postgres()
            .execute(self.system.database(), &holds)
            .await
            .expect("holds");
    }

    /// Makes the attempts of a shape, round by round, and judges each round.
    async fn judge(&self, shape: &Shape) -> Measured {
        let listing = self.host.again().await.lists(|body| body["units"] = shape.units.into()).await;
        let (postgres, database) = (self.system.handles().cluster.postgres(), self.system.database());
        let lanes = join_all((0..LANES).map(|_| async { postgres.connect(database).await.unwrap() })).await;
        for lane in &lanes {
            // What a deadlock costs is known: a second. Here they only have to be seen.
            lane.batch_execute("SET deadlock_timeout = '20ms'").await.unwrap();
        }
        let mut bookings = self.bookings().await.into_iter();
        let (mut measured, begun) = (Measured::default(), Instant::now());
        for round in 0.. {
            if bookings.len() < 2 * LANES {
                bookings = self.bookings().await.into_iter();
            }
            let first = if shape.overdue { 40 } else { 40 + 14 * (round % 40) };
            if shape.overdue {
                self.overdue(&listing, first, &mut bookings).await;
            } else if round % 40 == 0 {
                let clear = "UPDATE claims SET released_at = created_at WHERE released_at IS NULL";
                self.system.handles().cluster.postgres().execute(database, clear).await.unwrap();
            }
            let wishes = self.wishes(round, first);
            let tried = wishes.iter().zip(&lanes).take(shape.lanes).map(|(wanted, lane)| {
                let booking = bookings.next().unwrap();
                let text = |sql: &str| self.text(sql, &listing, &booking, *wanted);
                let (question, claim) = (shape.question.map(&text), text(&shape.claim));
                Attempt::make(*wanted, async move {
                    if let Some(question) = question
                        && !lane.query(&question, &[]).await.unwrap().is_empty()
                    {
                        return Outcome::Refused;
                    }
                    match lane.query(&claim, &[]).await {
                        Ok(rows) if rows.is_empty() => Outcome::Refused,
                        Ok(_) => Outcome::Won(booking),
                        Err(error) => match error.code().map_or("lost", |state| state.code()) {
                            "23P01" => Outcome::Refused,
                            state => Outcome::Failed(state.to_owned()),
                        },
                    }
                })
            });
            let tried = join_all(tried).await;
            let (units, mut claims) = self.system.live_claims(&listing).await;
            let window = self.stay(first, 14);
            claims.retain(|claim| claim.dates.overlap(window));
            measured.take(&tried, &faults_of_race(&units, &claims, &tried));
            let enough = match shape.known {
                Known::Fails(fault) if !measuring() => measured.faults.contains_key(&fault),
                _ => round + 1 >= rounds(),
            };
            if enough || begun.elapsed() > PATIENCE {
                break;
            }
        }
        measured.seconds = begun.elapsed().as_secs_f64();
        measured
    }
}

/// What the attempts of a shape came to.
#[derive(Debug, Default)]
struct Measured {
    attempts: usize,
    won: usize,
    faults: BTreeMap<Wrong, usize>,
    seconds: f64,
}

impl Measured {
    fn take(&mut self, attempts: &[Attempt], faults: &[Fault]) {
        self.attempts += attempts.len();
        self.won += attempts.iter().filter(|attempt| attempt.won()).count();
        for fault in faults {
            *self.faults.entry(wrong(fault)).or_default() += 1;
        }
    }

    /// A row of the table in `docs/bookings.md`.
    fn row(&self, name: &str) -> String {
        let of = |wrong| self.faults.get(&wrong).copied().unwrap_or_default();
        format!(
            "| {name} | {} | {} | {} | {} | {} | {:.1} s |",
            self.attempts,
            self.won,
            of(Wrong::Overlap),
            of(Wrong::FalseRefusal),
            of(Wrong::Deadlock),
            self.seconds
        )
    }

    #[expect(clippy::print_stdout, reason = "what was measured goes into the documentation")]
    fn expect(&self, shape: &Shape) {
        println!("{}", self.row(shape.name));
        match shape.known {
            Known::Holds => {
                assert_eq!(self.faults, BTreeMap::new(), "{}", shape.name);
                assert!(self.won > 0, "{}: {self:?}", shape.name);
            }
            Known::Fails(fault) => {
                assert!(self.faults.contains_key(&fault), "{} has a clean history: {self:?}", shape.name);
            }
            Known::MayFail(fault) => {
                assert!(self.faults.keys().all(|known| *known == fault), "{}: {self:?}", shape.name);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_shapes_of_a_claim_the_checker_knows_those_that_hold() {
    let system = System::start_with(|options| options.workers = false).await;
    let market = Market::open(&system).await;
    for shape in of_free_nights().iter().chain(&of_overdue_nights()) {
        market.judge(shape).await.expect(shape);
    }
    system.stop().await;
}

/// The textbook's double booking: ask whether the nights are free, then insert, with nothing in the database against it.
#[tokio::test(flavor = "multi_thread")]
async fn asking_before_inserting_sells_nights_twice() {
    let system = System::start_with(|options| options.workers = false).await;
    let market = Market::open(&system).await;
    let constraints =
        "ALTER TABLE claims DROP CONSTRAINT claims_no_overlap, DROP CONSTRAINT claims_preparation";
    system.sql(constraints).await;
    let naive = Shape {
        name: "ask, then insert, without a constraint",
        units: 1,
        overdue: false,
        lanes: LANES,
        question: Some(
            "SELECT 1 FROM claims c JOIN units u ON u.id = c.unit_id
             WHERE u.property_id = :listing AND c.released_at IS NULL AND c.nights && :nights",
        ),
        claim: format!("{CLAIM} {UNITS} RETURNING id"),
        known: Known::Fails(Wrong::Overlap),
    };
    market.judge(&naive).await.expect(&naive);
    system.stop().await;
}

/// Other nights for stays that are booked, by one range of one claim or by a release and a new claim: where the new
/// nights are somebody else's, only the first leaves the stay as it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_stay_that_cannot_be_moved_keeps_its_nights() {
    const IN_PLACE: &str =
        "SELECT unit FROM move_claim(:booking, :nights, :nights, false) unit WHERE unit IS NOT NULL";
    const RELEASE_AND_INSERT: &str = "WITH own AS (
             UPDATE claims SET released_at = :now WHERE booking_id = :booking AND released_at IS NULL RETURNING unit_id)
         INSERT INTO claims (id, unit_id, kind, booking_id, nights, padded, created_at)
         SELECT gen_random_uuid(), own.unit_id, 'stay', :booking, :nights, :nights, :now FROM own
         ON CONFLICT DO NOTHING RETURNING id";
    let system = System::start_with(|options| options.workers = false).await;
    let market = Market::open(&system).await;
    for (name, shape, keeps) in
        [("move in place", IN_PLACE, true), ("release, then insert", RELEASE_AND_INSERT, false)]
    {
        let listing = market.host.again().await.lists(|_| {}).await;
        let client = system.handles().cluster.postgres().connect(system.database()).await.unwrap();
        let claim = format!("{CLAIM} {UNITS} {OR_NOTHING}");
        let mut tried = Vec::new();
        // Two nights each, with one free night between the stays: every second one wants that, the others one more.
        let stays: Vec<(String, Dates, Dates)> =
            (market.bookings().await.into_iter().take(LANES).enumerate())
                .map(|(place, booking)| {
                    let first = 40 + 3 * place;
                    (booking, market.stay(first, 2), market.stay(first, 3 + place % 2))
                })
                .collect();
        for (booking, booked, _) in &stays {
            assert_eq!(
                client.query(&market.text(&claim, &listing, booking, *booked), &[]).await.unwrap().len(),
                1
            );
        }
        for (booking, booked, wanted) in &stays {
            let moved = client.query(&market.text(shape, &listing, booking, *wanted), &[]).await.unwrap();
            let dates = if moved.is_empty() { *booked } else { *wanted };
            tried.push(Attempt::make(dates, async { Outcome::Won(booking.clone()) }).await);
        }
        let (units, claims) = system.live_claims(&listing).await;
        let faults = faults_of_race(&units, &claims, &tried);
        println!("{name}: {} of {} stays lost their nights", faults.len(), stays.len());
        assert_eq!(faults.is_empty(), keeps, "{name}: {faults:?}");
        assert!(faults.iter().all(|fault| wrong(fault) == Wrong::Lost), "{faults:?}");
    }
    system.stop().await;
}
