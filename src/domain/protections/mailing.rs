//! Where letters to a person go.
use super::{
    rules::{Mailing, MailingSource, Place, mailing_address},
    store,
};
use crate::{
    domain::members,
    kernel::{
        Gate, Reply, Routes,
        input::{Id, Query},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 送付先
    ///
    /// Where letters to a person go today: while a protection holds, to its letter address; else to the contact address, else to the
    /// resident address. Absent when none is known: then nothing may be sent. With `as_of` and `known_at` where they went on a day, by what was
    /// known at an instant: nothing is sent by that.
    pub GetMailingAddress: Get "/v1/persons/{person_id}/mailing-address" = "getMailingAddress", scope "protections:read", on "Person", status 200, law "R-012, R-038";
}

/// Day and instant of where letters go.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MailingQuery {
    /// As of this day (JST); today when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
}
/// Where letters to a person go today.
#[derive(Serialize, ToSchema)]
pub struct PersonMailing {
    /// Person id.
    person_id: Uuid,
    /// The person is protected today; on the day and by the knowledge that were asked for, where they were.
    protected: bool,
    /// Where to; absent when nothing may be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    mailing_address: Option<MailingAddress>,
}
/// 送付先.
#[derive(Serialize, ToSchema)]
pub struct MailingAddress {
    /// Which address it is.
    source: MailingSource,
    /// 宛名, where it is not the person's own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    name: Option<String>,
    /// 郵便番号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 8)]
    postal_code: Option<String>,
    /// 住所.
    #[schema(max_length = 300)]
    text: String,
}

async fn get_mailing_address(
    gate: Gate<GetMailingAddress>,
    id: Id,
    q: Query<MailingQuery>,
) -> Reply<GetMailingAddress, PersonMailing> {
    gate.read(move |tx| {
        let asked = (q.0.as_of.unwrap_or_else(|| tx.today()), q.0.known_at);
        let row = members::find_person(tx, id.0)?;
        let (row, permit) = tx.admit::<GetMailingAddress, _>(row)?;
        row.require_known_as_own(asked.1)?;
        let letter = store::holding(tx, &row, asked)?.map(|p| p.letter());
        let (contact, resident) = match store::addresses(tx, &row, asked)? {
            Some(a) => (
                Place { postal_code: a.contact_postal_code, text: a.contact_address },
                Place { postal_code: a.resident_postal_code, text: a.resident_address },
            ),
            None => Default::default(),
        };
        let protected = letter.is_some();
        // an address of another day may be where somebody is who is protected by now
        let class = if protected || row.is_protected { "protected_whereabouts" } else { "contact" };
        let found = mailing_address(letter.as_ref(), &contact, &resident);
        if found.is_some() {
            tx.note(|n| n.left([], &[class]));
        }
        let to = |m: Mailing| MailingAddress {
            source: m.source,
            name: m.name,
            postal_code: m.postal_code,
            text: m.text,
        };
        Ok(permit.answer(PersonMailing { person_id: row.id, protected, mailing_address: found.map(to) }))
    })
    .await
}

/// Routes of where letters go.
pub fn routes(r: &mut Routes) {
    r.add::<GetMailingAddress, _, _, _>(get_mailing_address);
}
