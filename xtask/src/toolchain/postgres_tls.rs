//! TLS for a PostgreSQL of our own: on this machine's own network, with a certificate made for the day, for who knows a
//! password.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::debian;
use super::postgres::Account;
use crate::process;

/// What openssl makes the certificate of.
const CERTIFICATE: &str = "[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = localhost
[extensions]
subjectAltName = DNS:localhost
basicConstraints = critical, CA:FALSE
";

/// Who gets in: by the socket everybody, by the network who speaks TLS and knows the password.
const ACCESS: &str = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n";

/// Where a server speaks TLS.
pub struct Tls {
    port: u16,
    key: PathBuf,
    /// The server's certificate, for the name `localhost`.
    pub certificate: PathBuf,
    password: String,
}

impl Tls {
    /// Prepares a server whose data have been made in `folder` and that has not begun.
    ///
    /// # Errors
    /// There is no openssl, and none can be installed.
    pub(super) fn prepare(account: &Account, folder: &Path) -> Result<Tls> {
        let tls = Tls {
            port: std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port(),
            key: folder.join("server.key"),
            certificate: folder.join("server.crt"),
            password: password()?,
        };
        // It is there, and stays its owner's.
        std::fs::write(folder.join("data/pg_hba.conf"), ACCESS)?;
        let config = folder.join("certificate.conf");
        std::fs::write(&config, CERTIFICATE)?;
        let mut make = account.run(&openssl()?);
        make.args(["req", "-x509", "-nodes", "-days", "2"])
            .args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
            .arg("-config")
            .arg(config)
            .arg("-keyout")
            .arg(&tls.key)
            .arg("-out")
            .arg(&tls.certificate);
        process::run_quietly("openssl", &mut make)?;
        Ok(tls)
    }

    /// The settings of the server.
    pub fn settings(&self) -> Vec<String> {
        let (certificate, key) = (self.certificate.display(), self.key.display());
        [
            "ssl=on".to_owned(),
            format!("ssl_cert_file={certificate}"),
            format!("ssl_key_file={key}"),
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", self.port),
        ]
        .into_iter()
        .flat_map(|setting| ["-c".to_owned(), setting])
        .collect()
    }

    /// The port, which the name of the socket has in it as well.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What makes the password count.
    pub fn statement(&self) -> String {
        format!("ALTER USER onehall PASSWORD '{}'", self.password)
    }

    /// The address; how TLS is to be spoken is not said in it.
    pub fn url(&self) -> String {
        let Tls { password, port, .. } = self;
        format!("postgres://onehall:{password}@localhost:{port}/postgres?hostaddr=127.0.0.1")
    }
}

/// Debian's PostgreSQL brings it.
fn openssl() -> Result<PathBuf> {
    if let Some(found) = process::find("openssl") {
        return Ok(found);
    }
    debian::install("the tests on PostgreSQL", &["openssl"])?;
    process::find("openssl").context("openssl was installed, and is not in PATH")
}

/// One that nobody else on this machine guesses.
fn password() -> Result<String> {
    use std::io::Read;
    let mut random = [0; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut random)?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}
