//! Access tokens: one source for what is signed and what is believed (RFC 7519, RFC 9068, RFC 8037).
//!
//! Only `EdDSA` over Ed25519. The issuer holds a private JWK; everyone else holds the public ones, by key id.

use std::collections::HashMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{SessionId, UserId};
use domain::random::Entropy;
use jiff::Timestamp;
use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse, ThumbprintHash,
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The `typ` of an access token (RFC 9068, section 2.1).
const TYPE: &str = "at+jwt";
/// How far the clocks of issuer and verifier may be apart, in seconds.
const LEEWAY_SECONDS: i64 = 30;
/// Longer texts are refused before anything is decoded, in bytes. Ours have some 500.
const MAX_TOKEN_BYTES: usize = 4_096;
/// What stands before the 32 bytes of an Ed25519 seed in PKCS #8 (RFC 8410, section 7).
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// What a caller may do beyond their own things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A person who rents or lets; what they may do follows from what they own.
    #[default]
    Member,
    /// A member of the staff.
    Admin,
}

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Who issued it.
    pub iss: String,
    /// Whom it is for.
    pub aud: String,
    /// Whose it is.
    pub sub: UserId,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// Its own id.
    pub jti: Uuid,
    /// The sign-in that it belongs to.
    pub sid: SessionId,
    /// What its holder may do beyond their own things.
    #[serde(default)]
    pub role: Role,
}

/// Why a token is not believed. For the log; a client learns only that it was not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is no JWT, too long, of another type or algorithm, or lacks a claim.
    #[error("the token is malformed: {0}")]
    Malformed(&'static str),
    /// Nobody knows the key that it names.
    #[error("the token names an unknown key")]
    UnknownKey,
    /// The signature is not the key's.
    #[error("the token's signature does not hold")]
    BadSignature,
    /// It was issued by another, or for another.
    #[error("the token is of another issuer or for another audience")]
    WrongParty,
    /// It has ended.
    #[error("the token has expired")]
    Expired,
    /// It was issued in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
}

/// A key that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the key cannot be used: {0}")]
pub struct KeyError(String);

impl KeyError {
    fn new(cause: impl fmt::Display) -> Self {
        Self(cause.to_string())
    }
}

/// A private JWK as it is kept in the secret (RFC 8037, section 2).
#[derive(Serialize, Deserialize)]
struct PrivateJwk {
    kty: String,
    crv: String,
    d: String,
}

/// The issuer's key.
pub struct SigningKey {
    kid: String,
    public: Jwk,
    encoding: EncodingKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A new key, as the text of a private JWK that belongs into a secret.
    pub fn generate(entropy: &dyn Entropy) -> Result<String, KeyError> {
        let mut seed = [0_u8; 32];
        entropy.fill(&mut seed);
        let jwk =
            PrivateJwk { kty: "OKP".to_owned(), crv: "Ed25519".to_owned(), d: URL_SAFE_NO_PAD.encode(seed) };
        serde_json::to_string(&jwk).map_err(KeyError::new)
    }

    /// Reads the text of a private JWK. The key id is the thumbprint of the public half (RFC 7638).
    pub fn from_private_jwk(text: &str) -> Result<Self, KeyError> {
        // The parser's own words may quote the secret.
        let jwk: PrivateJwk = serde_json::from_str(text).map_err(|_| KeyError::new("not a private JWK"))?;
        if jwk.kty != "OKP" || jwk.crv != "Ed25519" {
            return Err(KeyError::new("not an Ed25519 key"));
        }
        let seed = URL_SAFE_NO_PAD.decode(&jwk.d).map_err(|_| KeyError::new("d is not base64url"))?;
        if seed.len() != 32 {
            return Err(KeyError::new("d does not have 32 bytes"));
        }
        let encoding = EncodingKey::from_ed_der(&[PKCS8_PREFIX.as_slice(), &seed].concat());
        let mut public = Jwk::from_encoding_key(&encoding, Algorithm::EdDSA).map_err(KeyError::new)?;
        let kid = public.thumbprint(ThumbprintHash::SHA256).map_err(KeyError::new)?;
        public.common.key_id = Some(kid.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        public.common.key_algorithm = Some(KeyAlgorithm::EdDSA);
        Ok(Self { kid, public, encoding })
    }

    /// The id that tokens name.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half, as the text of a JWK.
    pub fn public_jwk(&self) -> Result<String, KeyError> {
        serde_json::to_string(&self.public).map_err(KeyError::new)
    }

    /// A token that says `claims`, which are [`AccessClaims`] but in tests.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, KeyError> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.encoding).map_err(KeyError::new)
    }
}

/// The public keys that tokens are checked against.
#[derive(Clone, Default)]
pub struct KeySet {
    keys: HashMap<String, DecodingKey>,
}

impl fmt::Debug for KeySet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.keys.keys()).finish()
    }
}

impl KeySet {
    /// Reads public JWKs; each must be an Ed25519 key with an id.
    pub fn from_jwks<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, KeyError> {
        let keys = texts.into_iter().map(read_public).collect::<Result<_, _>>()?;
        Ok(Self { keys })
    }

    /// Whether the token names a key of this set, or cannot be helped by loading more keys.
    pub fn knows_key_of(&self, token: &str) -> bool {
        match key_id(token) {
            Ok(kid) => self.keys.contains_key(&kid),
            Err(_) => true,
        }
    }

    /// Believes the token or says why not.
    pub fn verify(
        &self,
        token: &str,
        issuer: &str,
        audience: &str,
        now: Timestamp,
    ) -> Result<AccessClaims, TokenError> {
        let key = self.keys.get(&key_id(token)?).ok_or(TokenError::UnknownKey)?;
        let claims = jsonwebtoken::decode::<AccessClaims>(token, key, &signature_only())
            .map_err(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::InvalidSignature => TokenError::BadSignature,
                _ => TokenError::Malformed("claims"),
            })?
            .claims;
        if claims.iss != issuer || claims.aud != audience {
            return Err(TokenError::WrongParty);
        }
        let now = now.as_second();
        if claims.exp.saturating_add(LEEWAY_SECONDS) <= now {
            return Err(TokenError::Expired);
        }
        if claims.iat.saturating_sub(LEEWAY_SECONDS) > now {
            return Err(TokenError::NotYetValid);
        }
        Ok(claims)
    }
}

/// The library's own checks use the machine's clock and lenient defaults; ours are above.
fn signature_only() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    validation
}

fn key_id(token: &str) -> Result<String, TokenError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenError::Malformed("length"));
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Malformed("header"))?;
    if header.alg != Algorithm::EdDSA {
        return Err(TokenError::Malformed("algorithm"));
    }
    if header.typ.as_deref() != Some(TYPE) {
        return Err(TokenError::Malformed("type"));
    }
    if header.crit.is_some() {
        return Err(TokenError::Malformed("critical extension"));
    }
    header.kid.ok_or(TokenError::Malformed("key id"))
}

fn read_public(text: &str) -> Result<(String, DecodingKey), KeyError> {
    let jwk: Jwk = serde_json::from_str(text).map_err(KeyError::new)?;
    let AlgorithmParameters::OctetKeyPair(parameters) = &jwk.algorithm else {
        return Err(KeyError::new("not an Ed25519 key"));
    };
    if parameters.curve != EllipticCurve::Ed25519 {
        return Err(KeyError::new("not an Ed25519 key"));
    }
    let kid = jwk.common.key_id.clone().ok_or_else(|| KeyError::new("a key without an id"))?;
    let key = DecodingKey::from_ed_components(&parameters.x).map_err(KeyError::new)?;
    Ok((kid, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Fixed(u8);

    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    const NOW: i64 = 1_800_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_private_jwk(&SigningKey::generate(&Fixed(seed)).unwrap()).unwrap()
    }

    fn set(key: &SigningKey) -> KeySet {
        KeySet::from_jwks([key.public_jwk().unwrap().as_str()]).unwrap()
    }

    fn claims() -> AccessClaims {
        AccessClaims {
            iss: "https://issuer.test".to_owned(),
            aud: "innkeep".to_owned(),
            sub: Uuid::from_u128(1).into(),
            exp: NOW + 900,
            iat: NOW,
            jti: Uuid::from_u128(2),
            sid: Uuid::from_u128(3).into(),
            role: Role::Member,
        }
    }

    fn verify(keys: &KeySet, token: &str, now: i64) -> Result<AccessClaims, TokenError> {
        keys.verify(token, "https://issuer.test", "innkeep", at(now))
    }

    #[test]
    fn a_key_made_from_the_rfc_8037_seed_has_its_public_half_and_thumbprint() {
        // RFC 8037, appendix A.
        let jwk = r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}"#;
        let key = SigningKey::from_private_jwk(jwk).unwrap();
        assert_eq!(key.kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert!(key.public_jwk().unwrap().contains("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"));
    }

    #[test]
    fn a_signed_token_is_believed_until_it_ends() {
        let key = key(7);
        let keys = set(&key);
        let token = key.sign(&claims()).unwrap();
        assert_eq!(verify(&keys, &token, NOW).unwrap(), claims());
        assert_eq!(verify(&keys, &token, NOW + 929).unwrap(), claims());
        assert_eq!(verify(&keys, &token, NOW + 930), Err(TokenError::Expired));
        assert_eq!(verify(&keys, &token, NOW - 31), Err(TokenError::NotYetValid));
    }

    #[test]
    fn another_key_issuer_or_audience_is_not_believed() {
        let (ours, theirs) = (key(7), key(8));
        let token = theirs.sign(&claims()).unwrap();
        assert_eq!(verify(&set(&ours), &token, NOW), Err(TokenError::UnknownKey));
        assert!(!set(&ours).knows_key_of(&token));
        let token = ours.sign(&claims()).unwrap();
        let keys = set(&ours);
        assert_eq!(keys.verify(&token, "other", "innkeep", at(NOW)), Err(TokenError::WrongParty));
        assert_eq!(keys.verify(&token, "https://issuer.test", "other", at(NOW)), Err(TokenError::WrongParty));
    }

    #[test]
    fn a_tampered_claim_breaks_the_signature() {
        let key = key(7);
        let token = key.sign(&claims()).unwrap();
        let other = key.sign(&AccessClaims { role: Role::Admin, ..claims() }).unwrap();
        let (head, _) = token.split_once('.').unwrap();
        let payload = other.split('.').nth(1).unwrap();
        let signature = token.rsplit('.').next().unwrap();
        let forged = format!("{head}.{payload}.{signature}");
        assert_eq!(verify(&set(&key), &forged, NOW), Err(TokenError::BadSignature));
    }

    #[test]
    fn the_header_must_be_ours() {
        let key = key(7);
        let keys = set(&key);
        let forge = |header: &str| {
            let token = key.sign(&claims()).unwrap();
            let (_, rest) = token.split_once('.').unwrap();
            format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header))
        };
        let kid = key.kid();
        for header in [
            format!(r#"{{"alg":"none","typ":"at+jwt","kid":"{kid}"}}"#),
            format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":"{kid}"}}"#),
            format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{kid}"}}"#),
            r#"{"alg":"EdDSA","typ":"at+jwt"}"#.to_owned(),
            format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"{kid}","crit":["x"]}}"#),
        ] {
            let error = verify(&keys, &forge(&header), NOW).unwrap_err();
            assert!(matches!(error, TokenError::Malformed(_)), "{header}: {error}");
        }
        let long = "a".repeat(MAX_TOKEN_BYTES + 1);
        assert_eq!(verify(&keys, &long, NOW), Err(TokenError::Malformed("length")));
    }

    #[test]
    fn a_secret_never_shows_in_debug_or_errors() {
        let secret = r#"{"kty":"OKP","crv":"Ed25519","d":12345}"#;
        let error = SigningKey::from_private_jwk(secret).unwrap_err();
        assert!(!error.to_string().contains("12345"));
        assert!(!format!("{:?}", key(7)).contains("encoding"));
    }
}
