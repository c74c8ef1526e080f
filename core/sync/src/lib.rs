//! What keeps a citizen's terminals alike: clocks, registers and their merge, cursors. Pure: no I/O, no clock of its own.
