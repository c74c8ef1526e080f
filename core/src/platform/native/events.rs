//! Server-sent events out of a stream of bytes (the HTML standard, "Interpreting an event stream"), as far as pokes need
//! them: name and data.

/// Longer than any poke: what does not end is not kept.
const MOST_BYTES: usize = 64 * 1024;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) data: String,
}

/// Reads events out of pieces, wherever a piece is cut.
#[derive(Default)]
pub(super) struct Events {
    line: Vec<u8>,
    after_return: bool,
    name: String,
    data: Option<String>,
}

impl Events {
    /// The events that end in this piece.
    pub(super) fn read(&mut self, piece: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for &byte in piece {
            // A line ends with \r\n, \n or \r.
            let after_return = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => events.extend(self.end_line()),
                _ if self.line.len() < MOST_BYTES => self.line.push(byte),
                _ => {}
            }
        }
        events
    }

    fn end_line(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        if line.is_empty() {
            let name = std::mem::take(&mut self.name);
            return self.data.take().map(|data| Event { name, data });
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => match &mut self.data {
                None => self.data = Some(value.to_owned()),
                Some(data) if data.len() < MOST_BYTES => {
                    data.push('\n');
                    data.push_str(value);
                }
                Some(_) => {}
            },
            // Comments (heartbeats), and fields that pokes do not use.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, data: &str) -> Event {
        Event {
            name: name.to_owned(),
            data: data.to_owned(),
        }
    }

    #[test]
    fn an_event_is_read_wherever_the_stream_is_cut() {
        let stream =
            ": connected\n\nevent: poke\ndata: {\"kind\":\r\ndata: \"queue\"}\r\n\r\n:\n\ndata: x\r\r".as_bytes();
        let expected = [event("poke", "{\"kind\":\n\"queue\"}"), event("", "x")];
        for size in 1..stream.len() {
            let mut events = Events::default();
            let read: Vec<_> = stream.chunks(size).flat_map(|piece| events.read(piece)).collect();
            assert_eq!(read, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn a_stream_without_an_end_does_not_fill_the_memory() {
        let mut events = Events::default();
        for _ in 0..100 {
            assert!(events.read(&[b'x'; 4096]).is_empty());
        }
        assert_eq!(events.line.len(), MOST_BYTES);
    }
}
