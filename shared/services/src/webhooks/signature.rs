//! Signatures by the Standard Webhooks specification.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;

/// The value of `webhook-signature`: one signature for each secret, parted by spaces, so that a receiver who knows one of
/// them finds one that is good.
pub fn sign<'s>(
    secrets: impl IntoIterator<Item = &'s [u8]>,
    id: &str,
    timestamp: Timestamp,
    body: &str,
) -> String {
    let signed = format!("{id}.{}.{body}", timestamp.as_second());
    let signature = |secret: &[u8]| {
        // HMAC takes a key of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
        mac.update(signed.as_bytes());
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    };
    let all: Vec<String> = secrets.into_iter().filter_map(signature).collect();
    all.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries.
    const SECRET: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &str = r#"{"test": 2432232314}"#;

    #[test]
    fn the_published_vector() {
        let secret = STANDARD.decode(SECRET).unwrap();
        let at = Timestamp::from_second(1_614_265_330).unwrap();
        assert_eq!(
            sign([&secret[..]], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, BODY),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn several_secrets_make_several_signatures() {
        let at = Timestamp::from_second(1).unwrap();
        let both = sign([&b"new"[..], b"old"], "evt_1", at, "{}");
        let alone = |secret: &[u8]| sign([secret], "evt_1", at, "{}");
        assert_eq!(both, format!("{} {}", alone(b"new"), alone(b"old")));
        assert_ne!(alone(b"new"), alone(b"old"));
    }
}
