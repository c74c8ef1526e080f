//! The settings that are wanted most, as flags of the command line; the others are set in the file or the environment.

use std::path::{Path, PathBuf};

use clap::Args;

use super::sources::{ConfigError, Loaded, load};

/// The flags. They may stand before a command that takes settings, and after it, where one beats the same one before.
#[derive(Debug, Clone, Default, Args)]
pub struct Flags {
    /// The configuration file (TOML)
    #[arg(long, env = "ONEHALL_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// development: messages and demo accounts are shown on /dev. production: for citizens
    #[arg(long, value_name = "MODE")]
    pub mode: Option<String>,
    /// The address to listen on [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS")]
    pub address: Option<String>,
    /// The port to listen on; 0 for any that is free [default: 8080]
    #[arg(long, value_name = "N")]
    pub port: Option<String>,
    /// The data folder: database, uploaded files, key [default: data]
    #[arg(long, value_name = "DIR")]
    pub data: Option<String>,
    /// A server of PostgreSQL instead of SQLite in the data folder: postgres://user@host/database (a password is better
    /// set in the file or in ONEHALL_STORAGE_URL: others see the arguments of a process)
    #[arg(long, value_name = "URL")]
    pub storage_url: Option<String>,
    /// Servers of NATS that carry pokes between replicas: nats://host:port (credentials are better set in the file, in
    /// ONEHALL_NATS_URL or in the file that nats.credentials names)
    #[arg(long, value_name = "URL")]
    pub nats_url: Option<String>,
    /// The folder of the city's files [default: city]
    #[arg(long, value_name = "DIR")]
    pub city: Option<String>,
    /// The folder of the UI bundle, with citizen/ and console/ in it [default: ui beside this program, if it is there]
    #[arg(long, value_name = "DIR")]
    pub ui: Option<String>,
    /// The address under which people reach the hall, behind a proxy: `https://hall.example`
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// How log lines are written: auto, json, pretty
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// Which log lines are written: info, or by part: warn,onehall::access=info
    #[arg(long, value_name = "FILTER")]
    pub log_filter: Option<String>,
}

impl Flags {
    /// These, and of the others what these do not say.
    #[must_use]
    pub fn over(self, others: Flags) -> Flags {
        Flags {
            config: self.config.or(others.config),
            mode: self.mode.or(others.mode),
            address: self.address.or(others.address),
            port: self.port.or(others.port),
            data: self.data.or(others.data),
            storage_url: self.storage_url.or(others.storage_url),
            nats_url: self.nats_url.or(others.nats_url),
            city: self.city.or(others.city),
            ui: self.ui.or(others.ui),
            public_url: self.public_url.or(others.public_url),
            log_format: self.log_format.or(others.log_format),
            log_filter: self.log_filter.or(others.log_filter),
        }
    }

    /// The configuration in force with these flags.
    ///
    /// # Errors
    /// [`ConfigError`], naming the file, the variable or the key.
    pub fn load(&self) -> Result<Loaded, ConfigError> {
        let given = [
            ("mode", &self.mode),
            ("address", &self.address),
            ("port", &self.port),
            ("data", &self.data),
            ("storage.url", &self.storage_url),
            ("nats.url", &self.nats_url),
            ("city", &self.city),
            ("ui", &self.ui),
            ("public_url", &self.public_url),
            ("log.format", &self.log_format),
            ("log.filter", &self.log_filter),
        ];
        let flags: Vec<_> = given
            .into_iter()
            .filter_map(|(key, value)| value.clone().map(|value| (key, value)))
            .collect();
        let mut loaded = load(self.config.as_deref(), std::env::vars(), &flags)?;
        if loaded.config.ui.is_none()
            && let Some(ui) = std::env::current_exe().ok().as_deref().and_then(beside)
        {
            loaded.config.ui = Some(ui);
            loaded.origins.insert("ui", "beside the program".to_owned());
        }
        Ok(loaded)
    }
}

/// The folder of pages that a package of the hall has beside its program.
fn beside(program: &Path) -> Option<PathBuf> {
    let ui = program.with_file_name("ui");
    ui.is_dir().then_some(ui)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_beside_the_program_are_found() -> std::io::Result<()> {
        let folder = std::env::temp_dir().join(format!("onehall-beside-{}", std::process::id()));
        let program = folder.join("onehall");
        std::fs::create_dir_all(&folder)?;
        let before = beside(&program);
        std::fs::create_dir(folder.join("ui"))?;
        let found = beside(&program);
        std::fs::remove_dir_all(&folder)?;
        assert_eq!((before, found), (None, Some(folder.join("ui"))));
        Ok(())
    }
}
