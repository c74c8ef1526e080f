//! Faults of the clients of the hall's login.

use onehall_protocol::ClientId;

use super::fixture::{Fixture, broken, broken_at, one_fault};
use crate::oidc::{Proof, Scope};

const TRANSIT: &str = "clients/transit.toml";
const CLINIC: &str = "clients/clinic.toml";
const BACK: &str = "\"https://transit.example/back\"";

#[test]
fn a_client_is_what_its_file_says() {
    let city = Fixture::new().load().unwrap_or_else(|errors| panic!("{errors:#?}"));
    let client = |id: &str| {
        let id: ClientId = id.parse().unwrap_or_else(|error| panic!("{error}"));
        city.client(&id).cloned().unwrap_or_else(|| panic!("no client {id}"))
    };
    let (transit, clinic) = (client("transit"), client("clinic"));
    assert_eq!(
        (&transit.proof, transit.sector.as_str()),
        (&Proof::Public, "transit.example")
    );
    assert!(transit.allowed().has(Scope::Phone) && !transit.allowed().has(Scope::CitizenId));
    assert_eq!(clinic.allowed().to_string(), "openid");
    assert_eq!(
        clinic.standing.as_ref().map(|standing| standing.place.en.as_str()),
        Some("Ground floor")
    );
    assert!(!clinic.is_public());
}

#[test]
fn citizens_are_sent_back_to_whole_addresses_that_nobody_else_can_hold() {
    let many = |more: &str| format!("{BACK}, {more}");
    for (address, reason) in [
        ("\"transit.example/back\"", "no address"),
        ("\"http://transit.example/back\"", "neither https"),
        ("\"http://localhost/back\"", "neither https"),
        ("\"https://*.transit.example/back\"", "a pattern"),
        ("\"https://transit.example/back#here\"", "a fragment"),
        ("\"https://me@transit.example/back\"", "a name or a password"),
        ("\"transit:/back\"", "neither https"),
    ] {
        broken(TRANSIT, BACK, &many(address), reason);
    }
    broken(TRANSIT, BACK, &many(BACK), "twice");
    broken(TRANSIT, &format!("[{BACK}]"), "[]", "a client has `redirect_uris`");
}

#[test]
fn addresses_of_several_hosts_say_whose_they_are() {
    let two = format!("{BACK}, \"https://other.example/back\"");
    broken(TRANSIT, BACK, &two, "need a `sector`");
    let fixture = Fixture::new();
    fixture.replace(TRANSIT, &format!("[{BACK}]"), &format!("[{two}]\nsector = \"transit\""));
    assert_eq!(fixture.errors(), []);
}

#[test]
fn a_client_has_public_keys_or_keeps_no_secret() {
    broken(
        TRANSIT,
        "\"public\"",
        "\"secret\"",
        "`kind` is \"public\" or \"confidential\"",
    );
    broken(TRANSIT, "\"public\"", "\"confidential\"", "needs `[[keys]]`");
    broken(CLINIC, "\"confidential\"", "\"public\"", "a public client has no keys");
    broken_at(CLINIC, "P-256", "P-521", 6, "on a curve other than P-256");
    broken_at(
        CLINIC,
        "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "MKBC",
        6,
        "of 32 bytes each",
    );
    broken_at(
        CLINIC,
        "kty = \"EC\"",
        "kty = \"oct\"",
        6,
        "neither of kty EC nor of kty RSA",
    );
    broken(CLINIC, "\n[standing]", "d = \"AAAA\"\n[standing]", "unknown key `d`");
}

#[test]
fn what_a_client_asks_for_is_known_and_said_why() {
    broken(
        TRANSIT,
        "\"phone\"",
        "\"telephone\"",
        "there is no such scope; there are openid, profile, phone",
    );
    broken(TRANSIT, "\"phone\"", "\"openid\"", "every client has the scope openid");
    let why = "why = { zh-CN = \"发送提醒。\", en = \"To send reminders.\" }\n";
    broken_at(TRANSIT, why, "", 7, "`why` is missing");
    broken(
        TRANSIT,
        "assurance = \"L1\"",
        "assurance = \"L9\"",
        "unknown variant `L9`",
    );
    broken(CLINIC, "\"central\"", "\"center\"", "there is no hall `center`");
}

#[test]
fn a_client_hears_of_the_end_of_a_session_by_tls_or_on_this_machine() {
    let kind = "kind = \"confidential\"";
    for (address, reason) in [
        ("http://clinic.example/out", "neither https"),
        ("http://169.254.169.254/out", "neither https"),
        ("cn.example.clinic:/out", "neither https"),
        ("https://me:secret@clinic.example/out", "a name or a password"),
    ] {
        let told = format!("backchannel_logout_uri = \"{address}\"\n{kind}");
        broken(CLINIC, kind, &told, reason);
    }
    broken(
        TRANSIT,
        "assurance = \"L1\"",
        "post_logout_redirect_uris = [\"http://transit.example/out\"]",
        "neither https",
    );
}

#[test]
fn a_terminal_of_the_hall_itself_is_bound_to_its_key_and_stays_no_longer_than_its_session() {
    let own = |kind: &str, more: &str| format!("first_party = \"{kind}\"\ndevice = true\n{more}");
    let level = "assurance = \"L1\"";
    let bound = "binds_tokens = true\n";
    broken(TRANSIT, level, &own("desktop", ""), "binds its tokens to a key");
    broken(
        TRANSIT,
        level,
        &own("browser", bound),
        "is \"desktop\", \"mobile\" or \"kiosk\"",
    );
    broken(TRANSIT, "\"phone\"", "\"hall\"", "of terminals of the hall itself");
    // One that no phone lets in logs in by a code: it needs no address.
    let fixture = Fixture::new();
    fixture.replace(TRANSIT, &format!("redirect_uris = [{BACK}]\n"), "");
    fixture.replace(TRANSIT, level, &format!("first_party = \"mobile\"\n{bound}"));
    assert_eq!(fixture.errors(), []);
    let fixture = Fixture::new();
    fixture.replace(TRANSIT, level, &own("desktop", bound));
    assert_eq!(fixture.errors(), []);
    fixture.replace(TRANSIT, "\"phone\"", "\"offline_access\"");
    one_fault(&fixture, TRANSIT, 5, "it has no scope offline_access");
}

#[test]
fn where_a_machine_stands_is_said_of_one_that_shows_who_it_is() {
    let stands = "[standing]\nplace = { zh-CN = \"大厅\", en = \"Hall\" }\n\n[[scopes]]";
    broken(TRANSIT, "[[scopes]]", stands, "cannot show where it stands");
    // A kiosk of the hall shows it by its key, one like the other.
    let kind = "kind = \"confidential\"";
    let kiosk = format!("first_party = \"kiosk\"\nbinds_tokens = true\ndevice = true\n{kind}");
    broken(CLINIC, kind, &kiosk, "where a kiosk stands its key shows");
    let fixture = Fixture::new();
    let kiosk = "first_party = \"kiosk\"\nbinds_tokens = true";
    fixture.replace(TRANSIT, "assurance = \"L1\"", kiosk);
    assert_eq!(fixture.errors(), []);
}

#[test]
fn the_name_of_a_file_is_the_id_of_its_client() {
    let fixture = Fixture::new();
    fixture.write("clients/Transit Two.toml", fixture.text(TRANSIT).as_bytes());
    one_fault(&fixture, "clients/Transit Two.toml", 1, "is the client's id");
}
