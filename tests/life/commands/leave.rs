//! 産前産後休業・育児休業等.
use super::{
    super::family::{Family, Leave, LeaveKind, month_start},
    Command, Way, command, month_of, pay,
    pay::paid,
};
use crate::harness::chance::Chance;
use chrono::{Days, Months, NaiveDate};
use serde_json::json;

/// Days after the birth that a maternity leave may last, and a birth-time leave may lie in.
const AFTER_BIRTH: Days = Days::new(56);

/// The last day on which a child is under three.
fn under_three(born: NaiveDate) -> NaiveDate {
    born + Months::new(36) - Days::new(1)
}
/// A first day, lately, of cover and after the leave before.
fn starts(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<NaiveDate> {
    let (_, cover) = family.employed()?;
    let on = (today - chance.days(0, 60)).max(cover.from);
    let on = family.free_from().map_or(on, |free| free.max(on));
    (on <= today).then_some(on)
}
/// 産前産後休業取得者申出書.
pub fn maternity(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, _) = family.employed()?;
    let from = starts(chance, family, today)?;
    let expected = from + chance.days(10, 42);
    let planned = expected + AFTER_BIRTH;
    let mut form = family.named("maternity_leave_report");
    form["starts_on"] = json!(from);
    form["ends_on"] = json!(planned);
    form["expected_birth_on"] = json!(expected);
    let leave =
        Leave { kind: LeaveKind::Maternity, from, planned, ended: None, child: expected, is_revised: false };
    command("maternity leave", Way::Filed(employer), form, |family, _| family.leaves.push(leave))
}
/// 産前産後休業取得者変更届: the child is born.
pub fn birth(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, _) = family.employed()?;
    let at = family.open_leave(&[LeaveKind::Maternity])?;
    let leave = &family.leaves[at];
    let born = (leave.child + chance.days(-6, 6)).max(leave.from);
    if born > today || family.births.contains(&leave.child) {
        return None;
    }
    let planned = born + AFTER_BIRTH;
    let mut form = family.named("maternity_leave_change");
    form["starts_on"] = json!(leave.from);
    form["ends_on"] = json!(planned);
    form["actual_birth_on"] = json!(born);
    command("birth", Way::Filed(employer), form, move |family, _| {
        family.leaves[at].planned = planned;
        family.leaves[at].child = born;
        family.births.push(born);
    })
}
/// 産前産後休業取得者終了届.
pub fn end_of_maternity(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, _) = family.employed()?;
    let at = family.open_leave(&[LeaveKind::Maternity])?;
    let leave = &family.leaves[at];
    let on = (leave.planned.min(today) - chance.days(0, 10)).max(leave.from);
    let mut form = family.named("maternity_leave_change");
    form["starts_on"] = json!(leave.from);
    form["ends_on"] = json!(on);
    form["has_ended"] = json!(true);
    command("end of maternity leave", Way::Filed(employer), form, move |family, _| {
        family.leaves[at].ended = Some(on);
    })
}
/// 育児休業等取得者申出書(新規).
pub fn childcare(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, _) = family.employed()?;
    let count = u64::try_from(family.births.len()).unwrap();
    let born = *family.births.get(usize::try_from(chance.below(count.max(1))).unwrap())?;
    let from = starts(chance, family, today)?.max(born);
    let within = born + AFTER_BIRTH;
    let is_short = from < within && chance.below(3) > 0;
    let most = if is_short { (from + Days::new(13)).min(within) } else { under_three(born) };
    let planned = (from + chance.days(5, 300)).min(most);
    if planned < from || from > today {
        return None;
    }
    let mut form = family.named("childcare_leave_report");
    form["application"] = json!("new");
    form["starts_on"] = json!(from);
    form["ends_on"] = json!(planned);
    form["child_name_kana"] = json!("クラシ　コ");
    form["child_birth_on"] = json!(born);
    let before = family.leaves.iter().rfind(|l| l.kind != LeaveKind::Maternity);
    let (kind, leave_kind) = if is_short {
        form["birth_time_leave"] = json!(true);
        form["planned_worked_days"] = json!(chance.below(3));
        ("birth-time leave", LeaveKind::BirthTime)
    } else if before.is_some_and(|l| l.child != born) {
        ("leave for another child", LeaveKind::Childcare)
    } else {
        ("childcare leave", LeaveKind::Childcare)
    };
    let leave = Leave { kind: leave_kind, from, planned, ended: None, child: born, is_revised: false };
    command(kind, Way::Filed(employer), form, |family, _| family.leaves.push(leave))
}
/// 育児休業等取得者申出書(延長).
pub fn longer(chance: &mut Chance, family: &Family, _: NaiveDate) -> Option<Command> {
    let (employer, _) = family.employed()?;
    let at = family.open_leave(&[LeaveKind::Childcare])?;
    let leave = &family.leaves[at];
    let planned = (leave.planned + chance.days(5, 200)).min(under_three(leave.child));
    if planned <= leave.planned {
        return None;
    }
    let mut form = family.named("childcare_leave_report");
    form["application"] = json!("extension");
    form["starts_on"] = json!(leave.from);
    form["ends_on"] = json!(planned);
    form["child_name_kana"] = json!("クラシ　コ");
    form["child_birth_on"] = json!(leave.child);
    command("longer leave", Way::Filed(employer), form, move |family, _| family.leaves[at].planned = planned)
}
/// 育児休業等取得者終了届.
pub fn end(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, _) = family.employed()?;
    let at = family.open_leave(&[LeaveKind::Childcare, LeaveKind::BirthTime])?;
    let leave = &family.leaves[at];
    let on = (today - chance.days(0, 20)).max(leave.from).min(leave.planned);
    let mut form = family.named("childcare_leave_end");
    form["starts_on"] = json!(leave.from);
    form["ends_on"] = json!(on);
    command("end of leave", Way::Filed(employer), form, move |family, _| family.leaves[at].ended = Some(on))
}
/// 休業取得者申出書訂正・取消届: the newest leave began or ended otherwise, is for a child born on another day, or never was.
pub fn otherwise(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, _) = family.employed()?;
    let at = family.leaves.len().checked_sub(1)?;
    let leave = &family.leaves[at];
    let mut form = family.named("leave_correction");
    form["leave"] = json!(if leave.kind == LeaveKind::Maternity { "maternity" } else { "childcare" });
    form["starts_on"] = json!(leave.from);
    let gone = move |family: &mut Family| {
        family.leaves.remove(at);
    };
    match chance.below(4) {
        0 => {
            form["withdrawn"] = json!(true);
            command("leave that was none", Way::Filed(employer), form, move |family, _| gone(family))
        }
        1 => {
            let last = (leave.ended.unwrap_or(leave.planned) - chance.days(1, 9)).max(leave.from);
            form["corrected_ends_on"] = json!(last);
            let is_over = leave.ended.is_some();
            command("correction of a leave", Way::Filed(employer), form, move |family, _| {
                let leave = &mut family.leaves[at];
                if is_over { leave.ended = Some(last) } else { leave.planned = last }
            })
        }
        2 => {
            let from = leave.from + chance.days(1, 5);
            form["corrected_starts_on"] = json!(from);
            if from > today {
                return None;
            }
            command("correction of a leave", Way::Filed(employer), form, move |family, _| {
                family.leaves[at].from = from;
            })
        }
        _ if leave.kind == LeaveKind::Maternity => None,
        _ => {
            let born = leave.child - chance.days(1, 9);
            form["corrected_child_birth_on"] = json!(born);
            command("correction of a leave", Way::Filed(employer), form, move |family, _| {
                family.leaves[at].child = born;
            })
        }
    }
}
/// 産休・育休終了時報酬月額変更届.
pub fn revision(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, _) = family.employed()?;
    let at = family.leaves.iter().rposition(|l| l.ended.is_some() && !l.is_revised)?;
    let leave = &family.leaves[at];
    let ended = leave.ended?;
    let first = month_start(ended + Days::new(1));
    let from = first + Months::new(3);
    if from > today || leave.child > ended {
        return None;
    }
    let yen = pay(chance);
    let mut form = family.named("leave_end_revision_report");
    form["leave"] = json!(if leave.kind == LeaveKind::Maternity { "maternity" } else { "childcare" });
    form["requested"] = json!(true);
    form["ends_on"] = json!(ended);
    form["child_name_kana"] = json!("クラシ　コ");
    form["child_birth_on"] = json!(leave.child);
    form["applies_from"] = json!(month_of(from));
    let form = paid(chance, first, yen, true).averaged(form);
    command("revision after a leave", Way::Filed(employer), form, move |family, _| {
        family.leaves[at].is_revised = true;
    })
}
