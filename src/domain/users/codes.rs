//! Activation codes: two halves, one for who executes and one for who confirms, so that neither alone can act as the person.
use crate::kernel::secrets::{self, SealError};
use uuid::Uuid;

/// A half of an activation code and the keyed digest that is kept of it.
pub struct Half {
    /// To be shown once.
    pub text: String,
    /// To be kept.
    pub digest: [u8; 32],
}
/// A new half for an instruction, under the key of digests: 120 random bits, in 20 letters.
/// # Errors
/// When the machine has no random numbers.
pub fn fresh(key: &[u8; 32], instruction: Uuid) -> Result<Half, SealError> {
    let text = secrets::b64(&secrets::random::<15>()?);
    let digest = digest(key, instruction, &text);
    Ok(Half { text, digest })
}
/// What is kept of a half.
pub fn digest(key: &[u8; 32], instruction: Uuid, half: &str) -> [u8; 32] {
    secrets::hmac256(key, &[b"activation/1", instruction.as_bytes(), half.as_bytes()])
}
