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
                let can = |what: &&str| welcome.capabilities.iter().any(|can| can == what);
                let cannot: Vec<&str> = ["files", "save", "print"]
                    .into_iter()
                    .filter(|what| !can(what))
                    .collect();
                document::set_root_attribute("data-cannot", &cannot.join(" "));
                citizen::start(Rc::new(client));
            }
            Err(error) => say_why_not(&error),
        }
    });
}
