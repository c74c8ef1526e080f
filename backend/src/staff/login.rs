//! The two steps of a staff login.
//!
//! First account and password, then the code of an authenticator app or a passkey. At no point does an answer, or the time that it
//! takes, tell whether an account exists: an unknown one is hashed against nobody's password, counted and locked like a
//! known one.
//!
//! A try counts as a wrong one before it is checked, and is taken back where it was right. So however many come at the same
//! moment, at however many replicas, no more of them are checked than one after the other would be.

use onehall_protocol::ErrorCode;
use onehall_protocol::passkeys::PasskeyPurpose;
use onehall_protocol::staff::{StaffChallenge, StaffLogin, StaffPasskeyFactor, StaffSecondFactor};
use serde_json::Value;

use super::model::Staff;
use super::passkeys::asked;
use super::store::{Attempt, Enter, Factor, NewTicket, SecondFactor};
use super::{passkeys, password, totp};
use crate::error::{Error, Result};
use crate::http::extract::ClientAddress;
use crate::secrets::{Token, TokenHash};
use crate::state::AppState;

/// Seconds for which a ticket counts.
const TICKET_SECONDS: i64 = 300;

fn attempt(state: &AppState, account: &str, client: ClientAddress) -> Attempt {
    let network = client.network();
    Attempt {
        account: state.key.keyed_hash("staff-account", &[account]),
        account_here: state.key.keyed_hash("staff-account-here", &[account, &network]),
        client: state.key.keyed_hash("client", &[&network]),
        wrong_per_client_hour: state.config.staff_wrong_per_client_hour,
        now: state.clock.now(),
    }
}

/// First step: account and password give a ticket.
///
/// # Errors
/// `identity/wrong_credentials`; `request/too_many` while locked out.
pub async fn first_step(state: &AppState, login: StaffLogin, client: ClientAddress) -> Result<StaffChallenge> {
    let account = login.account.trim().to_lowercase();
    let attempt = attempt(state, &account, client);
    let found = state.storage.credentials(account, attempt).await?;
    let hash = found.as_ref().and_then(|found| found.password_hash.clone());
    let right = password::verify(login.password, hash).await?;
    let Some(found) = found.as_ref().filter(|_| right) else {
        let staff = found.map(|found| found.account.id);
        state.storage.password_refused(staff, attempt).await?;
        return Err(Error::new(ErrorCode::WrongCredentials));
    };
    let ticket = Token::generate(&*state.rng);
    let enrol = (!found.account.second_factor).then(totp::new_secret);
    let hall = state.hall_name();
    let new = NewTicket {
        ticket: ticket.hash(),
        staff: found.account.id,
        enrol: enrol.map(|secret| state.key.seal(&secret)).transpose()?,
        expires_at: attempt.now.plus_seconds(TICKET_SECONDS),
        attempt,
    };
    state.storage.password_taken(new).await?;
    let asked = asked(PasskeyPurpose::LogIn, ticket.hash());
    let passkey = passkeys::options(state, found.account.id, asked).await?;
    let enrol = enrol
        .map(|secret| totp::enrolment(&secret, &found.account.account, &hall.zh_cn))
        .transpose()?;
    Ok(StaffChallenge {
        ticket: ticket.as_str().to_owned(),
        enrol,
        change_password: found.account.change_password,
        passkey,
    })
}

/// A login whose password was right, and one try of it that is counted as a wrong one.
struct Tried {
    ticket: TokenHash,
    attempt: Attempt,
    known: SecondFactor,
}

/// What a ticket stands for, with a try counted; none where it expired, was used, or had its tries.
async fn tried(state: &AppState, ticket: &str, client: ClientAddress) -> Result<Option<Tried>> {
    let ticket = TokenHash::of(ticket);
    let Some(known) = state.storage.second_factor(ticket, state.clock.now()).await? else {
        return Ok(None);
    };
    let attempt = attempt(state, &known.account.account, client);
    let known = state.storage.try_second_factor(ticket, attempt).await?;
    Ok(known.map(|known| Tried { ticket, attempt, known }))
}

/// Second step: the ticket and the code of the authenticator app begin a session.
///
/// # Errors
/// `identity/wrong_code` (wrong, used, too late, no such ticket: all alike); `identity/weak_password` where a new
/// password is needed and there is none, or it is weak. The code is not used up by the latter.
pub async fn second_step(state: &AppState, second: StaffSecondFactor, client: ClientAddress) -> Result<(Staff, Token)> {
    let wrong = || Error::new(ErrorCode::WrongCode);
    let tried = tried(state, &second.ticket, client).await?.ok_or_else(wrong)?;
    let secret = state.key.open(&tried.known.secret)?;
    let Some(step) = totp::matching_step(&secret, &second.code, tried.known.last_step, tried.attempt.now)? else {
        state.storage.second_factor_refused(tried.ticket, tried.attempt).await?;
        return Err(wrong());
    };
    enter(state, tried, Factor::Code(step), second.new_password).await
}

/// Second step by a passkey: the ticket and the answer of a passkey of this account begin a session.
///
/// # Errors
/// `identity/passkey_refused` (another account's, another challenge's, used, too late, no such ticket: all alike);
/// `identity/weak_password` as with a code.
pub async fn second_step_by_passkey(
    state: &AppState,
    second: StaffPasskeyFactor,
    client: ClientAddress,
) -> Result<(Staff, Token)> {
    let tried = tried(state, &second.ticket, client).await?;
    let tried = tried.ok_or_else(|| Error::new(ErrorCode::PasskeyRefused))?;
    let (ticket, attempt) = (tried.ticket, tried.attempt);
    let asked = asked(PasskeyPurpose::LogIn, ticket);
    let entered = match passkeys::verified(state, &second.credential, asked).await {
        Ok(used) => enter(state, tried, Factor::Passkey(used), second.new_password).await,
        Err(refusal) => Err(refusal),
    };
    if matches!(&entered, Err(refusal) if refusal.code() == ErrorCode::PasskeyRefused) {
        state.storage.second_factor_refused(ticket, attempt).await?;
    }
    entered
}

/// Begins the session of who has shown a second factor that is right.
async fn enter(state: &AppState, tried: Tried, factor: Factor, new: Option<String>) -> Result<(Staff, Token)> {
    let Tried { ticket, attempt, known } = tried;
    let new_password = match new_password(new, &known).await {
        Ok(new_password) => new_password,
        Err(refusal) => {
            state.storage.take_second_factor_back(ticket, attempt).await?;
            return Err(refusal);
        }
    };
    let token = Token::generate(&*state.rng);
    let enter = Enter {
        ticket,
        factor,
        new_password,
        session: token.hash(),
        now: attempt.now,
    };
    let staff = state.storage.enter(enter, attempt).await?;
    Ok((staff, token))
}

/// Shows by the code of the authenticator app that whoever sits at a console is there.
///
/// # Errors
/// `identity/wrong_code` (wrong or used); `request/too_many` while the account is locked.
pub async fn step_up(state: &AppState, staff: &Staff, code: &str, client: ClientAddress) -> Result<()> {
    let attempt = attempt(state, &staff.account.account, client);
    let known = state.storage.try_step_up(staff.session, attempt).await?;
    let known = known.ok_or_else(|| Error::new(ErrorCode::WrongCode))?;
    let secret = state.key.open(&known.secret)?;
    let Some(step) = totp::matching_step(&secret, code, known.last_step, attempt.now)? else {
        state.storage.step_up_refused(staff.id, attempt).await?;
        return Err(Error::new(ErrorCode::WrongCode));
    };
    state.storage.step_up(staff.session, Factor::Code(step), attempt).await
}

/// Shows by a passkey that whoever sits at a console is there.
///
/// # Errors
/// `identity/passkey_refused`; `request/too_many` while the account is locked.
pub async fn step_up_by_passkey(state: &AppState, staff: &Staff, answer: &Value, client: ClientAddress) -> Result<()> {
    let attempt = attempt(state, &staff.account.account, client);
    state.storage.try_step_up(staff.session, attempt).await?;
    let asked = asked(PasskeyPurpose::Prove, staff.session);
    let shown = match passkeys::verified(state, answer, asked).await {
        Ok(used) => {
            let factor = Factor::Passkey(used);
            state.storage.step_up(staff.session, factor, attempt).await
        }
        Err(refusal) => Err(refusal),
    };
    if matches!(&shown, Err(refusal) if refusal.code() == ErrorCode::PasskeyRefused) {
        state.storage.step_up_refused(staff.id, attempt).await?;
    }
    shown
}

/// The hash of the new password; none where there is none, and none is needed.
async fn new_password(new: Option<String>, known: &SecondFactor) -> Result<Option<String>> {
    let weak = |fault: &str| Error::new(ErrorCode::WeakPassword).with_field("new_password", fault);
    let Some(new) = new else {
        return if known.account.change_password {
            Err(weak("required"))
        } else {
            Ok(None)
        };
    };
    password::check_new(&new, &known.account.account)?;
    if password::verify(new.clone(), known.password_hash.clone()).await? {
        return Err(weak("same_as_before"));
    }
    Ok(Some(password::hash(new).await?))
}
