//! Operations of the yearly confirmation: campaigns and their progress, the list, answers, decisions.
mod answer;
mod campaigns;
mod decide;
mod list;
mod views;

use crate::kernel::Routes;

/// Routes of confirmations.
pub fn routes(r: &mut Routes) {
    r.group("Confirmations");
    campaigns::routes(r);
    list::routes(r);
    answer::routes(r);
    decide::routes(r);
}
