//! Keys that no file holds: a program signs, and terminals take what it signed.

use std::env;
use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use onehall_updates::Outcome;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};

use super::{Failure, Place, program};

/// Where the token of a test lies.
const TOKEN: &str = "ONEHALL_TEST_TOKEN";

/// What stands before the point in the public key of P-256.
const BEFORE: &str = "3059301306072a8648ce3d020106082a8648ce3d030107034200";

/// Not a promise: the token of the test below, in a process of its own.
#[test]
fn signs_as_a_token_would() {
    let Ok(place) = env::var(TOKEN).map(std::path::PathBuf::from) else {
        return;
    };
    let read = |name: &str| fs::read(place.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let random = SystemRandom::new();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &read("key"), &random);
    let pair = pair.unwrap_or_else(|error| panic!("{error}"));
    let signature = pair.sign(&random, &read("message"));
    let signature = signature.unwrap_or_else(|error| panic!("{error}"));
    fs::write(place.join("signature"), signature).unwrap_or_else(|error| panic!("{error}"));
}

/// Puts a key into a token, and its public part beside it; the words that ask it.
fn token(place: &Place, name: &str) -> Vec<String> {
    let folder = place.root.join(name);
    let random = SystemRandom::new();
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random);
    let key = key.unwrap_or_else(|error| panic!("{error}"));
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.as_ref(), &random);
    let pair = pair.unwrap_or_else(|error| panic!("{error}"));
    let before = (0..BEFORE.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&BEFORE[at..at + 2], 16));
    let mut der: Vec<u8> = before.collect::<Result<_, _>>().unwrap_or_default();
    der.extend_from_slice(pair.public_key().as_ref());
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(der)
    );
    let written = fs::create_dir_all(&folder)
        .and_then(|()| fs::write(folder.join("key"), key.as_ref()))
        .and_then(|()| fs::write(folder.join("public.pem"), pem));
    written.unwrap_or_else(|error| panic!("{error}"));
    let asks = format!(
        "cat > \"$0/message\" && {TOKEN}=\"$0\" \"$1\" --exact tests::token::signs_as_a_token_would >/dev/null && cat \"$0/signature\""
    );
    let own = env::current_exe().unwrap_or_default();
    [
        "sh",
        "-c",
        &asks,
        &folder.display().to_string(),
        &own.display().to_string(),
    ]
    .map(str::to_owned)
    .to_vec()
}

#[cfg(unix)]
#[test]
fn a_key_in_a_token_signs_and_terminals_take_it() {
    let mut place = Place::founded("token");
    let asked = token(&place, "token");
    signs(&mut place, &asked);
}

/// A real token, with the words of docs/updates.md: `cargo xtask test --only tuf` installs SoftHSM.
#[cfg(unix)]
#[test]
#[ignore = "it needs a module of PKCS#11, in ONEHALL_TEST_PKCS11"]
fn a_key_in_a_token_of_pkcs11_signs_and_terminals_take_it() {
    let module = env::var("ONEHALL_TEST_PKCS11").unwrap_or_else(|error| panic!("ONEHALL_TEST_PKCS11: {error}"));
    let mut place = Place::founded("pkcs11");
    let folder = place.root.join("token");
    let tokens = folder.join("tokens");
    fs::create_dir_all(&tokens).unwrap_or_else(|error| panic!("{error}"));
    let settings = folder.join("softhsm2.conf");
    let said = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    );
    fs::write(&settings, said).unwrap_or_else(|error| panic!("{error}"));
    let tool = format!("pkcs11-tool --module {module} --login --pin 1234");
    let script = |deed: &str| format!("export SOFTHSM2_CONF={}; set -e; {deed}", settings.display());
    let made = std::process::Command::new("sh")
        .args([
            "-c",
            &script(&format!(
                "softhsm2-util --init-token --free --label office --so-pin 0000 --pin 1234
             {tool} --keypairgen --key-type EC:prime256v1 --label li-na
             {tool} --read-object --type pubkey --label li-na > {folder}/public.der
             openssl pkey -pubin -inform DER -in {folder}/public.der -out {folder}/public.pem",
                folder = folder.display()
            )),
        ])
        .output()
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    // This module signs what was hashed before.
    let asks = script(&format!(
        "openssl dgst -sha256 -binary | {tool} --sign --label li-na --mechanism ECDSA --signature-format openssl"
    ));
    signs(&mut place, &["sh".to_owned(), "-c".to_owned(), asks]);
}

/// Adds the key of a token in `token/`, has it sign, and has a terminal take what it signed.
fn signs(place: &mut Place, asked: &[String]) {
    let added = place.words("add-key ui-desktop d9 --token @token/public.pem --threshold 2", asked);
    added.unwrap_or_else(|error| panic!("{error}"));
    let file = fs::read_to_string(place.root.join("office/keys/d9.json")).unwrap_or_default();
    assert!(file.contains("BEGIN PUBLIC KEY") && !file.contains("sealed"), "{file}");
    place.pages(&program("first"));
    place.stage();
    place.do_("rollout ui-desktop 1 --share 100");
    // No passphrase of ours opens it.
    place.person.passphrase = "none that anybody knows";
    place.sign(&["d9"]);
    place.person.passphrase = "correct horse battery";
    assert!(
        matches!(place.publish(), Err(Failure::NotSigned { role, .. }) if role == "targets"),
        "the new key counts once those of the targets say so"
    );
    place.sign(&["t1", "t2", "d1"]);
    place.publish().unwrap_or_else(|error| panic!("{error}"));
    assert!(matches!(
        place.terminal("terminal").start(&place.repository()).1,
        Ok(Outcome::Staged { release: 1, .. })
    ));
}

#[cfg(unix)]
#[test]
fn a_token_that_does_not_sign_is_not_added() {
    let mut place = Place::founded("broken-token");
    let mut asked = token(&place, "token");
    let public = "add-key ui-desktop d9 --token @token/public.pem";
    // The key of another token.
    asked[3] = token(&place, "other")[3].clone();
    for words in [asked, vec!["false".to_owned()]] {
        assert!(matches!(place.words(public, &words), Err(Failure::Key(_))));
        assert!(!place.root.join("office/keys/d9.json").exists());
    }
    assert!(matches!(
        place.words("add-key ui-desktop d9 --token @office/plan.json", &["true".to_owned()]),
        Err(Failure::Nothing(_))
    ));
}
