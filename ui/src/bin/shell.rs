//! The bundle of the shells: the same UI, over the core of the program around it.

use std::rc::Rc;

use onehall_ui::citizen;
use onehall_ui::shell::bridge::{BridgeClient, say_why_not};
use onehall_ui::shell::{self, document};

fn main() {
    shell::say_when_it_breaks();
    wasm_bindgen_futures::spawn_local(async {
        match BridgeClient::open().await {
            Ok((client, welcome)) => {
                document::set_root_attribute("data-profile", welcome.profile.name());
                document::set_root_attribute("data-profile-given", "true");
                citizen::start(Rc::new(client));
            }
            Err(error) => say_why_not(&error),
        }
    });
}
