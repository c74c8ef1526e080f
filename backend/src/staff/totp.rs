//! The second factor: time-based one-time passwords, RFC 6238 (SHA-1, 6 digits, 30 seconds), as every authenticator
//! app knows them.

use onehall_protocol::Timestamp;
use onehall_protocol::staff::TotpEnrolment;
use subtle::ConstantTimeEq;
use totp_rs::{Builder, Secret, Totp};

use crate::error::{Error, Result};
use crate::secrets::random;

/// Seconds of one step.
const STEP: u64 = 30;
/// Steps before and after now that are taken: clocks of phones are not exact.
const SKEW: u64 = 1;

/// A new secret: 160 bits, as RFC 4226 recommends.
#[must_use]
pub fn new_secret() -> [u8; 20] {
    random()
}

/// The secret of its base32 text.
///
/// # Errors
/// If the text is no base32, or shorter than 128 bits.
pub fn parse_secret(text: &str) -> Result<Vec<u8>> {
    let secret = Secret::try_from_base32(text).map_err(|_| Error::broken("read a second factor that is no base32"))?;
    let bytes = secret.as_bytes().to_vec();
    if bytes.len() < 16 {
        Err(Error::broken("take a second factor of less than 128 bits"))
    } else {
        Ok(bytes)
    }
}

fn totp(secret: &[u8], account: &str, issuer: &str) -> Result<Totp> {
    // The label of the URI takes no colon.
    let plain = |text: &str| text.replace(':', " ");
    Builder::new()
        .with_secret(secret.to_vec())
        .with_account_name(plain(account))
        .with_issuer(Some(plain(issuer)))
        .build()
        .map_err(|_| Error::broken("make a second factor of the stored secret"))
}

/// What is shown once, to enrol an authenticator app.
///
/// # Errors
/// If the secret is none.
pub fn enrolment(secret: &[u8], account: &str, issuer: &str) -> Result<TotpEnrolment> {
    let totp = totp(secret, account, issuer)?;
    let uri = totp
        .to_url()
        .map_err(|_| Error::broken("write the address of a second factor"))?;
    Ok(TotpEnrolment {
        uri,
        secret: Secret::from(secret.to_vec()).to_base32(),
    })
}

fn steps(now: Timestamp) -> std::ops::RangeInclusive<u64> {
    let step = u64::try_from(now.unix_millis().max(0)).unwrap_or(0) / 1000 / STEP;
    step.saturating_sub(SKEW)..=step + SKEW
}

/// The step whose code `typed` is, if it is one that counts at `now` and is later than the last one used.
///
/// # Errors
/// If the secret is none.
pub fn matching_step(secret: &[u8], typed: &str, last_used: Option<u64>, now: Timestamp) -> Result<Option<u64>> {
    let totp = totp(secret, "", "")?;
    let typed: String = typed.chars().filter(|character| !character.is_whitespace()).collect();
    let mut matching = None;
    for step in steps(now) {
        let code = totp.generate(step * STEP).to_string();
        if bool::from(code.as_bytes().ct_eq(typed.as_bytes())) && last_used.is_none_or(|last| step > last) {
            matching.get_or_insert(step);
        }
    }
    Ok(matching)
}

/// The code to type at `now`: the oldest that is still taken, so that somebody who tries the hall need not wait 30
/// seconds between two logins. For demo accounts and tests; an authenticator app shows the one of the present step.
///
/// # Errors
/// If the secret is none.
pub fn usable_code(secret: &[u8], last_used: Option<u64>, now: Timestamp) -> Result<String> {
    let window = steps(now);
    let present = window.end() - SKEW;
    let step = match last_used {
        Some(last) if last >= present => (last + 1).min(*window.end()),
        _ => present,
    };
    Ok(totp(secret, "", "")?.generate(step * STEP).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC_SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_millis(seconds * 1000)
    }

    #[test]
    fn the_test_vectors_of_rfc_6238_hold() -> Result<()> {
        // Appendix B, SHA-1, the last six of eight digits.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(
                matching_step(RFC_SECRET, code, None, at(seconds))?,
                Some(seconds as u64 / 30)
            );
        }
        Ok(())
    }

    #[test]
    fn a_code_counts_one_step_early_and_late_and_not_more() -> Result<()> {
        let code = usable_code(RFC_SECRET, None, at(3000))?;
        for (seconds, taken) in [(2969, false), (2970, true), (3000, true), (3059, true), (3060, false)] {
            assert_eq!(
                matching_step(RFC_SECRET, &code, None, at(seconds))?.is_some(),
                taken,
                "at {seconds}"
            );
        }
        Ok(())
    }

    #[test]
    fn a_code_counts_once() -> Result<()> {
        let code = usable_code(RFC_SECRET, None, at(3000))?;
        let step = matching_step(RFC_SECRET, &code, None, at(3000))?;
        assert_eq!(step, Some(100));
        assert_eq!(matching_step(RFC_SECRET, &code, step, at(3000))?, None);
        let next = usable_code(RFC_SECRET, step, at(3000))?;
        assert_eq!(matching_step(RFC_SECRET, &next, step, at(3000))?, Some(101));
        Ok(())
    }

    #[test]
    fn an_enrolment_gives_back_its_secret() -> Result<()> {
        let enrolment = enrolment(RFC_SECRET, "ps-window", "兰川市: 政务服务大厅")?;
        assert_eq!(parse_secret(&enrolment.secret)?, RFC_SECRET);
        assert!(enrolment.uri.starts_with("otpauth://totp/"), "{}", enrolment.uri);
        Ok(())
    }
}
