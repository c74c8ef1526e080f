//! The staff's bundle: the console with the core compiled into it.

use std::rc::Rc;

use onehall_core::{Core, LocalStaffClient, platform};
use onehall_protocol::identity::TerminalKind;
use onehall_ui::{console, shell};

fn main() {
    shell::say_when_it_breaks();
    let core = Core::new(platform::browser(), "", TerminalKind::Console);
    console::start(Rc::new(LocalStaffClient(core)));
}
