//! One person under two ids, and the two become one.
use super::{
    super::family::{Cover, Family, Office},
    Command, Way, command, cover,
};
use crate::harness::chance::Chance;
use chrono::NaiveDate;
use serde_json::json;

/// Whoever left is hired by the other employer, and nobody sees who it is.
pub fn under_another_id(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let Cover { office: Office::Employer(left), until: Some(until), .. } = *family.cover()? else {
        return None;
    };
    if family.twin.is_some() {
        return None;
    }
    let (employer, on) = (1 - left, (today - chance.days(0, 40)).max(until));
    let mut hired = cover::hired(chance, family, (employer, on), "another id")?;
    hired.way = Way::Anew(employer);
    let (was, then) = (family.member, hired.then);
    hired.then = Box::new(move |family, outcome| {
        then(family, outcome);
        family.twin = was.filter(|was| family.member != Some(*was));
    });
    Some(hired)
}
/// Either of the ids stays.
pub fn merge(chance: &mut Chance, family: &Family, _: NaiveDate) -> Option<Command> {
    let (own, twin) = (family.member?, family.twin?);
    let (surviving, merged) = if chance.below(2) == 0 { (own, twin) } else { (twin, own) };
    command("ids of one person", Way::Merges { surviving, merged }, json!({}), move |family, _| {
        (family.member, family.twin) = (Some(surviving), None);
    })
}
