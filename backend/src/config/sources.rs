//! Where the configuration comes from: file, environment, flags, in that rising order.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::Config;

/// What the value of a setting looks like where it is text (environment, flag).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Whole,
    List,
}

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its key in the file; a dot leads into a table.
    pub key: &'static str,
    kind: Kind,
    /// What it is, for `--help` and for `onehall config`.
    pub help: &'static str,
    /// Whether its value is shown masked.
    secret: bool,
}

const fn setting(key: &'static str, kind: Kind, help: &'static str) -> Setting {
    Setting {
        key,
        kind,
        help,
        secret: false,
    }
}

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    setting("mode", Kind::Text, "development or production"),
    setting("address", Kind::Text, "the address to listen on"),
    setting("port", Kind::Whole, "the port to listen on; 0 for any that is free"),
    setting(
        "public_url",
        Kind::Text,
        "the address people use, if another: https://hall.example",
    ),
    setting(
        "embed_origins",
        Kind::List,
        "sites whose pages may embed services: https://bank.example",
    ),
    setting(
        "embed_services",
        Kind::List,
        "what a site's pages reach, if not all: \"https://bank.example residence-permit passport\"",
    ),
    setting(
        "trusted_proxies",
        Kind::List,
        "proxies whose X-Forwarded-For is believed",
    ),
    setting("data", Kind::Text, "the data folder"),
    setting("city", Kind::Text, "the folder of the city's files"),
    setting("ui", Kind::Text, "the folder of the UI bundle"),
    setting("readers", Kind::Whole, "connections that read from the database"),
    setting(
        "stop_within",
        Kind::Whole,
        "seconds for which a stop waits for what was begun",
    ),
    setting(
        "staff_wrong_per_client_hour",
        Kind::Whole,
        "wrong staff logins from one address in an hour",
    ),
    setting(
        "codes.expires_after",
        Kind::Whole,
        "seconds for which a one-time code counts",
    ),
    setting(
        "codes.resend_after",
        Kind::Whole,
        "seconds until another code can be asked for",
    ),
    setting("codes.tries", Kind::Whole, "tries of one code"),
    setting(
        "codes.per_phone_hour",
        Kind::Whole,
        "codes for one phone number in an hour",
    ),
    setting(
        "codes.per_phone_day",
        Kind::Whole,
        "codes for one phone number in a day",
    ),
    setting(
        "codes.per_client_hour",
        Kind::Whole,
        "codes asked for from one address in an hour",
    ),
    setting(
        "codes.per_client_day",
        Kind::Whole,
        "codes asked for from one address in a day",
    ),
    setting(
        "codes.wrong_per_client_hour",
        Kind::Whole,
        "wrong codes from one address in an hour",
    ),
    // Gateways' programs are given keys as arguments more often than they should be.
    Setting {
        key: "messages.command",
        kind: Kind::List,
        help: "the program that sends text messages, and its arguments",
        secret: true,
    },
    Setting {
        key: "messages.mail",
        kind: Kind::List,
        help: "the program that sends e-mail, and its arguments; without it no e-mail address logs anybody in",
        secret: true,
    },
    Setting {
        key: "identity.verifier",
        kind: Kind::List,
        help: "the program that compares names, numbers and faces with the register, and its arguments",
        secret: true,
    },
    Setting {
        key: "storage.url",
        kind: Kind::Text,
        help: "a server of PostgreSQL: postgres://user:password@host:port/database; SQLite in the data folder without it",
        secret: true,
    },
    setting("storage.writers", Kind::Whole, "connections that write to that server"),
    Setting {
        key: "nats.url",
        kind: Kind::Text,
        help: "servers of NATS that carry pokes between replicas: nats://user:password@host:port, or tls://",
        secret: true,
    },
    setting(
        "nats.credentials",
        Kind::Text,
        "a file with user:password or a token for them, if not in the address",
    ),
    setting(
        "nats.subject",
        Kind::Text,
        "what the subjects of the hall begin with there",
    ),
    setting(
        "files.scanner",
        Kind::Text,
        "none, clamav:HOST:PORT or clamav:/path/of/the/socket",
    ),
    setting("files.store", Kind::Text, "where files are: disk, database or s3"),
    setting(
        "files.folder",
        Kind::Text,
        "their folder, if not `files` in the data folder; replicas may share it",
    ),
    setting(
        "files.s3_endpoint",
        Kind::Text,
        "the object store: https://store.example",
    ),
    setting("files.s3_region", Kind::Text, "its region"),
    setting("files.s3_bucket", Kind::Text, "the bucket"),
    setting("files.s3_prefix", Kind::Text, "what every key in it begins with: hall/"),
    setting("files.s3_access_key", Kind::Text, "the name of the key that signs"),
    Setting {
        key: "files.s3_secret_key",
        kind: Kind::Text,
        help: "the key that signs",
        secret: true,
    },
    setting(
        "insight.batches_per_client_hour",
        Kind::Whole,
        "batches of events from one address in an hour",
    ),
    setting(
        "oidc.requests_per_client_hour",
        Kind::Whole,
        "logins at others' applications that are asked for from one address in an hour",
    ),
    setting(
        "sync.keep_days",
        Kind::Whole,
        "days for which changes are kept for terminals that come back",
    ),
    setting(
        "updates.office",
        Kind::Text,
        "the folder of `onehall update`: its repository is served, its timestamp signed",
    ),
    setting(
        "updates.repository",
        Kind::Text,
        "a repository of updates that is served and signed elsewhere",
    ),
    setting(
        "updates.keys",
        Kind::List,
        "the files of the keys of snapshot, timestamp and halts",
    ),
    Setting {
        key: "updates.passphrase",
        kind: Kind::Text,
        help: "what opens them",
        secret: true,
    },
    setting(
        "updates.halt_percent",
        Kind::Whole,
        "a release is stopped where more of a hundred terminals went back from it",
    ),
    setting("updates.halt_after", Kind::Whole, "and so many terminals have tried it"),
    setting(
        "updates.halt_networks",
        Kind::Whole,
        "in so many networks at least; 1: one alone is enough",
    ),
    setting(
        "updates.reports_per_client_hour",
        Kind::Whole,
        "batches of reports on updates from one address in an hour",
    ),
    setting("log.format", Kind::Text, "auto, json or pretty"),
    setting("log.filter", Kind::Text, "info, or by part: warn,onehall::access=info"),
];

/// Variables of the environment that begin like ours and belong to other parts of the project.
const OTHERS: [&str; 2] = ["ONEHALL_CONFIG", "ONEHALL_TEST_DATA"];

impl Setting {
    /// Its variable in the environment: `ONEHALL_CODES_TRIES`.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("ONEHALL_{}", self.key.replace('.', "_").to_uppercase())
    }

    fn parse(&self, text: &str) -> Result<Value, String> {
        match self.kind {
            Kind::Text => Ok(Value::String(text.to_owned())),
            Kind::Whole => text
                .trim()
                .parse()
                .map(Value::Integer)
                .map_err(|_| format!("{text:?} is no whole number")),
            Kind::List if text.trim_start().starts_with('[') => {
                let table: Table = format!("list = {text}")
                    .parse()
                    .map_err(|_| format!("{text:?} is no list"))?;
                table.get("list").cloned().ok_or_else(|| format!("{text:?} is no list"))
            }
            Kind::List => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                Ok(Value::Array(parts.map(|part| Value::String(part.to_owned())).collect()))
            }
        }
    }
}

/// Why there is no configuration. One sentence each.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {0}: {1}")]
    Read(PathBuf, std::io::Error),
    /// The file is no TOML.
    #[error("the configuration {0} is not valid TOML: {1}")]
    Syntax(PathBuf, String),
    /// A value is not what it should be.
    #[error("{0} is not valid: {1}")]
    Value(String, String),
    /// There is something that is no setting, or of the wrong type.
    #[error("the configuration is not valid: {0}")]
    Invalid(String),
}

/// A configuration, and where each value of it came from (a setting that is not here has its default).
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// By key: `file`, `environment ONEHALL_PORT`, `flag`.
    pub origins: BTreeMap<&'static str, String>,
    /// Variables of the environment that look like ours and are none.
    pub unknown_variables: Vec<String>,
}

/// Puts the configuration together.
///
/// # Errors
/// [`ConfigError`], naming the file, the variable or the key.
pub fn load(
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
    flags: &[(&'static str, String)],
) -> Result<Loaded, ConfigError> {
    let mut origins = BTreeMap::new();
    let mut table = Table::new();
    if let Some(path) = file {
        let text = std::fs::read_to_string(path).map_err(|cause| ConfigError::Read(path.to_owned(), cause))?;
        table = text
            .parse()
            .map_err(|cause: toml::de::Error| ConfigError::Syntax(path.to_owned(), cause.to_string()))?;
        for setting in SETTINGS.iter().filter(|setting| get(&table, setting.key).is_some()) {
            origins.insert(setting.key, format!("file {}", path.display()));
        }
    }
    let mut unknown_variables = Vec::new();
    for (variable, text) in environment.into_iter().filter(|(name, _)| name.starts_with("ONEHALL_")) {
        match SETTINGS.iter().find(|setting| setting.variable() == variable) {
            Some(setting) => {
                let value = setting
                    .parse(&text)
                    .map_err(|fault| ConfigError::Value(variable.clone(), fault))?;
                put(&mut table, setting.key, value)?;
                origins.insert(setting.key, format!("environment {variable}"));
            }
            None if OTHERS.contains(&variable.as_str()) => {}
            None => unknown_variables.push(variable),
        }
    }
    for (key, text) in flags {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.key == *key) else {
            continue;
        };
        let flag = format!("--{}", key.replace(['.', '_'], "-"));
        let value = setting
            .parse(text)
            .map_err(|fault| ConfigError::Value(flag.clone(), fault))?;
        put(&mut table, setting.key, value)?;
        origins.insert(setting.key, format!("flag {flag}"));
    }
    let config: Config = table
        .try_into()
        .map_err(|cause: toml::de::Error| ConfigError::Invalid(cause.message().to_owned()))?;
    match config.faults().into_iter().next() {
        Some(fault) => Err(ConfigError::Invalid(fault)),
        None => Ok(Loaded {
            config,
            origins,
            unknown_variables,
        }),
    }
}

impl Loaded {
    /// The configuration in force as a file that could be used, each value with its origin; secrets masked.
    #[must_use]
    pub fn show(&self) -> String {
        let table = Table::try_from(&self.config).unwrap_or_default();
        let mut text = String::new();
        for setting in SETTINGS {
            let origin = self.origins.get(setting.key).map_or("default", String::as_str);
            let _ = writeln!(text, "# {} ({origin})", setting.help);
            let _ = match get(&table, setting.key) {
                None => writeln!(text, "# {} is not set", setting.key),
                Some(Value::String(value)) if setting.secret && !value.is_empty() => {
                    writeln!(text, "{} = \"(set, not shown)\"", setting.key)
                }
                Some(Value::Array(values)) if setting.secret && !values.is_empty() => {
                    writeln!(text, "{} = \"(set, not shown)\"", setting.key)
                }
                Some(value) => writeln!(text, "{} = {value}", setting.key),
            };
        }
        text
    }
}

fn get<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        Some((outer, inner)) => table.get(outer)?.as_table()?.get(inner),
        None => table.get(key),
    }
}

fn put(table: &mut Table, key: &str, value: Value) -> Result<(), ConfigError> {
    let Some((outer, inner)) = key.split_once('.') else {
        table.insert(key.to_owned(), value);
        return Ok(());
    };
    match table.entry(outer).or_insert_with(|| Value::Table(Table::new())) {
        Value::Table(outer) => {
            outer.insert(inner.to_owned(), value);
            Ok(())
        }
        _ => Err(ConfigError::Invalid(format!("{outer} must be a table"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Mode;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn environment(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn file(text: &str) -> std::io::Result<PathBuf> {
        let path = std::env::temp_dir().join(format!("onehall-config-{}.toml", uuid::Uuid::now_v7()));
        std::fs::write(&path, text)?;
        Ok(path)
    }

    #[test]
    fn a_flag_beats_the_environment_and_that_beats_the_file() -> Outcome {
        let path = file("port = 1\nreaders = 3\n[codes]\ntries = 3\nresend_after = 10\n")?;
        let environment = environment(&[
            ("ONEHALL_PORT", "2"),
            ("ONEHALL_CODES_TRIES", "4"),
            ("HOME", "/nowhere"),
        ]);
        let loaded = load(Some(&path), environment, &[("port", "3".to_owned())])?;
        std::fs::remove_file(path)?;
        let config = &loaded.config;
        assert_eq!(
            (
                config.port,
                config.readers,
                config.codes.tries,
                config.codes.resend_after
            ),
            (3, 3, 4, 10)
        );
        assert_eq!(loaded.origins.get("port").map(String::as_str), Some("flag --port"));
        assert_eq!(
            loaded.origins.get("codes.tries").map(String::as_str),
            Some("environment ONEHALL_CODES_TRIES")
        );
        assert_eq!(config.mode, Mode::Production);
        Ok(())
    }

    #[test]
    fn what_is_no_setting_or_no_value_is_refused_by_name() -> Outcome {
        let path = file("prot = 1\n")?;
        let error = load(Some(&path), [], &[])
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        std::fs::remove_file(path)?;
        assert!(error.contains("prot"), "{error}");
        for (variable, value) in [
            ("ONEHALL_PORT", "many"),
            ("ONEHALL_MODE", "lazy"),
            ("ONEHALL_PUBLIC_URL", "hall"),
            ("ONEHALL_FILES_STORE", "tape"),
            ("ONEHALL_FILES_STORE", "s3"),
            ("ONEHALL_NATS_URL", "http://nats"),
            ("ONEHALL_NATS_URL", "nats://nats:s3cr:et"),
        ] {
            assert!(
                load(None, environment(&[(variable, value)]), &[]).is_err(),
                "{variable}"
            );
        }
        let loaded = load(
            None,
            environment(&[("ONEHALL_PROT", "1"), ("ONEHALL_TEST_DATA", "x")]),
            &[],
        )?;
        assert_eq!(loaded.unknown_variables, ["ONEHALL_PROT"]);
        Ok(())
    }

    #[test]
    fn what_is_shown_can_be_used_as_a_file_and_hides_what_is_secret() -> Outcome {
        let given = environment(&[
            ("ONEHALL_MESSAGES_COMMAND", "send-sms,--key,s3cret"),
            ("ONEHALL_FILES_S3_SECRET_KEY", "wJalrXUt"),
            ("ONEHALL_NATS_URL", "nats://hall:wJalrXUt@nats"),
            ("ONEHALL_UI", "dist"),
        ]);
        let loaded = load(None, given, &[])?;
        assert_eq!(loaded.config.messages.command, ["send-sms", "--key", "s3cret"]);
        let shown = loaded.show();
        assert!(!shown.contains("s3cret") && !shown.contains("wJalrXUt"), "{shown}");
        let debug = format!("{:?}", loaded.config);
        assert!(!debug.contains("wJalrXUt"), "{debug}");
        let path = file(&load(None, [], &[])?.show())?;
        let again = load(Some(&path), [], &[])?;
        std::fs::remove_file(path)?;
        assert_eq!(again.config, Config::default());
        Ok(())
    }

    #[test]
    fn every_field_of_the_configuration_is_a_setting() -> Outcome {
        let config = Config {
            public_url: Some("https://a.b".to_owned()),
            ui: Some("ui".into()),
            nats: crate::config::Nats {
                credentials: Some("nats".into()),
                ..Default::default()
            },
            files: crate::config::Files {
                folder: Some("files".into()),
                ..Default::default()
            },
            updates: crate::config::Updates {
                office: Some("office".into()),
                repository: Some("repository".into()),
                ..Default::default()
            },
            ..Config::default()
        };
        for (key, value) in &Table::try_from(&config)? {
            let keys = match value {
                Value::Table(inner) => inner.keys().map(|name| format!("{key}.{name}")).collect(),
                _ => vec![key.clone()],
            };
            for key in keys {
                assert!(SETTINGS.iter().any(|setting| setting.key == key), "{key} is no setting");
            }
        }
        Ok(())
    }
}
