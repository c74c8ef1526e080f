//! Sticks with a repository on them, for terminals that no network reaches.
//!
//! A stick is a folder below the one in which the system mounts them, and on it a folder `onehall-updates`, as
//! `onehall update export` writes it. It is trusted with nothing: what is on it is verified as a server's would be.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The folder of a repository on a stick.
const FOLDER: &str = "onehall-updates";

/// What changes with every repository.
const TIMESTAMP: &str = "metadata/timestamp.json";

/// The most sticks that are looked at: nobody puts in more, and a folder may have anything in it.
const MOST: usize = 16;

/// The sticks that are there, so that each is taken once while it is in.
#[derive(Debug, Default)]
pub struct Sticks {
    below: Option<PathBuf>,
    seen: Vec<(PathBuf, Option<SystemTime>)>,
}

impl Sticks {
    /// Those that are mounted below a folder; none: none is looked for.
    pub fn below(folder: Option<PathBuf>) -> Sticks {
        Sticks {
            below: folder,
            seen: Vec::new(),
        }
    }

    /// Whether any is looked for.
    pub fn are_looked_for(&self) -> bool {
        self.below.is_some()
    }

    /// The repositories that were put in or written anew since it was asked for last. One that was taken out and put in
    /// again is new: whoever does so wants to see something.
    pub fn put_in(&mut self) -> Vec<PathBuf> {
        let there = self.below.as_deref().map(repositories).unwrap_or_default();
        let new = there.iter().filter(|stick| !self.seen.contains(stick));
        let new = new.map(|(place, _)| place.clone()).collect();
        self.seen = there;
        new
    }
}

fn repositories(below: &Path) -> Vec<(PathBuf, Option<SystemTime>)> {
    let entries = fs::read_dir(below).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .map(|entry| entry.path().join(FOLDER))
        // Not through a link: it could lead to a folder of this terminal.
        .filter(|place| place.symlink_metadata().is_ok_and(|meta| meta.is_dir()))
        .filter_map(|place| {
            let written = fs::metadata(place.join(TIMESTAMP)).ok()?.modified().ok();
            Some((place, written))
        })
        .take(MOST)
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Media(PathBuf);

    impl Drop for Media {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    impl Media {
        fn new(name: &str) -> Media {
            let place = std::env::temp_dir().join(format!("onehall-media-{name}-{}", std::process::id()));
            fs::create_dir_all(&place).unwrap_or_else(|error| panic!("{error}"));
            Media(place)
        }

        fn put_in(&self, name: &str) -> PathBuf {
            let place = self.0.join(name).join(FOLDER);
            let written =
                fs::create_dir_all(place.join("metadata")).and_then(|()| fs::write(place.join(TIMESTAMP), b"{}"));
            written.unwrap_or_else(|error| panic!("{error}"));
            place
        }
    }

    #[test]
    fn a_stick_is_taken_once_while_it_is_in_and_again_when_it_comes_back() {
        let media = Media::new("once");
        let mut sticks = Sticks::below(Some(media.0.clone()));
        assert!(sticks.are_looked_for() && sticks.put_in().is_empty());
        let stick = media.put_in("KINGSTON");
        assert_eq!(sticks.put_in(), std::slice::from_ref(&stick));
        assert!(sticks.put_in().is_empty());
        let other = media.put_in("other");
        assert_eq!(sticks.put_in(), [other]);
        let _ = fs::remove_dir_all(media.0.join("KINGSTON"));
        assert!(sticks.put_in().is_empty());
        assert_eq!(media.put_in("KINGSTON"), stick);
        assert_eq!(sticks.put_in(), [stick]);
    }

    #[test]
    fn what_is_no_repository_is_not_looked_at() {
        let media = Media::new("none");
        fs::create_dir_all(media.0.join("photos")).unwrap_or_else(|error| panic!("{error}"));
        fs::create_dir_all(media.0.join("empty").join(FOLDER)).unwrap_or_else(|error| panic!("{error}"));
        assert!(Sticks::below(Some(media.0.clone())).put_in().is_empty());
        assert!(Sticks::below(Some(media.0.join("nowhere"))).put_in().is_empty());
        assert!(!Sticks::below(None).are_looked_for());
        #[cfg(unix)]
        {
            let real = media.put_in("real");
            let elsewhere = media.0.join("linked");
            fs::create_dir_all(&elsewhere).unwrap_or_else(|error| panic!("{error}"));
            std::os::unix::fs::symlink(&real, elsewhere.join(FOLDER)).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(Sticks::below(Some(media.0.clone())).put_in(), [real]);
        }
    }
}
