//! The bundle of the preview: a form for the one who writes it. No core: nothing is kept and nothing is sent.

fn main() {
    onehall_ui::shell::say_when_it_breaks();
    onehall_ui::preview::start();
}
