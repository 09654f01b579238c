//! Operations of 任意継続 beside its forms: what the society sets, and premiums that were not paid.
mod defaults;
mod settings;

/// Routes of 任意継続.
pub fn routes(r: &mut crate::kernel::Routes) {
    r.group("VoluntaryContinuation");
    settings::routes(r);
    defaults::routes(r);
}
