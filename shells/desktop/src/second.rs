//! A start where a window is open already: that one comes to the front and opens the link, and the start is done.
//!
//! Whoever holds the folder listens on the loopback and writes into the folder where, with a word that only the folder's owner
//! can read. What it takes is one line, a link; what else a second start says (another hall) is not for a window that is open.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// The file that says where the window listens.
const FILE: &str = "window";

/// What the window answers.
const DONE: &str = "shown\n";

/// How long a window may take to answer, or to begin to listen.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it is looked whether it listens.
const LOOK: Duration = Duration::from_millis(100);

/// The longest that is read of a caller.
const LONGEST: u64 = 4096;

/// What a start says that found a window.
pub const SHOWN: &str = "窗口已经打开，现已显示在最前。 The window is open already, and was brought to the front.";

/// Listens from now on; `told` hears of the link of each start, empty where it had none.
///
/// # Errors
/// The loopback or the folder cannot be used: a second start then says that the folder is in use.
pub fn listen(folder: &Path, told: impl Fn(&str) + Send + 'static) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut word = [0_u8; 32];
    getrandom::fill(&mut word).map_err(io::Error::other)?;
    let word: String = word.iter().map(|byte| format!("{byte:02x}")).collect();
    write(folder, &format!("{}\n{word}\n", listener.local_addr()?.port()))?;
    thread::spawn(move || {
        for caller in listener.incoming().flatten() {
            // One that says nothing, or not the word, is not answered.
            let _ = hear(&caller, &word, &told);
        }
    });
    Ok(())
}

fn hear(caller: &TcpStream, word: &str, told: &impl Fn(&str)) -> io::Result<()> {
    caller.set_read_timeout(Some(PATIENCE))?;
    let mut said = BufReader::new(caller.take(LONGEST));
    let mut line = || {
        let mut line = String::new();
        said.read_line(&mut line)?;
        // Cut off, or too long.
        match line.strip_suffix('\n') {
            Some(line) => Ok(line.to_owned()),
            None => Err(io::Error::from(io::ErrorKind::InvalidData)),
        }
    };
    if line()? != word {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    told(&line()?);
    let mut answers = caller;
    answers.write_all(DONE.as_bytes())
}

/// Hands the link to the window that holds the folder; gives whether that one took it.
pub fn hand_over(folder: &Path, link: &str) -> bool {
    let began = Instant::now();
    // That window may have started a moment ago.
    while began.elapsed() < PATIENCE {
        if call(folder, link).is_ok_and(|done| done) {
            return true;
        }
        thread::sleep(LOOK);
    }
    false
}

fn call(folder: &Path, link: &str) -> io::Result<bool> {
    let written = fs::read_to_string(folder.join(FILE))?;
    let mut lines = written.lines();
    let port: Option<u16> = lines.next().and_then(|port| port.parse().ok());
    let (Some(port), Some(word)) = (port, lines.next()) else {
        return Ok(false);
    };
    let mut window = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    window.set_read_timeout(Some(PATIENCE))?;
    // A line break in it would be the end of it.
    let link: String = link.chars().filter(|c| !c.is_control()).collect();
    window.write_all(format!("{word}\n{link}\n").as_bytes())?;
    let mut answer = String::new();
    window.take(LONGEST).read_to_string(&mut answer)?;
    Ok(answer == DONE)
}

/// Writes the file whole, for its owner alone.
fn write(folder: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let (place, fresh) = (folder.join(FILE), folder.join("window.new"));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&fresh)?.write_all(text.as_bytes())?;
    fs::rename(fresh, place)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::mpsc;

    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let folder = std::env::temp_dir().join(format!("onehall-second-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&folder);
            Folder(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn listening(folder: &Folder) -> mpsc::Receiver<String> {
        let (told, hears) = mpsc::channel();
        listen(&folder.0, move |link| told.send(link.to_owned()).unwrap_or_default())
            .unwrap_or_else(|error| panic!("{error}"));
        hears
    }

    #[test]
    fn a_second_start_hands_its_link_to_the_first() {
        let folder = Folder::new("link");
        let hears = listening(&folder);
        for link in ["onehall://apply/identity-card-renewal", ""] {
            assert!(hand_over(&folder.0, link));
            assert_eq!(hears.recv(), Ok(link.to_owned()));
        }
    }

    #[test]
    fn who_does_not_know_the_word_is_not_heard() {
        let folder = Folder::new("word");
        let hears = listening(&folder);
        let written = fs::read_to_string(folder.0.join(FILE)).unwrap_or_default();
        let port = written.lines().next().unwrap_or_default();
        fs::write(folder.0.join(FILE), format!("{port}\n{}\n", "0".repeat(64)))
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(!call(&folder.0, "onehall://apply/identity-card-renewal").is_ok_and(|done| done));
        assert!(hears.try_recv().is_err());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_the_word() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new("owner");
        let _hears = listening(&folder);
        let mode = fs::metadata(folder.0.join(FILE)).map(|file| file.permissions().mode() & 0o777);
        assert_eq!(mode.unwrap_or_default(), 0o600);
    }
}
