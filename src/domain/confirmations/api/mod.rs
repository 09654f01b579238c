//! Operations of the yearly confirmation: campaigns with their progress and end, the list, answers, decisions.
mod answer;
mod campaigns;
mod decide;
mod ending;
mod list;
mod preview;
mod views;

use crate::kernel::Routes;

/// Routes of confirmations.
pub fn routes(r: &mut Routes) {
    r.group("Confirmations");
    campaigns::routes(r);
    ending::routes(r);
    list::routes(r);
    answer::routes(r);
    preview::routes(r);
    decide::routes(r);
}
