//! A document that fails, made short.

use serde_json::Value;

use crate::mutate::{pointers, remove};
use crate::{Target, tried};

/// The most documents that are tried for it.
const PATIENCE: usize = 3_000;

/// The document without whatever can be taken from it while it still fails.
pub(crate) fn shortest(target: &Target, text: &str) -> String {
    let Ok(mut document) = serde_json::from_str::<Value>(text) else {
        return text.to_owned();
    };
    let fails = |document: &Value| tried(target, &document.to_string()).is_err();
    if !fails(&document) {
        // Only the text as it was fails.
        return text.to_owned();
    }
    let mut tries = 0;
    let mut shorter = true;
    while shorter && tries < PATIENCE {
        shorter = false;
        // The last parts first: what is taken from a list does not move what stands before.
        for path in pointers(&document).into_iter().rev() {
            let mut without = document.clone();
            remove(&mut without, &path);
            tries += 1;
            if without != document && fails(&without) {
                document = without;
                shorter = true;
            }
            if tries >= PATIENCE {
                break;
            }
        }
    }
    document.to_string()
}
