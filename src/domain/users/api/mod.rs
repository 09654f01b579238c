//! Operations on the user register.
mod carry_out;
mod instruct;
mod instructions;
mod register;
mod reviews;

use crate::kernel::Routes;

/// Routes of the user register.
pub fn routes(r: &mut Routes) {
    r.group("Users");
    register::routes(r);
    instructions::routes(r);
    instruct::routes(r);
    carry_out::routes(r);
    reviews::routes(r);
}
