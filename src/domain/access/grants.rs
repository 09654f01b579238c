//! The kernel's look-up of scoped tokens.
use super::store;
use crate::kernel::{
    Problem,
    clock::Clock,
    vault::{Grants, LiveGrant},
};
use diesel::PgConnection;
use uuid::Uuid;

/// Looks scoped tokens up in their records; made by the roof.
pub struct NumberGrants;
impl Grants for NumberGrants {
    fn find(
        &self,
        conn: &mut PgConnection,
        clock: &Clock,
        grant: Uuid,
    ) -> Result<Option<LiveGrant>, Problem> {
        store::find_grant(conn, grant, clock.now())
    }
}
