//! TLS to a server of PostgreSQL, as its own clients name it: `sslmode=require` encrypts and looks at no certificate,
//! `sslmode=verify-full` also looks whether the certificate is the server's, by the authorities of this machine or those in
//! the file that `sslrootcert` names.

use std::path::PathBuf;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::UrlError;
use crate::storage::sql::fault::{Error, Result};

/// How a server is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tls {
    /// Without TLS.
    Off,
    /// With TLS, whoever answers: who listens learns nothing, who stands in between is not noticed.
    Unchecked,
    /// With TLS to the server of this name: by the authorities in this file, or by those of the machine.
    Checked(Option<PathBuf>),
}

/// Takes what is about TLS out of an address: the rest is for the client.
///
/// # Errors
/// It asks for what there is not, or for two things that contradict each other.
pub(super) fn of(url: &str) -> std::result::Result<(String, Tls), UrlError> {
    let Some((address, parameters)) = url.split_once('?') else {
        return Ok((url.to_owned(), Tls::Off));
    };
    let (mut mode, mut authorities, mut rest) = (None, None, Vec::new());
    for parameter in parameters.split('&') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = || percent_decode_str(value).decode_utf8().map_err(|_| UrlError::Shape);
        match name {
            "sslmode" => mode = Some(value()?.into_owned()),
            "sslrootcert" => authorities = Some(value()?.into_owned()),
            _ => rest.push(parameter),
        }
    }
    let authorities = authorities.filter(|file| file != "system").map(PathBuf::from);
    let tls = match mode.as_deref() {
        // `prefer` would fall back to this, and whoever stands in between decides that it does.
        None | Some("disable" | "prefer") if authorities.is_none() => Tls::Off,
        Some("require") if authorities.is_none() => Tls::Unchecked,
        Some("verify-full") => Tls::Checked(authorities),
        _ => return Err(UrlError::Tls),
    };
    let question = if rest.is_empty() { "" } else { "?" };
    Ok((format!("{address}{question}{}", rest.join("&")), tls))
}

impl Tls {
    /// What makes connections of this kind; none without TLS. The file of authorities is read now.
    pub(super) fn connector(&self) -> Result<Option<MakeRustlsConnect>> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|cause| Error::Connect(format!("no TLS: {cause}")))?;
        let config = match self {
            Tls::Off => return Ok(None),
            Tls::Unchecked => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
                .with_no_client_auth(),
            Tls::Checked(authorities) => builder
                .with_root_certificates(roots(authorities.as_ref())?)
                .with_no_client_auth(),
        };
        Ok(Some(MakeRustlsConnect::new(config)))
    }
}

fn roots(file: Option<&PathBuf>) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let Some(file) = file else {
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            return Err(Error::Connect(
                "this machine has no certificates of authorities: name a file with sslrootcert".to_owned(),
            ));
        }
        return Ok(roots);
    };
    let unusable =
        |cause: &dyn std::fmt::Display| Error::Connect(format!("cannot use sslrootcert, {}: {cause}", file.display()));
    let certificates = CertificateDer::pem_file_iter(file).map_err(|cause| unusable(&cause))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|cause| unusable(&cause))?;
        roots.add(certificate).map_err(|cause| unusable(&cause))?;
    }
    if roots.is_empty() {
        return Err(unusable(&"it holds no certificate"));
    }
    Ok(roots)
}

/// Takes any certificate; that the server has its key is checked all the same.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{PostgresUrl, connect};
    use super::*;

    fn from(parameters: &str) -> std::result::Result<(String, Tls), UrlError> {
        of(&format!("postgres://h/d{parameters}"))
    }

    #[test]
    fn an_address_says_how_its_server_is_reached() {
        let file = |file: &str| Tls::Checked(Some(PathBuf::from(file)));
        for (parameters, rest, tls) in [
            ("", "", Tls::Off),
            ("?sslmode=disable", "", Tls::Off),
            ("?a=b&sslmode=require&c=d", "?a=b&c=d", Tls::Unchecked),
            ("?sslmode=verify-full", "", Tls::Checked(None)),
            ("?sslmode=verify-full&sslrootcert=system", "", Tls::Checked(None)),
            (
                "?sslrootcert=%2Fetc%2Fca.pem&sslmode=verify-full",
                "",
                file("/etc/ca.pem"),
            ),
        ] {
            assert_eq!(
                from(parameters),
                Ok((format!("postgres://h/d{rest}"), tls)),
                "{parameters}"
            );
        }
    }

    #[test]
    fn a_certificate_that_nobody_checks_is_known_to_be_so() {
        for (mode, unchecked) in [("disable", false), ("require", true), ("verify-full", false)] {
            let url = format!("postgres://h/d?sslmode={mode}").parse::<PostgresUrl>();
            assert_eq!(url.map(|url| url.is_unchecked()).ok(), Some(unchecked), "{mode}");
        }
    }

    #[test]
    fn what_would_be_less_than_it_looks_is_refused() {
        for parameters in [
            "?sslmode=allow",
            "?sslmode=verify-ca",
            "?sslmode=",
            "?sslrootcert=ca.pem",
            "?sslmode=require&sslrootcert=ca.pem",
            "?sslmode=prefer&sslrootcert=ca.pem",
        ] {
            assert_eq!(from(parameters), Err(UrlError::Tls), "{parameters}");
        }
    }

    /// Whether a connection to this address is one by TLS, or why there is none.
    fn by_tls(url: &str) -> Result<bool> {
        let url: PostgresUrl = url.parse().unwrap_or_else(|error| panic!("{error}"));
        // Its client blocks.
        let asked = std::thread::scope(|scope| {
            let asking = scope.spawn(|| {
                connect(&url)?.query_row("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", [], |row| {
                    row.get(0)
                })
            });
            asking.join()
        });
        asked.unwrap_or_else(|_| panic!("it panicked"))
    }

    /// `cargo xtask test` names a server that speaks TLS, and its certificate; where it does not, this says that it skips.
    #[test]
    fn a_server_is_reached_by_tls_and_only_the_right_one_where_that_is_asked_for() {
        let variable = |name: &str| std::env::var(name).ok();
        let (Some(server), Some(certificate)) = (
            variable("ONEHALL_TEST_POSTGRES_TLS"),
            variable("ONEHALL_TEST_POSTGRES_CERTIFICATE"),
        ) else {
            eprintln!("ONEHALL_TEST_POSTGRES_TLS is not set: skipped");
            return;
        };
        let its_own = certificate.replace('/', "%2F");
        let outcome = by_tls(&format!("{server}&sslmode=require"));
        assert!(matches!(outcome, Ok(true)), "{outcome:?}");
        let checked = format!("{server}&sslmode=verify-full&sslrootcert={its_own}");
        let outcome = by_tls(&checked);
        assert!(matches!(outcome, Ok(true)), "{outcome:?}");
        let refused = |url: &str, why: &str| {
            let said = by_tls(url).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(said.contains(why), "{why}: {said}");
        };
        // The server takes nobody without.
        refused(&server, "no encryption");
        refused(&format!("{server}&sslmode=verify-full"), "certificate");
        refused(&checked.replace("@localhost", "@elsewhere.test"), "certificate");
        refused(&checked.replace(&its_own, "%2Fnowhere.pem"), "sslrootcert");
    }
}
