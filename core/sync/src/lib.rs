//! What keeps a citizen's terminals alike: clocks, registers and their merge, cursors. Pure: no I/O, no clock of its own.

mod checksum;
mod clock;
mod content;
mod cursor;
mod register;
mod rows;

pub use checksum::{Checksum, InvalidChecksum};
pub use clock::{Clock, MOST_AHEAD_MS, after, clamped};
pub use content::{Pieces, apply};
pub use cursor::{Position, Positions};
pub use register::{Merge, Stands, later};
pub use rows::{Giving, Rows, rows_around};
