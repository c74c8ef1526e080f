//! A strict reader of canonical JSON that says where it found a mistake.

use serde_json::{Map, Value};

use crate::canonical::canonical;

/// What is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {wrong}")]
pub struct Mistake {
    /// The place, such as `files[3].path`; `document` for the whole.
    pub path: String,
    /// What is wrong there.
    pub wrong: Wrong,
}

/// What can be wrong in a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// More bytes than a document of this kind may have.
    #[error("is longer than a document of its kind may be")]
    TooLong,
    /// No JSON.
    #[error("is not JSON")]
    NotJson,
    /// JSON in another form than the canonical one: spaces, another order, a name twice, a fraction.
    #[error("is not in its canonical form")]
    NotCanonical,
    /// A format of another day.
    #[error("is of a format that this version does not know")]
    UnknownFormat,
    /// A field that must be there.
    #[error("is missing")]
    Missing,
    /// A field that nobody knows.
    #[error("is not known here")]
    Unknown,
    /// Another kind of value.
    #[error("is not {0}")]
    Not(&'static str),
    /// More than there may be.
    #[error("is more than there may be")]
    TooMuch,
    /// The same again.
    #[error("is there twice")]
    Twice,
    /// A place that another file takes.
    #[error("is also a folder of another file")]
    AlsoAFolder,
    /// What it names is not there.
    #[error("names what is not there")]
    NamesNothing,
    /// The first is above the last.
    #[error("begins after its end")]
    Backwards,
}

impl Wrong {
    pub(crate) fn at(self, path: impl Into<String>) -> Mistake {
        Mistake {
            path: path.into(),
            wrong: self,
        }
    }
}

/// Reads a document: canonical JSON of at most `longest` bytes.
pub(crate) fn document(bytes: &[u8], longest: usize) -> Result<Value, Mistake> {
    if bytes.len() > longest {
        return Err(Wrong::TooLong.at("document"));
    }
    let value: Value = serde_json::from_slice(bytes).map_err(|_| Wrong::NotJson.at("document"))?;
    // Also a field that is there twice ends here: the second one alone would be written.
    match canonical(&value) {
        Ok(form) if form == bytes => Ok(value),
        _ => Err(Wrong::NotCanonical.at("document")),
    }
}

/// A value and its place.
#[derive(Clone)]
pub(crate) struct At<'v> {
    value: &'v Value,
    path: String,
}

impl<'v> At<'v> {
    pub fn whole(value: &'v Value) -> At<'v> {
        At {
            value,
            path: String::new(),
        }
    }

    pub fn wrong(&self, wrong: Wrong) -> Mistake {
        wrong.at(if self.path.is_empty() { "document" } else { &self.path })
    }

    /// An object that has no field besides these.
    pub fn object(self, known: &[&str]) -> Result<Fields<'v>, Mistake> {
        let Value::Object(fields) = self.value else {
            return Err(self.wrong(Wrong::Not("an object")));
        };
        let fields = Fields {
            fields,
            path: self.path,
        };
        match fields.fields.keys().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) => Err(Wrong::Unknown.at(fields.place(unknown))),
            None => Ok(fields),
        }
    }

    pub fn list(&self, most: usize) -> Result<Vec<At<'v>>, Mistake> {
        let Value::Array(items) = self.value else {
            return Err(self.wrong(Wrong::Not("a list")));
        };
        if items.len() > most {
            return Err(self.wrong(Wrong::TooMuch));
        }
        let item = |(index, value)| At {
            value,
            path: format!("{}[{index}]", self.path),
        };
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// A text without control characters.
    pub fn text(&self, longest: usize) -> Result<&'v str, Mistake> {
        let text = self.value.as_str().ok_or_else(|| self.wrong(Wrong::Not("a text")))?;
        if text.len() > longest {
            return Err(self.wrong(Wrong::TooMuch));
        }
        if text.is_empty() || text.chars().any(char::is_control) {
            return Err(self.wrong(Wrong::Not("a text of one line")));
        }
        Ok(text)
    }

    /// A text of small letters, digits and `-`, such as the name of a profile.
    pub fn word(&self) -> Result<String, Mistake> {
        let text = self.text(40)?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        if !text.bytes().all(plain) {
            return Err(self.wrong(Wrong::Not("a word of small letters, digits and hyphens")));
        }
        Ok(text.to_owned())
    }

    /// Words in a list, none of them twice.
    pub fn words(&self, most: usize) -> Result<Vec<String>, Mistake> {
        let mut words = Vec::new();
        for item in self.list(most)? {
            let word = item.word()?;
            if words.contains(&word) {
                return Err(item.wrong(Wrong::Twice));
            }
            words.push(word);
        }
        Ok(words)
    }

    pub fn parsed<T: std::str::FromStr>(&self, kind: &'static str) -> Result<T, Mistake> {
        let text = self.text(400)?;
        text.parse().map_err(|_| self.wrong(Wrong::Not(kind)))
    }

    pub fn number(&self, most: u64) -> Result<u64, Mistake> {
        let number = self
            .value
            .as_u64()
            .ok_or_else(|| self.wrong(Wrong::Not("a whole number")))?;
        if number > most {
            return Err(self.wrong(Wrong::TooMuch));
        }
        Ok(number)
    }

    pub fn yes(&self) -> Result<bool, Mistake> {
        self.value
            .as_bool()
            .ok_or_else(|| self.wrong(Wrong::Not("true or false")))
    }

    /// The format of the document, which is decided on before anything else is read.
    pub fn format(&self, known: u64) -> Result<(), Mistake> {
        match self.value.get("format").and_then(Value::as_u64) {
            Some(format) if format == known => Ok(()),
            Some(_) => Err(Wrong::UnknownFormat.at("format")),
            None => Err(Wrong::Missing.at("format")),
        }
    }
}

/// The fields of an object.
pub(crate) struct Fields<'v> {
    fields: &'v Map<String, Value>,
    path: String,
}

impl<'v> Fields<'v> {
    pub fn place(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    pub fn get(&self, name: &str) -> Result<At<'v>, Mistake> {
        self.find(name).ok_or_else(|| Wrong::Missing.at(self.place(name)))
    }

    pub fn find(&self, name: &str) -> Option<At<'v>> {
        self.fields.get(name).map(|value| At {
            value,
            path: self.place(name),
        })
    }
}
