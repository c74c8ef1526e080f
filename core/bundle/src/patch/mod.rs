//! One file as the difference to another: a frame of zstd that has the older file as its dictionary, as `zstd --patch-from`
//! makes them and browsers take them (RFC 9842). Without an older file it is an ordinary compressed file.
//!
//! A WebAssembly program names places in memory and other functions by their numbers, all over its code. Where a text became
//! longer, thousands of them are others. So a patch of programs may begin with a frame that decoders of zstd skip
//! ([RFC 8878, 3.1.2](https://www.rfc-editor.org/rfc/rfc8878#section-3.1.2)): it says from which number on numbers moved how
//! far (`moves`), and the dictionary is the older program with its numbers moved (`program`). A reader that knows nothing of it
//! makes a content with another hash, and takes the whole file.

mod moves;
mod program;
mod steps;
#[cfg(test)]
mod tests;

use std::io::{Read as _, Write as _};

use moves::Moves;

/// Why a content could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// It would be larger than it may be, or need more memory.
    #[error("the content would be larger than what was signed")]
    TooLarge,
    /// It ends too soon, is no frame, or was made for another file.
    #[error("the compressed bytes are damaged, or made for another file")]
    Damaged,
    /// It could not be compressed.
    #[error("the content could not be compressed")]
    NotCompressed,
}

/// The most that a frame may look back: 2 to the power of it. What comes asking for more is refused before it is given memory.
const WINDOW: u32 = 26;

/// The head of a frame that decoders skip, and that says how numbers moved.
const MOVES: [u8; 4] = 0x184d_2a5b_u32.to_le_bytes();

/// How that is written.
const FORMAT: u8 = 1;

/// The most bytes of it, before it is compressed.
const MOST_MOVES: usize = 1 << 20;

/// Makes the content that `patch` describes, with `base` as the file that it was made from.
///
/// Memory is bounded by `size`, a window and twice the base, whatever the patch says of itself. That the content is the right
/// one, its hash has to show.
///
/// # Errors
/// The patch is damaged, made for another file, or makes anything but `size` bytes.
pub fn apply(base: &[u8], patch: &[u8], size: u64) -> Result<Vec<u8>, PatchError> {
    let size = usize::try_from(size).map_err(|_| PatchError::TooLarge)?;
    let content = match patch.strip_prefix(&MOVES) {
        Some(rest) => {
            let (moves, frame) = split(rest)?;
            let moves = Moves::read(&unpack(&[], moves, MOST_MOVES)?)?;
            unpack(&program::moved(base, &moves)?, frame, size)?
        }
        None => unpack(base, patch, size)?,
    };
    if content.len() < size {
        return Err(PatchError::Damaged);
    }
    Ok(content)
}

/// What is in the skipped frame, and what follows it.
fn split(rest: &[u8]) -> Result<(&[u8], &[u8]), PatchError> {
    let (length, rest) = rest.split_first_chunk().ok_or(PatchError::Damaged)?;
    let length = u32::from_le_bytes(*length) as usize;
    let (skipped, frame) = rest.split_at_checked(length).ok_or(PatchError::Damaged)?;
    match skipped.split_first() {
        Some((&FORMAT, moves)) => Ok((moves, frame)),
        _ => Err(PatchError::Damaged),
    }
}

/// What a frame makes of a dictionary, at most so many bytes.
fn unpack(base: &[u8], frame: &[u8], most: usize) -> Result<Vec<u8>, PatchError> {
    let mut decoder = zstd::stream::read::Decoder::with_ref_prefix(frame, base).map_err(|_| PatchError::Damaged)?;
    decoder.window_log_max(WINDOW).map_err(|_| PatchError::Damaged)?;
    // Grown as it comes: a frame of few bytes does not get the memory that a manifest names.
    let mut content = Vec::new();
    let mut piece = [0; 64 * 1024];
    loop {
        let read = decoder.read(&mut piece).map_err(|_| PatchError::Damaged)?;
        if read == 0 {
            return Ok(content);
        }
        if content.len() + read > most {
            return Err(PatchError::TooLarge);
        }
        content.extend_from_slice(&piece[..read]);
    }
}

/// Compresses `content` as the difference to `base`; an empty base gives an ordinary compressed file. The same bytes in give
/// the same bytes out.
///
/// # Errors
/// The compressor fails.
pub fn make(base: &[u8], content: &[u8]) -> Result<Vec<u8>, PatchError> {
    let plain = pack(base, content)?;
    let moved = Moves::between(base, content).and_then(|moves| with_moves(base, content, &moves).ok());
    Ok(match moved {
        Some(moved) if moved.len() < plain.len() => moved,
        _ => plain,
    })
}

fn with_moves(base: &[u8], content: &[u8], moves: &Moves) -> Result<Vec<u8>, PatchError> {
    let said = pack(&[], &moves.to_bytes())?;
    let length = u32::try_from(said.len() + 1).map_err(|_| PatchError::NotCompressed)?;
    let mut patch = MOVES.to_vec();
    patch.extend(length.to_le_bytes());
    patch.push(FORMAT);
    patch.extend(said);
    patch.extend(pack(&program::moved(base, moves)?, content)?);
    Ok(patch)
}

fn pack(base: &[u8], content: &[u8]) -> Result<Vec<u8>, PatchError> {
    let failed = |_| PatchError::NotCompressed;
    let mut encoder = zstd::stream::write::Encoder::with_ref_prefix(Vec::new(), 19, base).map_err(failed)?;
    // Wide enough to see all of the base from the end of the content.
    let together = (base.len() + content.len()).max(1) as u64;
    let window = (u64::BITS - together.leading_zeros()).clamp(17, WINDOW);
    encoder.window_log(window).map_err(failed)?;
    encoder.long_distance_matching(!base.is_empty()).map_err(failed)?;
    encoder.include_checksum(false).map_err(failed)?;
    encoder.write_all(content).map_err(failed)?;
    encoder.finish().map_err(failed)
}
