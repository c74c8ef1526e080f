//! The schema as Rust: an enum of events, an enum for each detail, and the table that the backend checks against.

use std::fmt::Write as _;

use anyhow::Result;

use super::schema::{Detail, Event, Schema, Title};

/// The module `onehall_protocol::analytics::events`.
pub fn write(schema: &Schema) -> Result<String> {
    let mut out = String::from(
        "//! Made by `cargo xtask analytics` from `core/protocol/analytics.json`. Change that file, not this one.\n\n\
         use super::{Declared, Detail, Title};\nuse crate::ItemCode;\n\n\
         /// An event, as the core records it.\n\
         #[derive(Debug, Clone, PartialEq, Eq)]\npub enum Event {\n",
    );
    for event in &schema.events {
        let mut fields = String::new();
        if event.item {
            fields.push_str("/// The service item.\nitem: ItemCode,\n");
        }
        if let Some(detail) = &event.detail {
            writeln!(
                fields,
                "/// {}.\n{}: {},",
                detail.title.en,
                detail.name,
                camel(&detail.name)
            )?;
        }
        let body = if fields.is_empty() {
            String::new()
        } else {
            format!(" {{\n{fields}}}")
        };
        writeln!(out, "/// {}\n{}{body},", event.means, camel(&event.name))?;
    }
    out.push_str(
        "}\n\nimpl Event {\n/// Its name, its item, and the value of its detail.\n#[must_use]\n\
         pub fn into_parts(self) -> (&'static str, Option<ItemCode>, Option<&'static str>) {\nmatch self {\n",
    );
    for event in &schema.events {
        let detail = event.detail.as_ref().map(|detail| detail.name.as_str());
        let names: Vec<&str> = event.item.then_some("item").into_iter().chain(detail).collect();
        let pattern = if names.is_empty() {
            String::new()
        } else {
            format!(" {{ {} }}", names.join(", "))
        };
        let item = if event.item { "Some(item)" } else { "None" };
        let detail = detail.map_or("None".to_owned(), |name| format!("Some({name}.as_str())"));
        writeln!(
            out,
            "Event::{}{pattern} => (\"{}\", {item}, {detail}),",
            camel(&event.name),
            event.name
        )?;
    }
    out.push_str("}\n}\n}\n");
    for detail in schema.events.iter().filter_map(|event| event.detail.as_ref()) {
        buckets(&mut out, detail)?;
    }
    out.push_str("\n/// All that may be counted.\npub const DECLARED: &[Declared] = &[\n");
    for event in &schema.events {
        declared(&mut out, event)?;
    }
    out.push_str("];\n");
    super::formatted(&out)
}

fn buckets(out: &mut String, detail: &Detail) -> Result<()> {
    let name = camel(&detail.name);
    writeln!(
        out,
        "\n/// {}.\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\npub enum {name} {{",
        detail.title.en
    )?;
    for bucket in &detail.buckets {
        writeln!(out, "/// {}.\n{},", capital(&bucket.title.en), camel(&bucket.value))?;
    }
    writeln!(
        out,
        "}}\n\nimpl {name} {{\n/// The bucket that a number falls into.\n#[must_use]\n\
         pub const fn of(number: u32) -> {name} {{\nmatch number {{"
    )?;
    for (at, bucket) in detail.buckets.iter().enumerate() {
        let range = match detail.buckets.get(at + 1) {
            Some(next) if next.from == bucket.from + 1 => format!("{}", bucket.from),
            Some(next) => format!("{}..={}", bucket.from, next.from - 1),
            None => "_".to_owned(),
        };
        writeln!(out, "{range} => {name}::{},", camel(&bucket.value))?;
    }
    out.push_str(
        "}\n}\n\n/// The value on the wire.\n#[must_use]\npub const fn as_str(self) -> &'static str {\nmatch self {\n",
    );
    for bucket in &detail.buckets {
        writeln!(out, "{name}::{} => \"{}\",", camel(&bucket.value), bucket.value)?;
    }
    out.push_str("}\n}\n}\n");
    Ok(())
}

fn declared(out: &mut String, event: &Event) -> Result<()> {
    let detail = match &event.detail {
        None => "None".to_owned(),
        Some(detail) => {
            let mut values = String::new();
            for bucket in &detail.buckets {
                write!(values, "(\"{}\", {}),", bucket.value, title(&bucket.title))?;
            }
            format!(
                "Some(Detail {{ title: {}, values: &[{values}] }})",
                title(&detail.title)
            )
        }
    };
    writeln!(
        out,
        "Declared {{ name: \"{}\", title: {}, expires: \"{}\", item: {}, detail: {detail} }},",
        event.name,
        title(&event.title),
        event.expires,
        event.item
    )?;
    Ok(())
}

fn title(title: &Title) -> String {
    format!("Title {{ zh_cn: \"{}\", en: \"{}\" }}", title.zh_cn, title.en)
}

/// `item_viewed` as `ItemViewed`.
fn camel(name: &str) -> String {
    name.split('_').map(capital).collect()
}

fn capital(text: &str) -> String {
    let (first, rest) = text.split_at(text.chars().next().map_or(0, char::len_utf8));
    first.to_uppercase() + rest
}
