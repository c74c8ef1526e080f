//! The configuration of `tauri-plugin-updater`, looked at before anything is packed with it: docs/native-programs.md.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The words of the plugin that turn one of its checks off begin or read so.
const DANGEROUS: [&str; 2] = ["dangerous", "allowDowngrades"];

/// Where the file lies, if it may be packed with.
///
/// # Errors
/// It cannot be read; or a code, the place and what is wrong there.
pub fn checked(file: &Path) -> Result<PathBuf> {
    let named = || file.display().to_string();
    let text = fs::read_to_string(file).with_context(named)?;
    let said: Value = serde_json::from_str(&text).with_context(named)?;
    check(&said).with_context(named)?;
    file.canonicalize().with_context(named)
}

fn check(said: &Value) -> Result<()> {
    if let Some(place) = dangerous(said, "") {
        bail!("updater/dangerous: {place}: turns a check off");
    }
    let key = said.pointer("/plugins/updater/pubkey").and_then(Value::as_str);
    if !key.is_some_and(is_key) {
        bail!("updater/no_key: plugins.updater.pubkey: is not the public key of `tauri signer generate`");
    }
    let endpoints = said.pointer("/plugins/updater/endpoints").and_then(Value::as_array);
    let endpoints = endpoints.filter(|endpoints| !endpoints.is_empty());
    let endpoints = endpoints.context("updater/no_endpoint: plugins.updater.endpoints: names none")?;
    for (index, endpoint) in endpoints.iter().enumerate() {
        if !endpoint.as_str().is_some_and(is_endpoint) {
            bail!(
                "updater/endpoint: plugins.updater.endpoints[{index}]: is not an address with https and without a name"
            );
        }
    }
    if said.pointer("/bundle/createUpdaterArtifacts") != Some(&Value::Bool(true)) {
        bail!("updater/unsigned: bundle.createUpdaterArtifacts: is not true");
    }
    Ok(())
}

/// The place of a word that turns a check off.
fn dangerous(value: &Value, place: &str) -> Option<String> {
    match value {
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let place = if place.is_empty() {
                name.clone()
            } else {
                format!("{place}.{name}")
            };
            if DANGEROUS.iter().any(|word| name.starts_with(word)) {
                Some(place)
            } else {
                dangerous(value, &place)
            }
        }),
        Value::Array(values) => values.iter().find_map(|value| dangerous(value, place)),
        _ => None,
    }
}

fn is_endpoint(address: &str) -> bool {
    let Some(rest) = address.strip_prefix("https://") else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    !host.is_empty() && !host.contains(['@', '{', ' ', '\\'])
}

/// Whether this is a public key of minisign as Tauri writes it: the whole of its file in base64.
fn is_key(text: &str) -> bool {
    let file = base64(text).and_then(|bytes| String::from_utf8(bytes).ok());
    let lines: Vec<&str> = file.as_deref().map_or(Vec::new(), |file| file.lines().collect());
    let [comment, key] = lines.as_slice() else {
        return false;
    };
    // Two letters for the algorithm, the number of the key, the key.
    let key = base64(key).filter(|key| key.len() == 2 + 8 + 32);
    comment.starts_with("untrusted comment:") && key.is_some_and(|key| key.starts_with(b"Ed"))
}

/// The bytes that base64 stands for.
fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let (mut bytes, mut waiting, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        waiting = (waiting << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((waiting >> bits) as u8);
            waiting &= (1 << bits) - 1;
        }
    }
    (!bytes.is_empty()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    /// A key as `tauri signer generate` writes it; nobody has its secret.
    const KEY: &str = "dW50cnVzdGVkIGNvbW1lbnQ6IG1pbmlzaWduIHB1YmxpYyBrZXk6IDAwClJXUUJBZ01FQlFZSENBQUJBZ01FQlFZSENBa0tDd3dORGc4UUVSSVRGQlVXRnhnWkdoc2NIUjRmCg==";

    fn said(key: &str, endpoints: &[&str]) -> Value {
        serde_json::json!({
            "bundle": { "createUpdaterArtifacts": true },
            "plugins": { "updater": { "pubkey": key, "endpoints": endpoints } },
        })
    }

    const ENDPOINT: &str = "https://programs.example/onehall-desktop/{{target}}/{{arch}}/{{current_version}}";

    fn wrong(said: &Value) -> String {
        check(said).map_or_else(|error| error.to_string(), |()| panic!("{said} is taken"))
    }

    #[test]
    fn the_sample_has_no_key_and_nothing_is_packed_with_it() -> Result<()> {
        let sample = workspace::root().join("shells/desktop/package/updater.conf.json");
        let read: Value = serde_json::from_str(&fs::read_to_string(&sample)?)?;
        assert!(wrong(&read).starts_with("updater/no_key: plugins.updater.pubkey"));
        assert_eq!(read["bundle"]["createUpdaterArtifacts"], Value::Bool(false));
        // What is missing in it, and nothing else, is what somebody fills in.
        let mut filled = read;
        filled["plugins"]["updater"]["pubkey"] = KEY.into();
        filled["plugins"]["updater"]["endpoints"] = vec![ENDPOINT].into();
        filled["bundle"]["createUpdaterArtifacts"] = true.into();
        check(&filled)
    }

    #[test]
    fn an_endpoint_without_tls_a_key_that_is_none_and_a_check_that_is_off_are_refused_with_their_place() -> Result<()> {
        check(&said(KEY, &[ENDPOINT]))?;
        for key in [
            "",
            "key",
            "RWQBAgME",
            &KEY[..KEY.len() - 12],
            format!("{KEY}!").as_str(),
        ] {
            assert!(
                wrong(&said(key, &[ENDPOINT])).starts_with("updater/no_key: plugins.updater.pubkey"),
                "{key}"
            );
        }
        assert!(wrong(&said(KEY, &[])).starts_with("updater/no_endpoint: plugins.updater.endpoints"));
        for endpoint in [
            "http://programs.example/",
            "https://",
            "https:///x",
            "https://me:secret@programs.example/",
            "programs.example",
        ] {
            let wrong = wrong(&said(KEY, &[ENDPOINT, endpoint]));
            assert!(
                wrong.starts_with("updater/endpoint: plugins.updater.endpoints[1]"),
                "{endpoint}: {wrong}"
            );
        }
        for word in [
            "dangerousInsecureTransportProtocol",
            "dangerousAcceptInvalidCerts",
            "allowDowngrades",
        ] {
            let mut off = said(KEY, &[ENDPOINT]);
            off["plugins"]["updater"][word] = true.into();
            assert_eq!(
                wrong(&off),
                format!("updater/dangerous: plugins.updater.{word}: turns a check off")
            );
        }
        let mut unsigned = said(KEY, &[ENDPOINT]);
        unsigned["bundle"]["createUpdaterArtifacts"] = "v1Compatible".into();
        assert!(wrong(&unsigned).starts_with("updater/unsigned: bundle.createUpdaterArtifacts"));
        Ok(())
    }
}
