//! The preview of a form, for the one who writes it: `onehall form preview FILE`.
//!
//! One program in two places. At the top of the window it is the author's desk ([`desk`]): what is wrong in the file, how
//! the form is looked at, what the engine says. In the desk's frame it is the citizen's own UI, over a core that keeps
//! nothing ([`core`]). The two talk by messages ([`talk`]); what is in the file comes from the program that was started
//! ([`wire`]).

mod core;
mod desk;
mod examples;
mod frame;
mod pattern;
mod report;
mod talk;
mod wire;

/// Starts the desk, or what is in its frame.
pub fn start() {
    if talk::in_a_frame() {
        frame::start();
    } else {
        desk::start();
    }
}
