//! Passwords of people: argon2id, a bound on hashes at a time, and the same work for every id.
use crate::kernel::{Problem, secrets};
use anyhow::Context;
use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use std::{collections::BTreeSet, time::Duration};
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

/// With what a hash was made: its PHC string without salt and digest.
fn settings_of(hash: &str) -> Option<&str> {
    hash.rsplitn(3, '$').nth(2).filter(|settings| !settings.is_empty())
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
    /// The hash of a password that was chosen.
    /// # Errors
    /// When the machine has no random numbers.
    pub fn hash(&self, password: &str) -> anyhow::Result<String> {
        let hash = self.hasher.hash_password(password.as_bytes());
        Ok(hash.map_err(|_| anyhow::anyhow!("the password could not be hashed"))?.to_string())
    }
    /// The hash that is to be kept instead of this one: today's settings are others than those that it was made with.
    /// # Errors
    /// When the machine has no random numbers.
    pub fn renewed(&self, password: &str, hash: &str) -> anyhow::Result<Option<String>> {
        if settings_of(hash) == settings_of(&self.nobody) {
            return Ok(None);
        }
        self.hash(password).map(Some)
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
    /// Is this the password of that hash? `in_use` holds the settings of every hash that is kept. One hash is computed for each of them,
    /// the person's own or nobody's, so that every id costs the same whatever its hash was made with, and whether or not it has one.
    pub fn fits(&self, password: &str, hash: Option<&str>, mut in_use: BTreeSet<String>) -> bool {
        let own = hash.and_then(settings_of);
        in_use.extend(own.map(Into::into));
        let mut is_right = false;
        for settings in &in_use {
            let known = hash.filter(|_| own == Some(settings.as_str()));
            let Ok(parsed) = PasswordHash::new(known.unwrap_or(&self.nobodys(settings))) else { continue };
            let agrees = self.hasher.verify_password(password.as_bytes(), &parsed).is_ok();
            is_right |= agrees && known.is_some();
        }
        is_right
    }
    /// A hash with these settings that no password has: salt and digest were made with others or from random bytes.
    fn nobodys(&self, settings: &str) -> String {
        let own = settings_of(&self.nobody).unwrap_or_default();
        format!("{settings}{}", self.nobody.get(own.len()..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    const SETTINGS: PasswordSettings = PasswordSettings { memory_kib: 64, passes: 1, lanes: 1, at_once: 1 };
    const DEARER: PasswordSettings = PasswordSettings { memory_kib: 128, passes: 2, lanes: 2, at_once: 1 };
    fn in_use(hashes: &[&String]) -> BTreeSet<String> {
        hashes.iter().map(|h| settings_of(h).unwrap().to_owned()).collect()
    }
    #[test]
    fn only_the_password_fits_and_nobody_has_one() {
        let hash = hash_password(&SETTINGS, "correct horse").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        let passwords = Passwords::new(&SETTINGS).unwrap();
        assert!(passwords.fits("correct horse", Some(&hash), in_use(&[&hash])));
        assert!(passwords.fits("correct horse", Some(&hash), BTreeSet::new()), "a hash of just now");
        assert!(!passwords.fits("correct hors", Some(&hash), in_use(&[&hash])));
        assert!(!passwords.fits("correct horse", None, in_use(&[&hash])));
        assert!(!passwords.fits("correct horse", Some("no hash"), in_use(&[&hash])));
    }
    #[test]
    fn a_hash_of_other_settings_is_renewed_and_one_of_todays_is_kept() {
        let (old, passwords) =
            (hash_password(&SETTINGS, "correct horse").unwrap(), Passwords::new(&DEARER).unwrap());
        let new = passwords.renewed("correct horse", &old).unwrap().unwrap();
        assert!(new.starts_with("$argon2id$v=19$m=128,t=2,p=2$"));
        assert!(passwords.fits("correct horse", Some(&new), in_use(&[&old, &new])));
        assert_eq!(passwords.renewed("correct horse", &new).unwrap(), None);
    }

    /// What was computed: the settings of each hash.
    #[derive(Default)]
    struct Counting(std::cell::RefCell<Vec<String>>);
    impl PasswordVerifier<PasswordHash> for Counting {
        fn verify_password(&self, _: &[u8], hash: &PasswordHash) -> argon2::password_hash::Result<()> {
            self.0.borrow_mut().push(format!("{} {}", hash.algorithm, hash.params));
            Ok(())
        }
    }
    #[test]
    fn every_id_costs_the_same_hashes_whatever_its_own_was_made_with() {
        let Passwords { nobody, places, .. } = Passwords::new(&DEARER).unwrap();
        let passwords = Passwords { hasher: Counting::default(), nobody, places };
        let (old, new) = (hash_password(&SETTINGS, "a").unwrap(), hash_password(&DEARER, "a").unwrap());
        for kept in [vec![&old], vec![&new], vec![&old, &new]] {
            let asked = |hash: Option<&str>| {
                let fits = passwords.fits("a", hash, in_use(&kept));
                assert_eq!(fits, hash.is_some(), "whatever came of the hashes of nobody");
                passwords.hasher.0.take()
            };
            let unknown = asked(None);
            assert_eq!(unknown.len(), kept.len());
            for hash in &kept {
                assert_eq!(asked(Some(hash)), unknown, "as many, and as dear");
            }
        }
    }
}
