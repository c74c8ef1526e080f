//! Single values of a file, parsed once into the types of the protocol.
//!
//! A fault never quotes the value where the value may be personal: identifiers say only what is wrong with them.

use std::str::FromStr;

use onehall_protocol::assurance::AssuredAt;
use onehall_protocol::catalog::{
    Audience, AuthorityLevel, Channel, FormReference, ItemKind, MaterialSource, Promptness, TrustGrade,
};
use onehall_protocol::identity::{AssuranceLevel, TerminalKind};
use onehall_protocol::staff::Role;
use onehall_protocol::{
    AuthorityCode, CitizenId, Date, FormCode, HallCode, ItemCode, Language, LifeEventCode, MaterialCode, Money,
    OrganisationCode, PhoneNumber, QueueCode, Text, ThemeCode, WorkflowCode,
};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, StrDeserializer};
use toml::Spanned;
use toml::de::DeValue;

use super::content::SimulatedAnswer;
use crate::halls::Span;
use crate::oidc::{LogoutAddress, RedirectUri, Scope};

/// Why a value is not what it should be.
pub(super) struct Fault {
    /// The byte of the file at which it stands.
    pub(super) offset: usize,
    /// Fits behind the name of the field: "is blank".
    pub(super) reason: String,
}

impl Fault {
    fn at(node: &Spanned<DeValue<'_>>, reason: impl Into<String>) -> Fault {
        Fault {
            offset: node.span().start,
            reason: reason.into(),
        }
    }
}

/// A value that a field can hold.
pub(super) trait Leaf: Sized {
    /// Reads it; what is wrong goes into `faults`.
    fn read(node: &Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) -> Option<Self>;
}

fn text<'n>(node: &'n Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) -> Option<&'n str> {
    let Some(text) = node.get_ref().as_str() else {
        faults.push(Fault::at(node, "must be a text in quotes"));
        return None;
    };
    if text.trim().is_empty() {
        faults.push(Fault::at(node, "is blank"));
    } else if text.trim() != text {
        faults.push(Fault::at(node, "begins or ends with a space"));
    }
    Some(text)
}

impl Leaf for String {
    fn read(node: &Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) -> Option<String> {
        text(node, faults).map(str::to_owned)
    }
}

impl Leaf for bool {
    fn read(node: &Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) -> Option<bool> {
        let value = node.get_ref().as_bool();
        if value.is_none() {
            faults.push(Fault::at(node, "must be true or false"));
        }
        value
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl Leaf for $number {
            fn read(node: &Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) -> Option<$number> {
                let integer = node.get_ref().as_integer();
                let value = integer.and_then(|integer| <$number>::from_str_radix(integer.as_str(), integer.radix()).ok());
                if value.is_none() {
                    let reason = format!("must be a whole number from {} to {}", <$number>::MIN, <$number>::MAX);
                    faults.push(Fault::at(node, reason));
                }
                value
            }
        }
    )+};
}
numbers!(u8, u16, u32, i32);

macro_rules! parsed {
    ($($value:ty),+) => {$(
        impl Leaf for $value {
            fn read(node: &Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) -> Option<$value> {
                from_text(node, faults)
            }
        }
    )+};
}
parsed!(
    AuthorityCode,
    CitizenId,
    Date,
    FormCode,
    HallCode,
    ItemCode,
    LifeEventCode,
    LogoutAddress,
    MaterialCode,
    Money,
    OrganisationCode,
    PhoneNumber,
    QueueCode,
    RedirectUri,
    Scope,
    Span,
    ThemeCode,
    WorkflowCode
);

fn from_text<T: FromStr>(node: &Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) -> Option<T>
where
    T::Err: std::fmt::Display,
{
    match text(node, faults)?.parse() {
        Ok(value) => Some(value),
        Err(error) => {
            faults.push(Fault::at(node, format!("is wrong: {error}")));
            None
        }
    }
}

/// One of the names that a type has.
fn chosen<T: for<'d> Deserialize<'d>>(node: &Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) -> Option<T> {
    let deserializer: StrDeserializer<'_, ValueError> = text(node, faults)?.into_deserializer();
    T::deserialize(deserializer)
        .map_err(|error| faults.push(Fault::at(node, format!("is wrong: {error}"))))
        .ok()
}

macro_rules! chosen {
    ($($value:ty),+) => {$(
        impl Leaf for $value {
            fn read(node: &Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) -> Option<$value> {
                chosen(node, faults)
            }
        }
    )+};
}
chosen!(
    AssuranceLevel,
    TerminalKind,
    AssuredAt,
    Audience,
    AuthorityLevel,
    Channel,
    ItemKind,
    Promptness,
    Role,
    SimulatedAnswer,
    TrustGrade
);

impl Leaf for MaterialSource {
    fn read(node: &Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) -> Option<MaterialSource> {
        // Files of cities had a word of their own for it, which forms never had.
        if node.get_ref().as_str() == Some("another_case") {
            faults.push(Fault::at(
                node,
                "is called `case`, as in forms: `another_case` is no source any more",
            ));
            return None;
        }
        chosen(node, faults)
    }
}

impl Leaf for Text {
    fn read(node: &Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) -> Option<Text> {
        let Some(table) = node.get_ref().as_table() else {
            faults.push(Fault::at(
                node,
                "must be a text in every language: { zh-CN = \"…\", en = \"…\" }",
            ));
            return None;
        };
        let mut read = Text::default();
        for (name, value) in table {
            let language = Language::ALL
                .into_iter()
                .find(|language| language.tag() == name.get_ref());
            match language {
                Some(Language::ZhCn) => read.zh_cn = text(value, faults)?.to_owned(),
                Some(Language::En) => read.en = text(value, faults)?.to_owned(),
                None => faults.push(Fault {
                    offset: name.span().start,
                    reason: format!(
                        "has a text in `{}`, a language that the hall does not speak",
                        name.get_ref()
                    ),
                }),
            }
        }
        for language in Language::ALL {
            if !table.iter().any(|(name, _)| name.get_ref() == language.tag()) {
                faults.push(Fault::at(node, format!("has no text in {}", language.tag())));
            }
        }
        Some(read)
    }
}

impl Leaf for FormReference {
    fn read(node: &Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) -> Option<FormReference> {
        const SHAPE: &str = "must name code and version: { code = \"…\", version = 1 }";
        let Some(table) = node.get_ref().as_table() else {
            faults.push(Fault::at(node, SHAPE));
            return None;
        };
        let (mut code, mut version) = (None, None);
        for (name, value) in table {
            match name.get_ref().as_ref() {
                "code" => code = FormCode::read(value, faults),
                "version" => version = u32::read(value, faults),
                _ => faults.push(Fault {
                    offset: name.span().start,
                    reason: SHAPE.to_owned(),
                }),
            }
        }
        match (code, version) {
            (Some(code), Some(version)) => Some(FormReference { code, version }),
            _ if faults.is_empty() => {
                faults.push(Fault::at(node, SHAPE));
                None
            }
            _ => None,
        }
    }
}
