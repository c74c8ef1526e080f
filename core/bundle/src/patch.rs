//! One file as the difference to another: a frame of zstd that has the older file as its dictionary, as `zstd --patch-from`
//! makes them and browsers take them (RFC 9842). Without an older file it is an ordinary compressed file.

use std::io::{Read as _, Write as _};

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

/// Makes the content that `frame` describes, with `base` as the file that it was made from.
///
/// Memory is bounded by `size` and a window, whatever the frame says of itself. That the content is the right one, its
/// hash has to show.
///
/// # Errors
/// The frame is damaged, made for another file, or makes anything but `size` bytes.
pub fn apply(base: &[u8], frame: &[u8], size: u64) -> Result<Vec<u8>, PatchError> {
    let size = usize::try_from(size).map_err(|_| PatchError::TooLarge)?;
    let mut decoder = zstd::stream::read::Decoder::with_ref_prefix(frame, base).map_err(|_| PatchError::Damaged)?;
    decoder.window_log_max(WINDOW).map_err(|_| PatchError::Damaged)?;
    // Grown as it comes: a frame of few bytes does not get the memory that a manifest names.
    let mut content = Vec::new();
    let mut piece = [0; 64 * 1024];
    loop {
        let read = decoder.read(&mut piece).map_err(|_| PatchError::Damaged)?;
        if read == 0 {
            break;
        }
        if content.len() + read > size {
            return Err(PatchError::TooLarge);
        }
        content.extend_from_slice(&piece[..read]);
    }
    if content.len() < size {
        return Err(PatchError::Damaged);
    }
    Ok(content)
}

/// Compresses `content` as the difference to `base`; an empty base gives an ordinary compressed file. The same bytes in give
/// the same bytes out.
///
/// # Errors
/// The compressor fails.
pub fn make(base: &[u8], content: &[u8]) -> Result<Vec<u8>, PatchError> {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{PatchError, apply, make};

    /// Bytes that do not compress by themselves, the same each time.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 7_u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u8
        };
        (0..length).map(|_| next()).collect()
    }

    fn made(base: &[u8], content: &[u8]) -> Vec<u8> {
        make(base, content).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn one_changed_text_in_half_a_megabyte_costs_some_bytes() {
        let old = noise(500_000);
        let mut new = old.clone();
        new.splice(250_000..250_006, *b"changed text");
        let patch = made(&old, &new);
        assert!(patch.len() < 400, "{} bytes", patch.len());
        assert_eq!(apply(&old, &patch, new.len() as u64), Ok(new.clone()));
        assert_eq!(patch, made(&old, &new), "the same bytes each time");
    }

    #[test]
    fn a_patch_for_another_file_makes_no_content_that_is_taken() {
        let (old, other) = (noise(10_000), vec![7; 10_000]);
        let new = [&old[..], b"end"].concat();
        let wrong = apply(&other, &made(&old, &new), new.len() as u64);
        assert_ne!(wrong, Ok(new), "whatever comes out, its hash is another");
    }

    #[test]
    fn a_bomb_ends_at_the_size_that_was_signed() {
        let bomb = made(b"", &vec![0; 32 << 20]);
        assert!(bomb.len() < 10_000, "{} bytes for 32 MB", bomb.len());
        assert_eq!(apply(b"", &bomb, 1_000), Err(PatchError::TooLarge));
        assert_eq!(apply(b"", &bomb, (32 << 20) - 1), Err(PatchError::TooLarge));
    }

    #[test]
    fn a_frame_that_asks_for_a_large_window_gets_no_memory() {
        // The head of a frame with a window of 2^31 bytes and one block that repeats a byte.
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x03, 0x00, 0x00, 0x41];
        assert_eq!(apply(b"", &frame, 10), Err(PatchError::Damaged));
    }

    #[test]
    fn what_ends_too_soon_or_makes_too_little_is_damaged() {
        let content = noise(5_000);
        let frame = made(b"", &content);
        for end in [0, 1, 4, 100, frame.len() - 1] {
            assert_eq!(apply(b"", &frame[..end], 5_000), Err(PatchError::Damaged), "{end}");
        }
        assert_eq!(apply(b"", &frame, 5_001), Err(PatchError::Damaged));
        assert_eq!(apply(b"", &made(b"", b""), 0), Ok(Vec::new()));
    }

    proptest! {
        #[test]
        fn any_content_comes_back_from_any_base(base in prop::collection::vec(any::<u8>(), 0..400), content in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert_eq!(apply(&base, &made(&base, &content), content.len() as u64), Ok(content));
        }

        #[test]
        fn no_bytes_make_more_than_was_signed(frame in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(content) = apply(b"base", &frame, 64) {
                prop_assert_eq!(content.len(), 64);
            }
        }
    }
}
