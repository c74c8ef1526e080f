//! The address of a ticket: its id and a seal of it, so that whoever knows it drew the ticket, and nothing is kept for that.
//! And the code of an appointment, which follows from its id likewise.

use onehall_protocol::{AppointmentId, TicketId};
use uuid::Uuid;

use crate::secrets::ServerKey;

/// Hex digits of an id.
const ID: usize = 32;
/// Hex digits of its seal.
const SEAL: usize = 16;

/// The address of a ticket.
pub(super) fn address(key: &ServerKey, id: TicketId) -> String {
    let id = id.0.simple().to_string();
    let seal = key.keyed_hash("address of a ticket", &[&id]);
    let seal: String = seal[..SEAL / 2].iter().map(|byte| format!("{byte:02x}")).collect();
    id + &seal
}

/// The ticket of an address; none where it was not made here.
pub(super) fn ticket(key: &ServerKey, given: &str) -> Option<TicketId> {
    if given.len() != ID + SEAL || !given.is_ascii() {
        return None;
    }
    let id = TicketId(Uuid::try_parse(&given[..ID]).ok()?);
    // Compared whole: where it differs is not what tells it from a guess, eight bytes are.
    let own = address(key, id);
    let differs = own
        .bytes()
        .zip(given.bytes())
        .fold(0, |differs, (a, b)| differs | (a ^ b));
    (differs == 0).then_some(id)
}

/// The code of an appointment: eight digits.
pub(super) fn code(key: &ServerKey, id: AppointmentId) -> String {
    let hash = key.keyed_hash("code of an appointment", &[&id.to_string()]);
    let number = u64::from_be_bytes(hash.first_chunk().copied().unwrap_or_default());
    format!("{:08}", number % 100_000_000)
}

/// What is kept of a code.
pub(super) fn code_hash(key: &ServerKey, code: &str) -> [u8; 32] {
    let digits: String = code.chars().filter(|character| !character.is_whitespace()).collect();
    key.keyed_hash("check-in", &[&digits])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_its_ticket_and_a_guess_to_none() {
        let (key, other) = (ServerKey::ephemeral(), ServerKey::ephemeral());
        let id = TicketId(Uuid::now_v7());
        let own = address(&key, id);
        assert_eq!(ticket(&key, &own), Some(id));
        assert_eq!(ticket(&other, &own), None);
        for place in [0, ID, own.len() - 1] {
            let mut guess = own.clone().into_bytes();
            guess[place] = if guess[place] == b'0' { b'1' } else { b'0' };
            assert_eq!(ticket(&key, &String::from_utf8_lossy(&guess)), None);
        }
        assert_eq!(ticket(&key, &own[1..]), None);
        assert_eq!(ticket(&key, &"é".repeat(24)), None);
    }

    #[test]
    fn a_code_is_eight_digits_however_it_is_typed() {
        let key = ServerKey::ephemeral();
        let code = code(&key, AppointmentId(Uuid::now_v7()));
        assert!(
            code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit()),
            "{code}"
        );
        let (first, rest) = code.split_at(4);
        assert_eq!(code_hash(&key, &code), code_hash(&key, &format!(" {first} {rest}")));
    }
}
