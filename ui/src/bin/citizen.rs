//! The citizen's bundle: the UI with the core compiled into it.

use std::rc::Rc;

use onehall_core::{Core, LocalClient, platform};
use onehall_ui::{citizen, shell};

fn main() {
    shell::say_when_it_breaks();
    let core = Core::new(platform::browser(), "", shell::given_profile().terminal());
    citizen::start(Rc::new(LocalClient(core)));
}
