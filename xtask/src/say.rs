//! What a command tells the person in front of it, each line with the time since the command began.

use std::fmt::Display;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

static BEGAN: OnceLock<Instant> = OnceLock::new();

/// Remembers when the command began.
pub fn start_clock() {
    BEGAN.get_or_init(Instant::now);
}

/// The time since the command began.
pub fn elapsed() -> Duration {
    BEGAN.get_or_init(Instant::now).elapsed()
}

/// Says what is being done now.
pub fn say(what: impl Display) {
    println!("[{:>7}] {what}", span(elapsed()));
}

/// A time as a person reads it: `0.4 s`, `47 s`, `3:07`.
pub fn span(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..10 => format!("{seconds}.{} s", time.subsec_millis() / 100),
        seconds @ 10..60 => format!("{seconds} s"),
        seconds => format!("{}:{:02}", seconds / 60, seconds % 60),
    }
}

/// A size as a person reads it.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{}.{} KB", bytes / 1024, bytes % 1024 * 10 / 1024),
        _ => format!("{}.{:02} MB", bytes / 1_048_576, bytes % 1_048_576 * 100 / 1_048_576),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    #[test]
    fn times_and_sizes_read_as_a_person_says_them() {
        assert_eq!(super::span(Duration::from_millis(440)), "0.4 s");
        assert_eq!(super::span(Duration::from_millis(47_900)), "47 s");
        assert_eq!(super::span(Duration::from_secs(187)), "3:07");
        assert_eq!(super::size(1023), "1023 B");
        assert_eq!(super::size(1536), "1.5 KB");
        assert_eq!(super::size(3 * 1_048_576 / 2), "1.50 MB");
    }
}
