//! Damage at random places of a store's files: what is read is what was kept, or it is said that nothing is.

use std::fs;
use std::path::Path;

use super::{Folder, files, runtime, sealed};
use crate::ports::{Store, StoreError, Write};

/// How many damaged stores are opened.
const TRIES: u64 = 120;

/// Numbers that come alike in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

fn value(key: u32, generation: u32) -> Vec<u8> {
    let length = if key == 7 { 120_000 } else { 200 };
    format!("{key} {generation} ")
        .into_bytes()
        .into_iter()
        .cycle()
        .take(length)
        .collect()
}

/// Damages one file: a flipped bit, a stretch of zeros or of other bytes, or an end that was never written.
fn damage(folder: &Path, numbers: &mut Numbers) -> String {
    let all = files(folder);
    let all: Vec<_> = all.into_iter().filter(|(_, bytes)| !bytes.is_empty()).collect();
    let (path, mut bytes) = all[numbers.below(all.len())].clone();
    // Most of a file that was made large in advance holds nothing.
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(1, |last| last + 1);
    let at = numbers.below(used);
    let end = (at + 1 + numbers.below(600)).min(bytes.len());
    let how = match numbers.below(4) {
        0 => {
            bytes[at] ^= 1 << numbers.below(8);
            "a bit"
        }
        1 => {
            bytes[at..end].fill(0);
            "zeros"
        }
        2 => {
            bytes[at..end]
                .iter_mut()
                .for_each(|byte| *byte = byte.wrapping_mul(31) ^ 0xa5);
            "noise"
        }
        _ => {
            bytes.truncate(at);
            "its end is missing"
        }
    };
    fs::write(&path, &bytes).unwrap_or_else(|error| panic!("{error}"));
    format!("{how} in {} at {at}", path.display())
}

#[test]
fn damage_anywhere_is_never_read_as_a_value() {
    let (folder, runtime) = (Folder::new(), runtime());
    let store = sealed(&folder.0, &runtime);
    for generation in 0..4 {
        let writes = (0..30).map(|key| Write::Put {
            key: format!("cases/{key:02}"),
            value: value(key, generation),
        });
        let kept = runtime.block_on(store.batch(writes.collect()));
        assert_eq!(kept, Ok(()));
    }
    drop(store);
    let whole = files(&folder.0);
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let (mut intact, mut said) = (0, 0);
    for number in 0..TRIES {
        let _ = fs::remove_dir_all(&folder.0);
        for (path, bytes) in &whole {
            fs::create_dir_all(path.parent().unwrap_or(path)).unwrap_or_else(|error| panic!("{error}"));
            fs::write(path, bytes).unwrap_or_else(|error| panic!("{error}"));
        }
        let what = damage(&folder.0.join("store"), &mut numbers);
        let store = sealed(&folder.0, &runtime);
        let mut read = 0;
        runtime.block_on(async {
            for key in 0..30 {
                match store.get(&format!("cases/{key:02}")).await {
                    Ok(None) | Err(StoreError::Broken | StoreError::Newer) => {}
                    Ok(Some(found)) => {
                        let known = (0..4).any(|generation| found == value(key, generation));
                        assert!(known, "{number}: {what}: {key} was read as something that nobody kept");
                        read += 1;
                    }
                    Err(error) => panic!("{number}: {what}: {error:?}"),
                }
            }
            // Whatever it was: from here on it keeps again.
            let mut kept = store.put("cases/99", b"after".to_vec()).await;
            if kept.is_err() {
                kept = store.put("cases/99", b"after".to_vec()).await;
            }
            assert_eq!(kept, Ok(()), "{number}: {what}");
            assert_eq!(
                store.get("cases/99").await,
                Ok(Some(b"after".to_vec())),
                "{number}: {what}"
            );
        });
        intact += u64::from(read == 30);
        said += u64::from(read < 30);
    }
    assert!(
        intact > TRIES / 20 && said > TRIES / 20,
        "{intact} read whole, {said} not"
    );
}
