//! An archive as `tar` writes it (POSIX.1-1988, "ustar"): every system opens it, its length is known before, and it is sent
//! without a look back.

const BLOCK: u64 = 512;

/// The head of a file in the archive. `name` is ASCII, at most 100 bytes.
pub(super) fn header(name: &str, size: u64, modified_seconds: i64) -> Vec<u8> {
    let mut head = vec![0_u8; BLOCK as usize];
    let mut put = |at: usize, text: &[u8]| {
        for (place, byte) in head.iter_mut().skip(at).zip(text) {
            *place = *byte;
        }
    };
    put(0, &name.as_bytes()[..name.len().min(100)]);
    put(100, b"0000600\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{size:011o}\0").as_bytes());
    put(136, format!("{:011o}\0", modified_seconds.max(0)).as_bytes());
    // The checksum counts itself as blanks.
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
    for (place, byte) in head.iter_mut().skip(148).zip(format!("{sum:06o}\0 ").bytes()) {
        *place = byte;
    }
    head
}

/// What fills the last block of a file.
pub(super) fn padding(size: u64) -> Vec<u8> {
    vec![0; usize::try_from((BLOCK - size % BLOCK) % BLOCK).unwrap_or(0)]
}

/// The end of the archive.
pub(super) fn end() -> Vec<u8> {
    vec![0; 2 * BLOCK as usize]
}

/// How long an archive of files of these sizes is.
pub(super) fn length(sizes: impl Iterator<Item = u64>) -> u64 {
    sizes.map(|size| BLOCK + size.div_ceil(BLOCK) * BLOCK).sum::<u64>() + 2 * BLOCK
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_as_long_as_it_says_and_its_heads_have_their_sums() {
        let mut archive = Vec::new();
        let files: [(&str, &[u8]); 3] = [("a", b""), ("files/b.jpg", &[7; 512]), ("c", b"c")];
        for (name, content) in files {
            let size = content.len() as u64;
            let head = header(name, size, 1_764_118_800);
            assert_eq!(head.len(), 512);
            let told = u32::from_str_radix(&String::from_utf8_lossy(&head[148..154]), 8).unwrap_or(0);
            let blanked = head.iter().enumerate().map(|(at, byte)| {
                let blank = (148..156).contains(&at);
                u32::from(if blank { b' ' } else { *byte })
            });
            assert_eq!(told, blanked.sum::<u32>(), "{name}");
            archive.extend(head);
            archive.extend(content);
            archive.extend(padding(size));
        }
        archive.extend(end());
        assert_eq!(archive.len() as u64, length([0, 512, 1].into_iter()));
    }
}
