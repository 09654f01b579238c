//! レイアウト — file layouts as data: profile, form, date → fields.

/// x
pub struct Layout;
impl Layout {
    pub(super) fn fields_of(&self, _keys: &[&str]) -> Vec<u16> {
        Vec::new()
    }
}
