//! 識別子 — opaque ids, one type each, so that the id of a person never stands where an employer's belongs.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::{NoContext, Timestamp, Uuid};

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),* $(,)?) => {$(
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
        )]
        #[serde(transparent)]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh id whose leading bits are the given time, so that an index keeps its locality.
            pub fn new_at(at: DateTime<Utc>) -> Self {
                Self(uuid_at(at))
            }

            /// The plain uuid, for the database.
            pub const fn into_uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    )*};
}

/// Times before 1970 have no place in a version 7 uuid and count as 1970.
fn uuid_at(at: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(at.timestamp()).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, at.timestamp_subsec_nanos()))
}

ids! {
    /// 事業所 — an employer.
    EmployerId,
    /// A natural person; survives every move between employers.
    PersonId,
    /// 被扶養者 — a person as somebody's dependent.
    DependentId,
    /// 資格 — one period of insurance of a person.
    EnrolmentId,
    /// 提出 — one submission of one or more notifications.
    SubmissionId,
    /// 届出 — one notification.
    NotificationId,
    /// A user of the society's staff.
    UserId,
    /// A client: an employer's system, a front end, an auditor.
    ClientId,
    /// A signed-in session.
    SessionId,
    /// A short-lived grant to see personal numbers.
    GrantId,
    /// One entry of the audit trail.
    AuditEntryId,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn ids_carry_their_time_and_read_back() {
        let at = Utc.with_ymd_and_hms(2026, 11, 22, 0, 0, 0).unwrap();
        let (one, two) = (PersonId::new_at(at), PersonId::new_at(at));
        assert_ne!(one, two);
        assert_eq!(one.into_uuid().get_version_num(), 7);
        let (seconds, _) = one.into_uuid().get_timestamp().unwrap().to_unix();
        assert_eq!(i64::try_from(seconds).unwrap(), at.timestamp());
        assert!(PersonId::new_at(at + chrono::Duration::seconds(1)) > one);
        let json = serde_json::to_string(&one).unwrap();
        assert_eq!(json, format!("\"{one}\""));
        assert_eq!(serde_json::from_str::<PersonId>(&json).unwrap(), one);
        assert_eq!(one.to_string().parse::<PersonId>().unwrap(), one);
    }

    #[test]
    fn schema_is_a_string_of_format_uuid() {
        use utoipa::PartialSchema;
        let schema = serde_json::to_value(EmployerId::schema()).unwrap();
        assert_eq!(schema["type"], "string");
        assert_eq!(schema["format"], "uuid");
    }
}
