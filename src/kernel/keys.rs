//! The key folder: everything secret that lives outside the database. Made by `kenpo keys init`, rotated by `kenpo keys rotate`.
//!
//! `vault.json` (0600) holds the key-encryption key, the blind-index key and the digest keys; `signing.json` holds the token
//! signing keys: the newest signs, all that are listed verify, so a rotation needs no downtime.
use super::secrets;
use anyhow::{Context, bail};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{Arc, RwLock},
    time::SystemTime,
};
use zeroize::Zeroizing;

#[derive(Serialize, Deserialize)]
struct VaultFile {
    kek: String,
    blind_index: String,
    digest: String,
    cursor: String,
}
#[derive(Serialize, Deserialize)]
struct SigningFile {
    keys: Vec<SigningEntry>,
}
#[derive(Serialize, Deserialize, Clone)]
struct SigningEntry {
    kid: String,
    created_at: i64,
    pkcs8: String,
}

/// A key that signs and verifies access tokens.
pub struct SigningKey {
    /// Key id in the token header and the JWKS.
    pub kid: String,
    /// Signs.
    pub encoding: EncodingKey,
    /// Verifies.
    pub decoding: DecodingKey,
    /// Public point, base64url, for the JWKS.
    pub public: String,
}

/// Symmetric keys, in memory only while the process runs.
pub struct Vault {
    /// Wraps the data key of each person.
    pub kek: Zeroizing<[u8; 32]>,
    /// Keys the blind index of personal numbers.
    pub blind_index: Zeroizing<[u8; 32]>,
    /// Keys digests of bodies, files, secrets and typed ids.
    pub digest: Zeroizing<[u8; 32]>,
    /// Signs page cursors.
    pub cursor: Zeroizing<[u8; 32]>,
}

/// Vault and signing keys of a running process.
pub struct Keys {
    folder: PathBuf,
    /// Symmetric keys.
    pub vault: Vault,
    signing: RwLock<(Option<SystemTime>, Arc<Vec<SigningKey>>)>,
}

impl Keys {
    /// Makes a key folder; never overwrites one. What a making that was broken off left out is made, and what it made is kept: each
    /// file is there whole or not at all, the vault first.
    /// # Errors
    /// When it exists already, holds signing keys without the vault that they were made with, or can't be written.
    pub fn init(folder: &Path, now: i64) -> anyhow::Result<()> {
        fs::create_dir_all(folder)?;
        let _held = held(folder)?;
        let [has_vault, has_signing] = ["vault.json", "signing.json"].map(|name| folder.join(name).exists());
        if has_vault && has_signing {
            bail!("{} holds keys already; losing them would lose every personal number", folder.display());
        }
        if has_signing {
            bail!(
                "{0} holds signing.json and no vault.json, without which no personal number can be read: put vault.json back from \
                 its copy. Only where there never was one: take {0}/signing.json away and run `kenpo keys init` again",
                folder.display()
            );
        }
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        if !has_vault {
            let fresh = || -> anyhow::Result<String> { Ok(secrets::b64(&secrets::random::<32>()?)) };
            let vault =
                VaultFile { kek: fresh()?, blind_index: fresh()?, digest: fresh()?, cursor: fresh()? };
            write_whole(folder, "vault.json", &serde_json::to_vec(&vault)?)?;
        }
        write_signing(folder, &SigningFile { keys: vec![new_signing(now)?] })
    }
    /// Adds a signing key that signs from now on; older ones go on verifying until `drop_older_than` (epoch seconds).
    /// # Errors
    /// When the folder can't be read or written.
    pub fn rotate(folder: &Path, now: i64, drop_older_than: i64) -> anyhow::Result<String> {
        let _held = held(folder)?;
        let mut file: SigningFile = serde_json::from_slice(&fs::read(folder.join("signing.json"))?)?;
        file.keys.retain(|k| k.created_at >= drop_older_than);
        let fresh = new_signing(now)?;
        let kid = fresh.kid.clone();
        file.keys.push(fresh);
        write_signing(folder, &file)?;
        Ok(kid)
    }
    /// Opens a key folder.
    /// # Errors
    /// When it is missing, malformed or readable by others; says what to do.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        for name in ["vault.json", "signing.json"] {
            require_private(&folder.join(name))?;
        }
        let path = folder.join("vault.json");
        let file: VaultFile = serde_json::from_slice(&fs::read(&path)?).context("vault.json is malformed")?;
        let vault = Vault {
            kek: key32(&file.kek)?,
            blind_index: key32(&file.blind_index)?,
            digest: key32(&file.digest)?,
            cursor: key32(&file.cursor)?,
        };
        let signing = RwLock::new((None, Arc::new(Vec::new())));
        let keys = Self { folder: folder.to_owned(), vault, signing };
        keys.reload()?;
        Ok(keys)
    }
    /// Reads `signing.json` again when it changed: called every second, so a rotated or dropped key takes effect at once.
    /// # Errors
    /// When it can't be read; the keys in memory stay.
    pub fn reload(&self) -> anyhow::Result<()> {
        let path = self.folder.join("signing.json");
        let changed = fs::metadata(&path).and_then(|m| m.modified()).context("signing.json is missing")?;
        if self.signing.read().is_ok_and(|s| s.0 == Some(changed)) {
            return Ok(());
        }
        let file: SigningFile =
            serde_json::from_slice(&fs::read(&path)?).context("signing.json is malformed")?;
        let keys = file.keys.iter().map(load_signing).collect::<anyhow::Result<Vec<_>>>()?;
        if keys.is_empty() {
            bail!("signing.json holds no key: run `kenpo keys rotate`");
        }
        if let Ok(mut s) = self.signing.write() {
            *s = (Some(changed), Arc::new(keys));
        }
        Ok(())
    }
    /// Signing keys, oldest first: the last one signs.
    pub fn signing(&self) -> Arc<Vec<SigningKey>> {
        self.signing.read().map(|s| s.1.clone()).unwrap_or_default()
    }
    /// The folder these keys came from.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
    /// Public keys (RFC 7517).
    pub fn jwks(&self) -> serde_json::Value {
        let keys: Vec<_> = self
            .signing()
            .iter()
            .map(|k| {
                serde_json::json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": k.kid, "x": k.public})
            })
            .collect();
        serde_json::json!({ "keys": keys })
    }
}

fn require_private(path: &Path) -> anyhow::Result<()> {
    let meta = fs::metadata(path).with_context(|| {
        format!(
            "no keys at {}: make them once with `kenpo keys init` and keep a copy apart from the database's",
            path.display()
        )
    })?;
    if meta.permissions().mode() & 0o077 != 0 {
        bail!("{} can be read by others: chmod 600 it", path.display());
    }
    Ok(())
}
fn new_signing(now: i64) -> anyhow::Result<SigningEntry> {
    let pair = Ed25519KeyPair::generate()?;
    let der = pair.to_pkcs8v1()?;
    let kid = secrets::b64(&secrets::sha256(&[pair.public_key().as_ref()])[..12]);
    Ok(SigningEntry { kid, created_at: now, pkcs8: secrets::b64(der.as_ref()) })
}
fn load_signing(e: &SigningEntry) -> anyhow::Result<SigningKey> {
    let der = Zeroizing::new(secrets::unb64(&e.pkcs8).context("signing key is malformed")?);
    let pair = Ed25519KeyPair::from_pkcs8(&der).map_err(|_| anyhow::anyhow!("signing key is malformed"))?;
    let public = secrets::b64(pair.public_key().as_ref());
    Ok(SigningKey {
        kid: e.kid.clone(),
        encoding: EncodingKey::from_ed_der(&der),
        decoding: DecodingKey::from_ed_components(&public)?,
        public,
    })
}
fn key32(text: &str) -> anyhow::Result<Zeroizing<[u8; 32]>> {
    let bytes = Zeroizing::new(secrets::unb64(text).context("a key in vault.json is malformed")?);
    let mut out = Zeroizing::new([0; 32]);
    if bytes.len() != 32 {
        bail!("a key in vault.json has the wrong length");
    }
    out.copy_from_slice(&bytes);
    Ok(out)
}
fn write_signing(folder: &Path, file: &SigningFile) -> anyhow::Result<()> {
    write_whole(folder, "signing.json", &serde_json::to_vec(file)?)
}
/// Holds the folder until it is dropped: of two commands at once the second sees what the first one made.
fn held(folder: &Path) -> anyhow::Result<fs::File> {
    let at = fs::File::open(folder).with_context(|| format!("{} can't be opened", folder.display()))?;
    at.lock()?;
    Ok(at)
}
/// The file of that name is there whole or as it was before, whatever breaks off.
fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let temporary = folder.join(format!("{name}.new"));
    let _ = fs::remove_file(&temporary);
    write_secret(&temporary, bytes)?;
    fs::rename(temporary, folder.join(name))?;
    fs::File::open(folder)?.sync_all()?;
    Ok(())
}
fn write_secret(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::io::Write;
    let mut f = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    f.write_all(bytes)?;
    f.sync_all()?;
    Ok(())
}
