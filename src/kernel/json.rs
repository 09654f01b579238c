//! JSON objects name each key once: of two values under one key, a reader would take one and never see the other.
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::{collections::BTreeSet, fmt};

const REPEATED: &str = "repeated-key";

/// Reads anything and keeps nothing but whether a key came twice.
struct KeysOnce;
impl<'de> Deserialize<'de> for KeysOnce {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(Keys)
    }
}
struct Keys;
impl<'de> Visitor<'de> for Keys {
    type Value = KeysOnce;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<KeysOnce, A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if !seen.insert(key) {
                return Err(A::Error::custom(REPEATED));
            }
            map.next_value::<KeysOnce>()?;
        }
        Ok(KeysOnce)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<KeysOnce, A::Error> {
        while all.next_element::<KeysOnce>()?.is_some() {}
        Ok(KeysOnce)
    }
    fn visit_bool<E>(self, _: bool) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }
    fn visit_i64<E>(self, _: i64) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }
    fn visit_u64<E>(self, _: u64) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }
    fn visit_f64<E>(self, _: f64) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }
    fn visit_str<E>(self, _: &str) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }
    fn visit_unit<E>(self) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }
}
/// Whether a key stands twice in one object of the text. A text that is no JSON is left to its reader.
pub fn repeats_a_key(bytes: &[u8]) -> bool {
    serde_json::from_slice::<KeysOnce>(bytes).is_err_and(|e| e.to_string().starts_with(REPEATED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_twice_in_one_object_is_found_at_any_depth() {
        for twice in
            [r#"{"a":1,"a":2}"#, r#"{"b":[{"a":1,"c":null,"a":true}]}"#, r#"{"a":{"\u0061":1,"a":1.5}}"#]
        {
            assert!(repeats_a_key(twice.as_bytes()), "{twice}");
        }
        for once in [r#"{"a":{"a":"a"},"b":[{"a":-1},{"a":1}]}"#, "[]", "7", r#"{"a":"#, "\u{feff}{}"] {
            assert!(!repeats_a_key(once.as_bytes()), "{once}");
        }
    }
}
