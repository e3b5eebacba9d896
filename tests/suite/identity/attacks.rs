//! Tables of attacks: tokens, mail addresses, ids, cursors, sizes, and the time that a sign-in takes.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::SessionId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use services::tokens::{AccessClaims, Role, SigningKey};
use sha2::Sha256;
use tests::{Person, System};

use super::{PASSWORD, sign_in};

/// The key that signs this system's tokens.
async fn signing_key(system: &System) -> SigningKey {
    let secrets = aws_sdk_secretsmanager::Client::new(system.handles().aws.sdk_config());
    let id = system.handles().variables["SIGNING_KEY_SECRET_ARN"].clone();
    let secret = secrets.get_secret_value().secret_id(id).send().await.unwrap();
    SigningKey::from_private_jwk(secret.secret_string().unwrap()).unwrap()
}

/// What a good token of this person says.
fn claims(person: &Person<'_>) -> AccessClaims {
    let payload = person.token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn header(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap()
}

/// The token with another header, its signature as it was.
fn with_header(token: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut head = header(token);
    change(&mut head);
    let (_, rest) = token.split_once('.').unwrap();
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(head.to_string()))
}

/// A token of our making, signed with HMAC under the bytes of the public key: the classic confusion.
fn confused(system_keys: &Value, claims: &AccessClaims) -> String {
    let public = URL_SAFE_NO_PAD.decode(system_keys["keys"][0]["x"].as_str().unwrap()).unwrap();
    let kid = &system_keys["keys"][0]["kid"];
    let head = json!({ "alg": "HS256", "typ": "at+jwt", "kid": kid }).to_string();
    let signed =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(json!(claims).to_string()));
    let mut mac = Hmac::<Sha256>::new_from_slice(&public).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_tokens_are_not_believed() {
    let system = System::start().await;
    let person = system.person("Tom Target").await;
    let ours = signing_key(&system).await;
    let own = SigningKey::from_private_jwk(&SigningKey::generate(&platform::OsEntropy).unwrap()).unwrap();
    let good = claims(&person);
    let resigned = ours.sign(&good).unwrap();
    system.call("GET", "/users/me/").bearer(&resigned).send().await.expect(200);
    let keys = system.call("GET", "/.well-known/jwks.json").send().await.expect(200).body;
    let forge = |change: &dyn Fn(&mut AccessClaims)| {
        let mut claims = good.clone();
        change(&mut claims);
        ours.sign(&claims).unwrap()
    };
    let by_own_key = own.sign(&AccessClaims { role: Role::Admin, ..good.clone() }).unwrap();
    let own_jwk: Value = serde_json::from_str(&own.public_jwk().unwrap()).unwrap();
    let kid = header(&resigned)["kid"].clone();
    let (head, rest) = resigned.split_once('.').unwrap();
    let payload = rest.split('.').next().unwrap();
    let renamed = |change: &dyn Fn(&mut Value)| with_header(&by_own_key, |head| change(head));
    let forged = [
        ("no signature", format!("{head}.{payload}.")),
        ("alg none", with_header(&resigned, |head| head["alg"] = json!("none"))),
        ("alg None", with_header(&resigned, |head| head["alg"] = json!("None"))),
        ("HMAC under the public key", confused(&keys, &good)),
        ("alg RS256", with_header(&resigned, |head| head["alg"] = json!("RS256"))),
        ("alg ES256", with_header(&resigned, |head| head["alg"] = json!("ES256"))),
        ("another's key", by_own_key.clone()),
        ("another's key under our id", renamed(&|head| head["kid"] = kid.clone())),
        ("jwk in the header", renamed(&|head| head["jwk"] = own_jwk.clone())),
        (
            "jwk under our id",
            renamed(&|head| {
                head["kid"] = kid.clone();
                head["jwk"] = own_jwk.clone();
            }),
        ),
        ("jku", renamed(&|head| head["jku"] = json!("https://evil.example/jwks.json"))),
        ("x5u", renamed(&|head| head["x5u"] = json!("https://evil.example/cert.pem"))),
        ("kid as a path", renamed(&|head| head["kid"] = json!("../../../../dev/null"))),
        ("kid as SQL", renamed(&|head| head["kid"] = json!("x' UNION SELECT 'k"))),
        ("kid as an item of the table", renamed(&|head| head["kid"] = json!("cursor"))),
        (
            "no kid",
            with_header(&resigned, |head| {
                head.as_object_mut().unwrap().remove("kid");
            }),
        ),
        ("typ JWT", with_header(&resigned, |head| head["typ"] = json!("JWT"))),
        ("crit", with_header(&resigned, |head| head["crit"] = json!(["exp"]))),
        (
            "a changed payload",
            format!(
                "{head}.{}.{}",
                URL_SAFE_NO_PAD.encode(json!(AccessClaims { role: Role::Admin, ..good.clone() }).to_string()),
                rest.rsplit('.').next().unwrap()
            ),
        ),
        ("another issuer", forge(&|claims| claims.iss = "https://evil.example".to_owned())),
        ("another audience", forge(&|claims| claims.aud = "innkeep-prod".to_owned())),
        (
            "issued tomorrow",
            forge(&|claims| {
                claims.iat += 86_400;
                claims.exp += 86_400;
            }),
        ),
        ("not three parts", format!("{resigned}.x")),
        ("padded", format!("{resigned}==")),
        ("very long", "a".repeat(6_000)),
        ("empty parts", "..".to_owned()),
        ("a refresh token", person.refresh_token.clone()),
    ];
    for (name, token) in forged {
        let answer = system.call("GET", "/users/me/").bearer(&token).send().await;
        assert_eq!((answer.status, &answer.body["code"]), (401, &json!("invalid_token")), "{name}");
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{name}");
        // Nor where nobody has to say who it is.
        let open = system.call("GET", &format!("/users/{}/", person.id)).bearer(&token).send().await;
        assert_eq!(open.status, 401, "{name}, where anybody may");
    }
    let expired = forge(&|claims| {
        claims.iat -= 2_000;
        claims.exp -= 2_000;
    });
    system.call("GET", "/users/me/").bearer(&expired).send().await.refused(401, "token_expired");
    for scheme in ["Basic dXNlcjpwYXNz", "Bearer", "bearer  ", "Token x"] {
        let answer = system.call("GET", "/users/me/").header("authorization", scheme).send().await;
        assert_eq!(answer.status, 401, "{scheme}");
    }
    let twice = system.call("GET", "/users/me/").bearer(&resigned).bearer(&by_own_key).send().await;
    twice.refused(401, "invalid_token");
    // Missing claims, properly signed: each is required.
    for claim in ["iss", "aud", "sub", "exp", "iat", "jti", "sid"] {
        let mut claims = json!(good);
        claims.as_object_mut().unwrap().remove(claim);
        let token = ours.sign(&claims).unwrap();
        let answer = system.call("GET", "/users/me/").bearer(&token).send().await;
        assert_eq!((answer.status, &answer.body["code"]), (401, &json!("invalid_token")), "without {claim}");
    }
    // A token of a session that never was is believed until it ends, and refreshes nothing.
    let elsewhere = forge(&|claims| claims.sid = SessionId::from(uuid::Uuid::from_u128(5)));
    system.call("DELETE", "/users/me/").bearer(&elsewhere).send().await.refused(403, "sign_in_again");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_only_look_alike_make_no_account() {
    let system = System::start().await;
    let person = system.person("Ada").await;
    assert_eq!(person.email, "ada@example.test");
    let look_alikes = [
        "\u{430}da@example.test",   // Cyrillic a
        "ada@ex\u{430}mple.test",   // in the domain
        "ada\u{ff20}example.test",  // fullwidth @
        "\u{ff41}da@example.test",  // fullwidth a
        "ada@example\u{3002}test",  // ideographic full stop
        "ad\u{200b}a@example.test", // zero width space
        "ada@example.test\u{0}",
        "ada@example.test\r\nBcc: x@evil.example",
        "\"ada\"@example.test",
        "ada(comment)@example.test",
        "ada@[127.0.0.1]",
        "ada@example.test.",
        "ada@@example.test",
        "ada@localhost",
    ];
    for email in look_alikes {
        let body = json!({ "email": email, "password": PASSWORD, "name": "Eve" });
        let answer = system.call("POST", "/users/").json(body).send().await;
        assert_eq!(answer.status, 422, "{email:?}");
        let body = json!({ "email": email });
        let answer = system.call("POST", "/users/password-reset/").json(body).send().await;
        assert_eq!(answer.status, 422, "{email:?}");
    }
    // What is the same address is the same account.
    for email in ["ADA@EXAMPLE.TEST", " ada@example.test ", "Ada@Example.test"] {
        sign_in(&system, email, PASSWORD, None).await.expect(200);
    }
    let accounts = system.sql("SELECT count(*)::text FROM users").await;
    assert_eq!(accounts, [Some("1".to_owned())]);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_uses_of_a_token_one_wins() {
    let system = System::start().await;
    let person = system.person("Ben").await;
    system
        .call("POST", "/users/password-reset/")
        .json(json!({ "email": person.email }))
        .send()
        .await
        .expect(202);
    system.settle().await;
    let token = system.mailed_token(&person.email).await;
    let uses = (0..50).map(|use_| {
        let body = json!({ "token": token, "password": format!("a-new-password-{use_}") });
        system.call("POST", "/users/password-reset/confirm/").json(body).send()
    });
    let answers = futures::future::join_all(uses).await;
    let winners: Vec<_> = (0..50).filter(|use_| answers[*use_].status == 204).collect();
    assert_eq!(winners.len(), 1);
    assert!(answers.iter().all(|answer| answer.status == 204 || answer.body["code"] == "invalid_token"));
    sign_in(&system, &person.email, &format!("a-new-password-{}", winners[0]), None).await.expect(200);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cursors_are_good_for_their_list_and_their_reader_alone() {
    let system = System::start().await;
    let host = system.host("Cleo Host").await;
    for _ in 0..3 {
        host.lists(|_| {}).await;
    }
    let guest = system.person("Dan").await;
    let page = system.call("GET", "/properties/?limit=1").send().await.expect(200);
    let cursor = page.text("next_cursor");
    let next = system.call("GET", &format!("/properties/?limit=1&cursor={cursor}")).send().await.expect(200);
    assert_ne!(next.body["items"][0]["id"], page.body["items"][0]["id"]);
    let flipped: Vec<String> = (0..cursor.len())
        .step_by(7)
        .map(|place| {
            let mut bytes = cursor.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            String::from_utf8(bytes).unwrap()
        })
        .collect();
    let others =
        ["x".to_owned(), cursor[1..].to_owned(), format!("{cursor}A"), "%00".to_owned(), String::new()];
    for bad in flipped.iter().chain(&others) {
        let answer = system.call("GET", &format!("/properties/?limit=1&cursor={bad}")).send().await;
        assert_eq!((answer.status, answer.pointers()), (422, vec!["?cursor".to_owned()]), "{bad}");
    }
    for path in [
        format!("/bookings/?cursor={cursor}"),
        format!("/payments/?cursor={cursor}"),
        format!("/properties/?limit=1&kind=house&cursor={cursor}"),
        format!("/properties/?limit=1&sort=price&cursor={cursor}"),
    ] {
        guest.call("GET", &path).send().await.expect(422);
    }
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_is_refused_before_it_costs_anything() {
    let system = System::start().await;
    let person = system.person("Eli").await;
    let nested = format!("{{\"name\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let wide = format!("{{{}\"name\": \"x\"}}", "\"a\": 1, ".repeat(20_000));
    let long = json!({ "name": "x".repeat(200_000) }).to_string();
    for (body, statuses) in [(nested, [400, 422]), (wide, [422, 422]), (long, [422, 422])] {
        let answer = person.call("PATCH", "/users/me/").body("application/json", body).send().await;
        assert!(statuses.contains(&answer.status), "{} {:#}", answer.status, answer.body);
    }
    let huge = vec![b' '; 11 * 1024 * 1024];
    let answer = person.call("PATCH", "/users/me/").body("application/json", huge).attempt().await;
    // The gateway may close the connection while the body still comes.
    assert!(answer.map_or(true, |answer| answer.status == 413));
    let large = vec![b' '; 2 * 1024 * 1024];
    person
        .call("PATCH", "/users/me/")
        .body("application/json", large)
        .send()
        .await
        .refused(413, "payload_too_large");
    let headers = system.call("GET", "/properties/").header("x-long", &"x".repeat(11_000)).send().await;
    assert_eq!(headers.status, 431);
    system.call("GET", &format!("/users/{}", "x".repeat(8_000))).send().await.refused(404, "not_found");
    let query = format!("/properties/?q={}", "x".repeat(8_000));
    system.call("GET", &query).send().await.expect(422);
    for media in ["text/plain", "application/xml", "application/json; charset=latin1", "multipart/form-data"]
    {
        let answer = person.call("PATCH", "/users/me/").body(media, "{}").send().await;
        answer.refused(415, "unsupported_media_type");
    }
    system.stop().await;
}

/// Neither the answer nor its time says whether an address has an account: whoever tells by the time which of two
/// sign-ins met one is right about as often as by a coin.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_takes_as_long_for_an_address_without_an_account() {
    let system = System::start().await;
    let person = system.person("Fern").await;
    let rounds =
        if std::env::var("INNKEEP_TEST_SCALE").is_ok_and(|scale| scale == "large") { 400 } else { 40 };
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        // One after the other and now this, now that one first, so that what else runs here falls on both.
        let stranger = format!("nobody{round}@example.test");
        if round % 2 == 0 {
            known.push(timed(&system, &person.email).await);
            unknown.push(timed(&system, &stranger).await);
        } else {
            unknown.push(timed(&system, &stranger).await);
            known.push(timed(&system, &person.email).await);
        }
    }
    // The statistic of Mann and Whitney, as a share of all pairs: one half if both are alike, with a deviation of
    // sqrt((2n + 1) / 12n²), which is 0.065 for 40. Without hashing for the unknown it is 1.
    let longer: usize = known.iter().map(|one| unknown.iter().filter(|other| one > *other).count()).sum();
    let (longer, rounds) = (f64::from(u32::try_from(longer).unwrap()), f64::from(rounds));
    let share = longer / (rounds * rounds);
    let off = (share - 0.5) / ((2.0 * rounds + 1.0) / (12.0 * rounds * rounds)).sqrt();
    let (known, unknown) = (median(known), median(unknown));
    println!("known {known:?}, unknown {unknown:?}, longer {share:.3} of the time: {off:+.1} deviations");
    assert!(off.abs() < 4.5, "known {known:?}, unknown {unknown:?}, {share:.3}: {off:+.1} deviations");
    system.stop().await;
}

async fn timed(system: &System, email: &str) -> Duration {
    let started = Instant::now();
    sign_in(system, email, "not-the-password", None).await.refused(401, "invalid_credentials");
    started.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
