//! Passwords: argon2id, a policy of length rather than of odd characters, first passwords that can be read out.

use std::sync::OnceLock;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use onehall_protocol::ErrorCode;
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use crate::error::{Error, Result};
use crate::rng::SystemRng;
use crate::secrets::{random, random_below};

/// The least and the most characters of a password.
const LENGTH: std::ops::RangeInclusive<usize> = 12..=128;

/// How many are hashed at once: each takes 19 MiB and some tens of milliseconds of a core.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Blocks of 1 KiB to ask the allocator for: more than any allocator keeps for later (glibc: 32 MiB), so that the memory of
/// a password goes back to the machine with it. What is asked for and not used is never resident.
const ASKED_FOR: usize = 40 * 1024;

/// argon2id's parameters as OWASP recommends them: 19 MiB, two passes, one lane. Tests prove promises, not the cost.
fn params() -> Params {
    if cfg!(test) { little() } else { of(19_456, 2) }
}

/// Parameters of no protection.
fn little() -> Params {
    of(64, 1)
}

fn of(memory: u32, passes: u32) -> Params {
    Params::new(memory, passes, 1, None).unwrap_or_else(|_| unreachable!("these parameters are valid"))
}

fn derive(params: Params, password: &str, salt: &[u8], output: &mut [u8]) -> Result<()> {
    #[cfg(test)]
    watched::derived(password, &params);
    let blocks = params.block_count();
    let mut memory: Vec<Block> = Vec::with_capacity(blocks.max(ASKED_FOR));
    memory.resize(blocks, Block::default());
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password.as_bytes(), salt, output, &mut memory)
        .map_err(|cause| Error::internal("hash a password", cause.to_string()))
}

/// The hash of a password, as a PHC string.
///
/// # Errors
/// `backend/internal` if the machine cannot.
pub async fn hash(password: String) -> Result<String> {
    on_a_thread(move || hash_with(params(), &password)).await?
}

/// The hash of a password that everybody can read in the files of a demo city. Work would protect nothing, and each first
/// start would wait a second for it.
///
/// # Errors
/// `backend/internal` if the machine cannot.
pub fn hash_published(password: &str) -> Result<String> {
    hash_with(little(), password)
}

fn hash_with(params: Params, password: &str) -> Result<String> {
    let (salt, mut output) = (random::<16>(), [0; 32]);
    derive(params.clone(), password, &salt, &mut output)?;
    let phc = || {
        Ok::<_, argon2::password_hash::Error>(PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params)?,
            salt: Some(Salt::new(&salt)?),
            hash: Some(Output::new(&output)?),
        })
    };
    let hash = phc().map_err(|cause| Error::internal("write the hash of a password", cause.to_string()))?;
    Ok(hash.to_string())
}

/// Whether a password is the one of a hash. Where there is none (no such account) it takes as long, and says no.
///
/// # Errors
/// `backend/internal` if the hash is none.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool> {
    // An hour of attempts with megabytes of password is no attempt.
    if password.chars().count() > *LENGTH.end() {
        return Ok(false);
    }
    on_a_thread(move || {
        let known = hash.is_some();
        let hash = hash.as_deref().unwrap_or_else(|| nobodys_hash());
        Ok(is_of(&password, hash)? && known)
    })
    .await?
}

/// Whether a password is the one of a hash, by the parameters that stand in the hash.
fn is_of(password: &str, hash: &str) -> Result<bool> {
    let broken = |what: &str| Error::internal("read a stored hash", what.to_owned());
    let parsed = PasswordHash::new(hash).map_err(|cause| broken(&cause.to_string()))?;
    let params = Params::try_from(&parsed).map_err(|cause| broken(&cause.to_string()))?;
    let (Some(salt), Some(expected)) = (parsed.salt, parsed.hash) else {
        return Err(broken("it has no salt or no output"));
    };
    if parsed.algorithm != Algorithm::Argon2id.ident() || parsed.version != Some(Version::V0x13.into()) {
        return Err(broken("it is not of argon2id, version 19"));
    }
    let mut output = vec![0; expected.len()];
    derive(params, password, &salt, &mut output)?;
    Ok(output.ct_eq(expected.as_bytes()).into())
}

/// For tests that compare the work of two logins, whose time nobody can measure without chance.
#[cfg(test)]
pub(super) mod watched {
    use std::collections::BTreeMap;
    use std::sync::{Mutex, PoisonError};

    use argon2::Params;

    /// By password, since tests run side by side: memory and passes of each time that one was hashed.
    static DERIVED: Mutex<BTreeMap<String, Vec<(u32, u32)>>> = Mutex::new(BTreeMap::new());

    pub(super) fn derived(password: &str, params: &Params) {
        let mut derived = DERIVED.lock().unwrap_or_else(PoisonError::into_inner);
        let cost = (params.m_cost(), params.t_cost());
        derived.entry(password.to_owned()).or_default().push(cost);
    }

    /// What it cost to look at a password that only one test uses.
    pub fn cost_of(password: &str) -> Vec<(u32, u32)> {
        let derived = DERIVED.lock().unwrap_or_else(PoisonError::into_inner);
        derived.get(password).cloned().unwrap_or_default()
    }
}

async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    in_turn(&AT_ONCE, work).await
}

/// The thread keeps the permit, not the caller: who hangs up in the middle stops waiting, but the work goes on and still
/// takes its memory.
async fn in_turn<T: Send + 'static>(room: &'static Semaphore, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let permit = room.acquire().await.map_err(|_| ErrorCode::Unavailable)?;
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work()
    })
    .await
    .map_err(|cause| Error::internal("hash on a thread", cause))
}

/// A hash of a password that nobody has, made once.
fn nobodys_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| hash_with(params(), &first_password()).unwrap_or_default())
}

/// Refuses a new password that is too short, too long, or easy to guess for this account.
///
/// # Errors
/// `identity/weak_password` with the field `new_password`.
pub fn check_new(password: &str, account: &str) -> Result<()> {
    let weak = |code: &str| Err(Error::new(ErrorCode::WeakPassword).with_field("new_password", code));
    let characters: Vec<char> = password.to_lowercase().chars().collect();
    if characters.len() < *LENGTH.start() {
        return weak("too_short");
    }
    if characters.len() > *LENGTH.end() {
        return weak("too_long");
    }
    const KNOWN: [&str; 8] = [
        "password",
        "qwertyuiop",
        "asdfghjkl",
        "1qaz2wsx",
        "letmein",
        "administrator",
        "woaini",
        "onehall",
    ];
    // What is left when everything that a guesser tries first is taken away: known words, the account's own name, and
    // characters that only repeat or continue the one before.
    let mut text: String = characters.iter().collect();
    for known in KNOWN
        .into_iter()
        .chain(Some(account).filter(|account| !account.is_empty()))
    {
        text = text.replace(&known.to_lowercase(), "");
    }
    let left: Vec<char> = text.chars().collect();
    let step = |pair: &[char]| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0]));
    let runs = left.windows(2).filter(|pair| step(pair).abs() <= 1).count();
    let mut different = left.clone();
    different.sort_unstable();
    different.dedup();
    if different.len() < 5 || left.len() - runs < 6 {
        weak("easy_to_guess")
    } else {
        Ok(())
    }
}

/// A first password, to be read out and typed once: five groups of four characters that are not mistaken for others
/// (99 bits).
#[must_use]
pub fn first_password() -> String {
    const ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let group = || {
        (0..4)
            .map(|_| char::from(ALPHABET[random_below(&SystemRng, ALPHABET.len() as u32) as usize]))
            .collect::<String>()
    };
    (0..5).map(|_| group()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_verified_and_nobodys_never() -> Result<()> {
        let hash = hash("maple-river-stone-41".to_owned()).await?;
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify("maple-river-stone-41".to_owned(), Some(hash.clone())).await?);
        assert!(!verify("maple-river-stone-42".to_owned(), Some(hash)).await?);
        assert!(!verify("maple-river-stone-41".to_owned(), None).await?);
        Ok(())
    }

    #[tokio::test]
    async fn the_hashes_are_those_of_the_library() -> Result<()> {
        use argon2::{PasswordHasher, PasswordVerifier};
        let password = "maple-river-stone-41";
        let ours = hash_with(params(), password)?;
        let parsed = PasswordHash::new(&ours).unwrap_or_else(|error| panic!("{error}"));
        assert!(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
        let theirs: PasswordHash = Argon2::default()
            .hash_password(password.as_bytes())
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(verify(password.to_owned(), Some(theirs.to_string())).await?);
        assert!(!verify("maple-river-stone-42".to_owned(), Some(theirs.to_string())).await?);
        Ok(())
    }

    #[test]
    fn a_password_that_is_easy_to_guess_is_refused() {
        for weak in [
            "short",
            "aaaaaaaaaaaa",
            "123456789012345",
            "abcdefghijklmnop",
            "password1234",
            "ps-window-2026",
            "qwertyuiop12",
        ] {
            assert!(check_new(weak, "ps-window").is_err(), "{weak}");
        }
        for good in [
            "maple-river-stone-41",
            "correct horse battery",
            "槐荫巷口的第三棵树下有猫一只",
            &first_password(),
        ] {
            assert!(check_new(good, "ps-window").is_ok(), "{good}");
        }
    }

    #[tokio::test]
    async fn who_hangs_up_makes_no_room_for_another_before_the_work_is_done() -> Result<()> {
        static ROOM: Semaphore = Semaphore::const_new(1);
        let (began, begins) = tokio::sync::oneshot::channel();
        let (finish, finishes) = std::sync::mpsc::channel::<()>();
        let caller = tokio::spawn(in_turn(&ROOM, move || {
            let _ = began.send(());
            let _ = finishes.recv();
        }));
        begins.await.unwrap_or_else(|error| panic!("{error}"));
        caller.abort();
        assert!(caller.await.is_err(), "it should have been given up");
        assert_eq!(ROOM.available_permits(), 0);
        drop(finish);
        in_turn(&ROOM, || ()).await
    }

    #[test]
    fn first_passwords_differ() {
        assert_ne!(first_password(), first_password());
    }
}
