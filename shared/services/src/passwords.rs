//! Hashing passwords: Argon2id at OWASP's parameters (Password Storage Cheat Sheet: 19 MiB, two passes, one lane).

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::random::SharedEntropy;
use domain::user::Password;

use crate::Failure;

/// Memory in KiB.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over the memory.
const PASSES: u32 = 2;
/// Parallel lanes.
const LANES: u32 = 1;

/// What a presented password turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the right one.
    Right,
    /// It is the right one, but its hash was made with other parameters: hash it anew.
    RightButDated,
    /// It is not.
    Wrong,
}

/// The hash of a new password, in PHC form, with a fresh salt of 16 bytes.
pub async fn hash(entropy: &SharedEntropy, password: &Password) -> Result<String, Failure> {
    hash_text(entropy, password.expose().to_owned()).await
}

/// Hashes a password again that was just found right: it is no new one, so no rule for new ones applies.
pub(crate) async fn hash_text(entropy: &SharedEntropy, password: String) -> Result<String, Failure> {
    let mut salt = [0_u8; 16];
    entropy.fill(&mut salt);
    blocking(move || {
        hasher()?
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map(|hash| hash.to_string())
            .map_err(|error| Failure::internal(error.to_string()))
    })
    .await
}

/// Checks a presented password. Without a stored hash it does the same work and says no: the time tells nothing.
pub async fn verify(stored: Option<String>, presented: String) -> Result<Verdict, Failure> {
    blocking(move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| DECOY.to_owned());
        let parsed = PasswordHash::new(&stored).map_err(|error| Failure::internal(error.to_string()))?;
        let right = hasher()?.verify_password(presented.as_bytes(), &parsed).is_ok() && known;
        // Parameters that were read name the length of the hash too, so they are not compared as a whole.
        let used = Params::try_from(&parsed).ok();
        let used = used.map(|params| (params.m_cost(), params.t_cost(), params.p_cost()));
        let dated = used != Some((MEMORY_KIB, PASSES, LANES));
        Ok(match (right, dated) {
            (false, _) => Verdict::Wrong,
            (true, false) => Verdict::Right,
            (true, true) => Verdict::RightButDated,
        })
    })
    .await
}

/// A hash of nothing that anybody types, made with the present parameters.
const DECOY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$B5RqU7DLBNxFbmf6YOdTfiOMLTjWGhxBjNwN2cYX0pE";

fn hasher() -> Result<Argon2<'static>, Failure> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| Failure::internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Some 20 ms of one core: off the thread that answers others.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(Failure::internal)?
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::random::Entropy;

    use super::*;

    #[derive(Debug)]
    struct Fixed;

    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[tokio::test]
    async fn the_right_password_is_right_and_another_is_wrong() {
        let entropy: SharedEntropy = Arc::new(Fixed);
        let password = Password::new("correct-horse-battery-staple".to_owned()).unwrap();
        let stored = hash(&entropy, &password).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        let check = |text: &str| verify(Some(stored.clone()), text.to_owned());
        assert_eq!(check("correct-horse-battery-staple").await.unwrap(), Verdict::Right);
        assert_eq!(check("correct-horse-battery-stapler").await.unwrap(), Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_hash_of_weaker_parameters_is_right_but_dated() {
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(1024, 1, 1, None).unwrap());
        let stored = weak.hash_password_with_salt(b"some password", &[1; 16]).unwrap().to_string();
        assert_eq!(verify(Some(stored), "some password".to_owned()).await.unwrap(), Verdict::RightButDated);
    }

    #[tokio::test]
    async fn nobody_has_the_decoys_password() {
        assert!(PasswordHash::new(DECOY).is_ok());
        for guess in ["", "somesaltsomesalt", "password"] {
            assert_eq!(verify(None, guess.to_owned()).await.unwrap(), Verdict::Wrong);
        }
    }
}
