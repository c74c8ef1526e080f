//! The staff's bundle: the console with the core compiled into it.

fn main() {
    onehall_ui::shell::say_when_it_breaks();
}
