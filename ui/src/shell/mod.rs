//! What every page stands in: the document, the shared state, what is loaded, page changes.

#[cfg(feature = "shell")]
pub mod bridge;
#[cfg(feature = "shell")]
pub mod desktop;
pub mod document;
#[cfg(feature = "shell")]
pub mod keys;
pub mod kiosk;
pub mod later;
mod page;
pub mod passkeys;
mod remote;
mod ui;

pub use onehall_client::Profile;
pub use page::{HEADING, PageHeading, SiteName, remember_scroll};
pub use remote::{Loaded, Remote, load};
pub use ui::{TEXT_SIZES, Toast, Ui, use_ui};

/// The profile that the page was given (`?profile=`, or the shell's), else by its width.
#[must_use]
pub fn given_profile() -> Profile {
    let given = document::root_attribute("data-profile")
        .as_deref()
        .and_then(Profile::from_name);
    given.unwrap_or_else(|| Profile::of_width(document::width()))
}

/// Makes a fault of the UI visible: in the browser's console for us, as a way to open the page again for everybody.
pub fn say_when_it_breaks() {
    std::panic::set_hook(Box::new(|fault| {
        console_error_panic_hook::hook(fault);
        document::show_boot_failed();
    }));
}
