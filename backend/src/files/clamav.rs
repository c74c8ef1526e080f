//! ClamAV as a scanner, by clamd's INSTREAM command.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Scanner, Verdict};

/// How long clamd may take for one file.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A clamd.
#[derive(Debug, Clone)]
pub struct ClamAv {
    place: Place,
}

#[derive(Debug, Clone)]
enum Place {
    Tcp(String),
    Socket(PathBuf),
}

impl ClamAv {
    /// The clamd at `host:port`, or at the path of a socket.
    #[must_use]
    pub fn at(place: &str) -> ClamAv {
        let place = if place.starts_with('/') {
            Place::Socket(place.into())
        } else {
            Place::Tcp(place.to_owned())
        };
        ClamAv { place }
    }
}

#[async_trait]
impl Scanner for ClamAv {
    async fn scan(&self, content: &mut (dyn AsyncRead + Send + Unpin)) -> io::Result<Verdict> {
        let scanning = async {
            match &self.place {
                Place::Tcp(address) => instream(TcpStream::connect(address).await?, content).await,
                #[cfg(unix)]
                Place::Socket(path) => instream(tokio::net::UnixStream::connect(path).await?, content).await,
                #[cfg(not(unix))]
                Place::Socket(_) => Err(io::Error::other("this system has no sockets in the file system")),
            }
        };
        tokio::time::timeout(TIMEOUT, scanning)
            .await
            .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }
}

/// zINSTREAM: chunks with their length before them, a chunk of none at the end; the answer ends with a NUL.
async fn instream<S>(mut clamd: S, content: &mut (dyn AsyncRead + Send + Unpin)) -> io::Result<Verdict>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    clamd.write_all(b"zINSTREAM\0").await?;
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let length = content.read(&mut chunk).await?;
        clamd
            .write_all(&u32::try_from(length).unwrap_or(0).to_be_bytes())
            .await?;
        if length == 0 {
            break;
        }
        clamd.write_all(&chunk[..length]).await?;
    }
    clamd.flush().await?;
    let mut answer = Vec::new();
    clamd.take(4096).read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    verdict(answer.trim_end_matches(['\0', '\n']))
}

fn verdict(answer: &str) -> io::Result<Verdict> {
    let said = answer.strip_prefix("stream: ").unwrap_or(answer);
    match said.strip_suffix(" FOUND") {
        Some(name) => Ok(Verdict::Infected(name.to_owned())),
        None if said == "OK" => Ok(Verdict::Clean),
        None => Err(io::Error::other(format!("clamd gave no verdict: {said}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays clamd: reads the stream to its end, answers with `answer`, gives what it read.
    async fn clamd(mut side: tokio::io::DuplexStream, answer: &str) -> io::Result<Vec<u8>> {
        let mut command = [0; 10];
        side.read_exact(&mut command).await?;
        assert_eq!(&command, b"zINSTREAM\0");
        let mut content = Vec::new();
        loop {
            let length = side.read_u32().await? as usize;
            if length == 0 {
                break;
            }
            let start = content.len();
            content.resize(start + length, 0);
            side.read_exact(&mut content[start..]).await?;
        }
        side.write_all(answer.as_bytes()).await?;
        Ok(content)
    }

    async fn scanned(content: &[u8], answer: &str) -> io::Result<(Verdict, Vec<u8>)> {
        let (here, there) = tokio::io::duplex(1024);
        let mut content = content;
        let (verdict, read) = tokio::join!(instream(here, &mut content), clamd(there, answer));
        Ok((verdict?, read?))
    }

    #[tokio::test]
    async fn the_whole_file_is_looked_through() -> io::Result<()> {
        let content: Vec<u8> = (0..200_000u32).map(|n| n as u8).collect();
        let (verdict, read) = scanned(&content, "stream: OK\0").await?;
        assert_eq!(verdict, Verdict::Clean);
        assert!(read == content);
        Ok(())
    }

    #[tokio::test]
    async fn what_is_found_is_named() -> io::Result<()> {
        let (verdict, _) = scanned(b"x", "stream: Eicar-Test-Signature FOUND\0").await?;
        assert_eq!(verdict, Verdict::Infected("Eicar-Test-Signature".to_owned()));
        Ok(())
    }

    #[tokio::test]
    async fn an_answer_that_is_no_verdict_is_an_error() {
        for answer in [
            "INSTREAM size limit exceeded. ERROR\0",
            "",
            "stream: OK but not really\0",
        ] {
            assert!(scanned(b"x", answer).await.is_err(), "{answer}");
        }
    }
}
