//! Passwords of people: argon2id, a bound on hashes at a time, and the same work for ids that do not exist.
use crate::kernel::{Problem, secrets};
use anyhow::Context;
use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// How passwords are hashed. The default is OWASP's least for argon2id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordSettings {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
    /// Hashes at a time: a flood of sign-ins must not take the machine.
    pub at_once: usize,
}
impl Default for PasswordSettings {
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2, lanes: 1, at_once: 2 }
    }
}
impl PasswordSettings {
    fn hasher(&self) -> anyhow::Result<Argon2<'static>> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, None)
            .map_err(|_| anyhow::anyhow!("the argon2 settings are out of range"))?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

/// Hashes a password for the user register (a PHC string with its own salt and parameters).
/// # Errors
/// When the settings are out of range or the machine has no random numbers.
pub fn hash_password(settings: &PasswordSettings, password: &str) -> anyhow::Result<String> {
    let hash = settings.hasher()?.hash_password(password.as_bytes());
    Ok(hash.map_err(|_| anyhow::anyhow!("the password could not be hashed"))?.to_string())
}

/// Checks passwords; made by the roof and shared by all workers as `web::Data<Passwords>`.
pub struct Passwords<H = Argon2<'static>> {
    hasher: H,
    nobody: String,
    places: Semaphore,
}
impl Passwords {
    /// With these settings.
    /// # Errors
    /// When they are out of range.
    pub fn new(settings: &PasswordSettings) -> anyhow::Result<Self> {
        let unknown = secrets::b64(&secrets::random::<32>().context("no random numbers")?);
        let nobody = hash_password(settings, &unknown)?;
        Ok(Self { hasher: settings.hasher()?, nobody, places: Semaphore::new(settings.at_once.max(1)) })
    }
}
impl<H: PasswordVerifier<PasswordHash>> Passwords<H> {
    /// Waits for a place to hash in, five seconds at most.
    /// # Errors
    /// 503 when too many sign in at once.
    pub async fn place(&self) -> Result<SemaphorePermit<'_>, Problem> {
        match tokio::time::timeout(Duration::from_secs(5), self.places.acquire()).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(Problem::unavailable("sign-in-busy")),
        }
    }
    /// Is this the password of that hash? Without a hash the same work is done and the answer is no.
    pub fn fits(&self, password: &str, hash: Option<&str>) -> bool {
        let Ok(parsed) = PasswordHash::new(hash.unwrap_or(&self.nobody)) else { return false };
        self.hasher.verify_password(password.as_bytes(), &parsed).is_ok() && hash.is_some()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    #[test]
    fn only_the_password_fits_and_nobody_has_one() {
        let settings = PasswordSettings { memory_kib: 64, passes: 1, lanes: 1, at_once: 1 };
        let hash = hash_password(&settings, "correct horse").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        let passwords = Passwords::new(&settings).unwrap();
        assert!(passwords.fits("correct horse", Some(&hash)));
        assert!(!passwords.fits("correct hors", Some(&hash)));
        assert!(!passwords.fits("correct horse", None));
        assert!(!passwords.fits("correct horse", Some("no hash")));
    }

    /// What was computed: the parameters of each hash.
    #[derive(Default)]
    struct Counting(std::cell::RefCell<Vec<String>>);
    impl PasswordVerifier<PasswordHash> for Counting {
        fn verify_password(&self, _: &[u8], hash: &PasswordHash) -> argon2::password_hash::Result<()> {
            self.0.borrow_mut().push(format!("{} {}", hash.algorithm, hash.params));
            Ok(())
        }
    }
    #[test]
    fn an_id_that_is_nobodys_costs_the_hash_that_a_known_one_costs() {
        let settings = PasswordSettings { memory_kib: 64, passes: 1, lanes: 1, at_once: 1 };
        let Passwords { nobody, places, .. } = Passwords::new(&settings).unwrap();
        let passwords = Passwords { hasher: Counting::default(), nobody, places };
        let known = hash_password(&settings, "correct horse").unwrap();
        assert!(passwords.fits("correct horse", Some(&known)));
        assert!(!passwords.fits("correct horse", None), "whatever came of the hash");
        let computed = passwords.hasher.0.borrow();
        assert_eq!((computed.len(), &computed[0]), (2, &computed[1]), "as many, and as dear");
    }
}
