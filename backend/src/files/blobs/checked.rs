//! Bytes that are looked at while they are read.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, ReadBuf};

/// SHA-256 of bytes.
#[must_use]
pub fn sha256_of(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A reader that gives the last bytes only where all of them together are what they should be: so many, with this hash.
/// Whoever reads to the end has the right bytes, or an `InvalidData`, and never the wrong ones as if they were whole.
pub struct Checked<R> {
    inner: R,
    left: u64,
    hash: Option<Sha256>,
    expected: [u8; 32],
}

impl<R> Checked<R> {
    /// Reads `size` bytes of `inner` whose SHA-256 is `sha256`.
    #[must_use]
    pub fn new(inner: R, size: u64, sha256: [u8; 32]) -> Checked<R> {
        Checked {
            inner,
            left: size,
            hash: Some(Sha256::new()),
            expected: sha256,
        }
    }

    /// Takes note of bytes; an error where they are too many, or the last ones and not the right ones.
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        let wrong = |what: &str| Err(io::Error::new(io::ErrorKind::InvalidData, what.to_owned()));
        let Some(hash) = self.hash.as_mut() else {
            return if bytes.is_empty() {
                Ok(())
            } else {
                wrong("there are more bytes than there should be")
            };
        };
        let Some(left) = self.left.checked_sub(bytes.len() as u64) else {
            return wrong("there are more bytes than there should be");
        };
        hash.update(bytes);
        self.left = left;
        if left > 0 {
            return if bytes.is_empty() {
                wrong("there are fewer bytes than there should be")
            } else {
                Ok(())
            };
        }
        let found: [u8; 32] = self.hash.take().unwrap_or_default().finalize().into();
        if found == self.expected {
            Ok(())
        } else {
            wrong("the bytes are not those that were kept")
        }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Checked<R> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if into.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let before = into.filled().len();
        ready!(Pin::new(&mut this.inner).poll_read(context, into))?;
        let taken = this.take(&into.filled()[before..]);
        if taken.is_err() {
            into.set_filled(before);
        }
        Poll::Ready(taken)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    async fn read(bytes: &[u8], size: u64, sha256: [u8; 32]) -> (Vec<u8>, Option<io::ErrorKind>) {
        let mut all = Vec::new();
        let mut reader = Checked::new(bytes, size, sha256);
        let mut piece = [0; 3];
        loop {
            match reader.read(&mut piece).await {
                Ok(0) => return (all, None),
                Ok(read) => all.extend_from_slice(&piece[..read]),
                Err(error) => return (all, Some(error.kind())),
            }
        }
    }

    #[tokio::test]
    async fn what_is_read_to_the_end_is_what_was_meant() {
        let hash = sha256_of(b"0123456789");
        assert_eq!(read(b"0123456789", 10, hash).await, (b"0123456789".to_vec(), None));
        assert_eq!(read(b"", 0, sha256_of(b"")).await, (Vec::new(), None));
        let wrong = Some(io::ErrorKind::InvalidData);
        for (bytes, size) in [
            (&b"0123456780"[..], 10),
            (b"012345678", 10),
            (b"0123456789a", 10),
            (b"", 10),
        ] {
            let (given, error) = read(bytes, size, hash).await;
            assert_eq!(error, wrong, "{bytes:?}");
            assert!(given.len() < 10, "the last bytes are held back");
        }
        assert_eq!(read(b"", 0, hash).await.1, wrong);
    }
}
