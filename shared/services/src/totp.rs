//! Time-based one-time passwords (RFC 6238 over RFC 4226): HMAC-SHA-1, six digits, steps of 30 seconds, which is what
//! every authenticator understands.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha1::Sha1;

/// The bytes of a secret: as many as the hash has (RFC 4226, section 4, R6).
pub const SECRET_BYTES: usize = 20;
/// The length of a step, in seconds.
const STEP_SECONDS: i64 = 30;
/// How many steps the two clocks may be apart, each way (RFC 6238, section 5.2).
const SLACK: i64 = 1;
/// The digits of base 32 (RFC 4648, section 6).
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What an authenticator and we both know.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; SECRET_BYTES]);

impl Secret {
    /// A secret of these bytes.
    pub const fn new(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// As a person types it in, in base 32.
    pub fn text(&self) -> String {
        base32(&self.0)
    }

    /// The bytes, for the database.
    pub const fn bytes(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }

    /// As an authenticator scans it.
    pub fn uri(&self, account: &str) -> String {
        let account: String = account.bytes().map(percent).collect();
        let secret = self.text();
        format!(
            "otpauth://totp/Innkeep:{account}?secret={secret}&issuer=Innkeep&algorithm=SHA1&digits=6&period=30"
        )
    }

    /// The step of a code that is good now, if it is: the number by which it is good only once.
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let present = now.as_second().div_euclid(STEP_SECONDS);
        // Every step is computed, whichever it is.
        let good: Vec<i64> =
            (present - SLACK..=present + SLACK).filter(|step| same(&self.code(*step), code)).collect();
        good.last().copied()
    }

    /// The code of a step.
    pub fn code(&self, step: i64) -> String {
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(&self.0) else { return String::new() };
        mac.update(&step.to_be_bytes());
        let hash: [u8; 20] = mac.finalize().into_bytes().into();
        // RFC 4226, section 5.3.
        let offset = usize::from(hash[19] & 0x0f);
        let part = [hash[offset] & 0x7f, hash[offset + 1], hash[offset + 2], hash[offset + 3]];
        format!("{:06}", u32::from_be_bytes(part) % 1_000_000)
    }
}

/// Shows nothing of the secret.
impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// Whether two texts are the same, in a time that does not tell where they differ.
fn same(left: &str, right: &str) -> bool {
    let differences = left.bytes().zip(right.bytes()).fold(0, |all, (left, right)| all | (left ^ right));
    left.len() == right.len() && differences == 0
}

/// Without padding.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let bit = |index: usize| bytes.get(index / 8).is_some_and(|byte| byte & (0x80 >> (index % 8)) != 0);
    let digit =
        |place: usize| (0..5).fold(0_usize, |value, offset| value * 2 + usize::from(bit(place * 5 + offset)));
    (0..(bytes.len() * 8).div_ceil(5)).map(|place| char::from(BASE32[digit(place)])).collect()
}

/// RFC 3986, section 2.1.
fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC: Secret = Secret::new(*b"12345678901234567890");

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_codes_are_those_of_rfc_4226_and_rfc_6238() {
        let of_4226 = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
            "520489",
        ];
        for (counter, code) in (0..).zip(of_4226) {
            assert_eq!(RFC.code(counter), code);
        }
        // RFC 6238, appendix B, the last six of eight digits.
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(RFC.code(second / 30), code);
        }
    }

    #[test]
    fn a_code_is_good_one_step_before_and_after() {
        let code = RFC.code(100);
        for (second, good) in [(2969, false), (2970, true), (3000, true), (3059, true), (3060, false)] {
            assert_eq!(RFC.step_of(&code, at(second)), good.then_some(100), "{second}");
        }
        for wrong in ["", "12345", "abcdef", &code[..5], &format!("{code}0")] {
            assert_eq!(RFC.step_of(wrong, at(3000)), None, "{wrong}");
        }
    }

    #[test]
    fn the_uri_names_the_account() {
        assert_eq!(RFC.text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            RFC.uri("a+b@example.com"),
            "otpauth://totp/Innkeep:a%2Bb%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Innkeep\
             &algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(base32(b""), "");
    }
}
