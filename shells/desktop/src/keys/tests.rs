//! Secrets between a key store and files: moved once, never lost, and never taken for none.

use std::sync::Mutex as Held;
use std::sync::{MutexGuard, PoisonError};

use super::*;

fn lock<T>(mutex: &Held<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What outlives a start: the files of a folder, and the key store of a person.
#[derive(Clone, Default)]
struct World {
    files: Arc<Held<HashMap<String, String>>>,
    kept: Arc<Held<HashMap<(String, String), String>>>,
    how: Arc<Held<How>>,
}

/// How the key store is.
#[derive(Clone, Copy, Default, PartialEq)]
enum How {
    #[default]
    Open,
    /// It is not there, or locked.
    Away,
    /// It says that it keeps, and does not.
    Forgets,
}

#[async_trait]
impl SecretStore for World {
    async fn get(&self, name: &str) -> Result<Option<String>, NoSecret> {
        Ok(lock(&self.files).get(name).cloned())
    }

    async fn put(&self, name: &str, secret: String) {
        lock(&self.files).insert(name.to_owned(), secret);
    }

    async fn delete(&self, name: &str) {
        lock(&self.files).remove(name);
    }
}

impl World {
    fn there(&self) -> Result<(), Away> {
        match *lock(&self.how) {
            How::Away => Err(Away),
            How::Open | How::Forgets => Ok(()),
        }
    }
}

impl Vault for World {
    fn is_open(&self) -> bool {
        self.there().is_ok()
    }

    fn get(&self, folder: &str, name: &str) -> Result<Option<String>, Away> {
        self.there()?;
        Ok(lock(&self.kept).get(&(folder.to_owned(), name.to_owned())).cloned())
    }

    fn put(&self, folder: &str, name: &str, secret: &str) -> Result<(), Away> {
        self.there()?;
        if *lock(&self.how) == How::Open {
            lock(&self.kept).insert((folder.to_owned(), name.to_owned()), secret.to_owned());
        }
        Ok(())
    }

    fn delete(&self, folder: &str, name: &str) -> Result<(), Away> {
        self.there()?;
        lock(&self.kept).remove(&(folder.to_owned(), name.to_owned()));
        Ok(())
    }
}

impl World {
    /// Another start of the program.
    fn start(&self, how: How) -> Keys<World> {
        *lock(&self.how) = how;
        Keys::new(self.clone(), Arc::new(self.clone()))
    }

    fn in_files(&self) -> Vec<String> {
        let mut names: Vec<_> = lock(&self.files).keys().cloned().collect();
        names.sort();
        names
    }

    fn in_the_store(&self) -> Vec<(String, String)> {
        let kept = lock(&self.kept);
        let mut all: Vec<_> = kept
            .iter()
            .map(|((_, name), secret)| (name.clone(), secret.clone()))
            .collect();
        all.sort();
        all
    }
}

fn get(keys: &Keys<World>, name: &str) -> Result<Option<String>, NoSecret> {
    async_runtime::block_on(keys.get(name))
}

fn put(keys: &Keys<World>, name: &str, secret: &str) {
    async_runtime::block_on(keys.put(name, secret.to_owned()));
}

fn delete(keys: &Keys<World>, name: &str) {
    async_runtime::block_on(keys.delete(name));
}

fn some(secret: &str) -> Result<Option<String>, NoSecret> {
    Ok(Some(secret.to_owned()))
}

fn pair(name: &str, secret: &str) -> (String, String) {
    (name.to_owned(), secret.to_owned())
}

#[test]
fn a_secret_in_a_file_is_moved_into_the_key_store_once_and_leaves_the_file_only_then() {
    let world = World::default();
    let keys = world.start(How::Away);
    put(&keys, "token", "t1");
    assert_eq!(get(&keys, "token"), some("t1"));
    assert_eq!(world.in_files(), ["token"], "without a key store it lies in a file");

    // One that does not give back what it took gets nothing.
    let keys = world.start(How::Forgets);
    assert_eq!(get(&keys, "token"), some("t1"));
    assert_eq!(
        (world.in_files(), world.in_the_store()),
        (vec!["token".to_owned()], vec![])
    );

    let keys = world.start(How::Open);
    assert_eq!(get(&keys, "token"), some("t1"));
    assert_eq!(world.in_files(), [MARK]);
    assert_eq!(world.in_the_store(), [pair("token", "t1")]);
    assert_eq!(get(&world.start(How::Open), "token"), some("t1"));
}

#[test]
fn where_the_key_store_is_away_its_secrets_cannot_be_read_and_are_not_taken_for_none() {
    let world = World::default();
    let keys = world.start(How::Open);
    assert_eq!(get(&keys, "key"), Ok(None), "there is none yet");
    put(&keys, "key", "k1");
    assert_eq!(
        (world.in_files(), world.in_the_store()),
        (vec![MARK.to_owned()], vec![pair("key", "k1")])
    );

    let keys = world.start(How::Away);
    assert_eq!(get(&keys, "key"), Err(NoSecret));
    assert_eq!(get(&keys, "another"), Err(NoSecret), "there may be one");
    // It comes back while the program runs.
    *lock(&world.how) = How::Open;
    assert_eq!(get(&keys, "key"), some("k1"));
    assert_eq!(get(&keys, "another"), Ok(None));
}

#[test]
fn what_the_key_store_does_not_take_waits_in_a_file_and_counts_more_than_what_it_has() {
    let world = World::default();
    put(&world.start(How::Open), "token", "t1");
    let keys = world.start(How::Away);
    put(&keys, "token", "t2");
    assert_eq!(get(&keys, "token"), some("t2"));
    let keys = world.start(How::Open);
    assert_eq!(get(&keys, "token"), some("t2"));
    assert_eq!(
        (world.in_files(), world.in_the_store()),
        (vec![MARK.to_owned()], vec![pair("token", "t2")])
    );
    put(&keys, "token", "t3");
    assert_eq!(get(&world.start(How::Open), "token"), some("t3"));
}

#[test]
fn a_destroyed_secret_is_gone_also_where_the_key_store_was_away() {
    let world = World::default();
    let keys = world.start(How::Open);
    put(&keys, "key", "k1");
    put(&keys, "token", "t1");
    delete(&keys, "key");
    assert_eq!(get(&keys, "key"), Ok(None));
    assert_eq!(
        (world.in_files(), world.in_the_store()),
        (vec![MARK.to_owned()], vec![pair("token", "t1")])
    );

    let keys = world.start(How::Away);
    delete(&keys, "token");
    assert_eq!(get(&keys, "token"), Ok(None));
    let keys = world.start(How::Open);
    assert_eq!(get(&keys, "token"), Ok(None));
    assert_eq!(
        (world.in_files(), world.in_the_store()),
        (vec![MARK.to_owned()], vec![])
    );
    // Another one of its name is no destroyed one.
    delete(&world.start(How::Away), "token");
    put(&world.start(How::Open), "token", "t2");
    assert_eq!(get(&world.start(How::Open), "token"), some("t2"));
}

#[test]
fn a_secret_in_place_of_a_destroyed_one_stays_and_that_one_does_not_come_back() {
    let world = World::default();
    put(&world.start(How::Open), "token", "t1");
    let keys = world.start(How::Away);
    delete(&keys, "token");
    put(&keys, "token", "t2");
    assert_eq!(get(&keys, "token"), some("t2"));
    // Until it is moved the note stays: without its file the one of before would count.
    assert_eq!(world.in_files(), [MARK, "token", "token.gone"]);
    for _ in 0..2 {
        assert_eq!(get(&world.start(How::Open), "token"), some("t2"));
        assert_eq!(
            (world.in_files(), world.in_the_store()),
            (vec![MARK.to_owned()], vec![pair("token", "t2")])
        );
    }
}

#[test]
fn two_folders_of_one_person_do_not_meet() {
    let (one, mut other) = (World::default(), World::default());
    other.kept = Arc::clone(&one.kept);
    put(&one.start(How::Open), "key", "k1");
    let keys = other.start(How::Open);
    assert_eq!(get(&keys, "key"), Ok(None));
    put(&keys, "key", "k2");
    assert_eq!(get(&one.start(How::Open), "key"), some("k1"));
    assert_eq!(lock(&one.kept).len(), 2);
}
