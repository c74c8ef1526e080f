//! The options of a command line: `--name value`, `--name=value` and `--switch`.

use std::collections::BTreeMap;
use std::str::FromStr;

use anyhow::{Context, Result, bail};

/// The options that were given.
#[derive(Debug)]
pub struct Arguments {
    values: BTreeMap<String, String>,
    switches: Vec<String>,
}

impl Arguments {
    /// Reads `words`. `options` take a value, `switches` take none.
    ///
    /// # Errors
    /// A word that is neither, an option without its value, or one given twice.
    pub fn parse(words: Vec<String>, options: &[&str], switches: &[&str]) -> Result<Self> {
        let mut read = Arguments {
            values: BTreeMap::new(),
            switches: Vec::new(),
        };
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let Some(name) = word.strip_prefix("--") else {
                bail!("`{word}` is not an option of this command")
            };
            let (name, glued) = match name.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (name, None),
            };
            if options.contains(&name) {
                let value = match glued {
                    Some(value) => value,
                    None => words.next().with_context(|| format!("`--{name}` needs a value"))?,
                };
                if read.values.insert(name.to_owned(), value).is_some() {
                    bail!("`--{name}` is given twice");
                }
            } else if switches.contains(&name) && glued.is_none() {
                read.switches.push(name.to_owned());
            } else {
                bail!("`{word}` is not an option of this command");
            }
        }
        Ok(read)
    }

    /// The text of an option.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// An option as another type.
    ///
    /// # Errors
    /// The value does not read as a `T`.
    pub fn value<T: FromStr>(&self, name: &str) -> Result<Option<T>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match text.parse() {
            Ok(value) => Ok(Some(value)),
            Err(_) => bail!("`--{name}` cannot be `{text}`"),
        }
    }

    /// One of a few words, or none.
    ///
    /// # Errors
    /// Another word was given.
    pub fn one_of<'a>(&self, name: &str, words: &[&'a str]) -> Result<Option<&'a str>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match words.iter().find(|word| **word == text) {
            Some(word) => Ok(Some(word)),
            None => bail!("`--{name}` is one of: {}", words.join(", ")),
        }
    }

    /// Whether a switch was given.
    pub fn has(&self, name: &str) -> bool {
        self.switches.iter().any(|switch| switch == name)
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;

    fn parse(words: &[&str]) -> anyhow::Result<Arguments> {
        Arguments::parse(
            words.iter().map(|word| (*word).to_owned()).collect(),
            &["port", "data"],
            &["dev"],
        )
    }

    #[test]
    fn options_are_read_in_both_spellings() -> anyhow::Result<()> {
        let read = parse(&["--port", "18600", "--data=/tmp/x=y", "--dev"])?;
        assert_eq!(read.value::<u16>("port")?, Some(18600));
        assert_eq!(read.text("data"), Some("/tmp/x=y"));
        assert!(read.has("dev"));
        assert!(!parse(&[])?.has("dev"));
        Ok(())
    }

    #[test]
    fn what_is_not_understood_is_refused_and_never_skipped() {
        for words in [
            &["--prot", "1"][..],
            &["18600"],
            &["--port"],
            &["--port", "1", "--port", "2"],
            &["--dev=yes"],
        ] {
            assert!(parse(words).is_err(), "{words:?}");
        }
        assert!(parse(&["--port", "70000"]).is_ok_and(|read| read.value::<u16>("port").is_err()));
    }
}
