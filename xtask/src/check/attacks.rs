//! The table of attacks in `docs/login.md` names where each guard stands, and the tests that fail without it: both must be there.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::workspace;

const PAGE: &str = "docs/login.md";
/// What the table stands below.
const HEADING: &str = "## What is tried against it";
/// Where its paths begin.
const SOURCES: &str = "backend/src";

/// Checks what the table names.
///
/// # Errors
/// A file, a function or a test that is not there.
pub fn check() -> Result<()> {
    let page = fs::read_to_string(workspace::root().join(PAGE)).with_context(|| format!("could not read {PAGE}"))?;
    let rows = rows(&page);
    if rows.is_empty() {
        bail!("{PAGE} has no table below \"{HEADING}\"");
    }
    let sources = workspace::root().join(SOURCES);
    let source = |file: &str| fs::read_to_string(sources.join(file)).ok();
    let mut missing = Vec::new();
    for (guard, tests) in rows {
        missing.extend(missing_guards(guard, &source));
        missing.extend(missing_tests(tests, &source));
    }
    if missing.is_empty() {
        return Ok(());
    }
    let missing = missing.join("\n  ");
    bail!("{PAGE} names what is not below {SOURCES}:\n  {missing}");
}

/// Guard and tests of each row.
fn rows(page: &str) -> Vec<(&str, &str)> {
    let below = page.split_once(HEADING).map_or("", |(_, below)| below);
    let table = below.split("\n## ").next().unwrap_or_default();
    table.lines().filter_map(row).skip(1).collect()
}

fn row(line: &str) -> Option<(&str, &str)> {
    let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").skip(1);
    Some((cells.next()?, cells.next()?))
}

/// What stands between backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Files that are not there, and functions and types that are not in the file which is named before them.
fn missing_guards(guard: &str, source: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let mut missing = Vec::new();
    let mut file = None;
    for name in quoted(guard) {
        if name.ends_with(".rs") {
            file = source(name).map(|text| (name, text));
            if file.is_none() {
                missing.push(name.to_owned());
            }
        } else if let Some((path, text)) = &file
            && name.chars().all(is_of_a_name)
            && !defines(text, name)
        {
            missing.push(format!("{name} in {path}"));
        }
    }
    missing
}

/// Tests that stand neither in the file of their module nor in that of one around it.
fn missing_tests(tests: &str, source: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let stands = |test: &str| {
        let mut modules: Vec<&str> = test.split("::").collect();
        let name = modules.pop().unwrap_or_default();
        while !modules.is_empty() {
            let path = modules.join("/");
            let files = [format!("{path}.rs"), format!("{path}/mod.rs")];
            let mut texts = files.iter().filter_map(|file| source(file));
            if texts.any(|text| defines(&text, name)) {
                return true;
            }
            modules.pop();
        }
        false
    };
    quoted(tests).filter(|test| !stands(test)).map(str::to_owned).collect()
}

fn is_of_a_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Whether a text defines a function or a type of this name.
fn defines(text: &str, name: &str) -> bool {
    ["fn", "struct"].into_iter().any(|kind| {
        let definition = format!("{kind} {name}");
        let mut found = text.match_indices(definition.as_str());
        found.any(|(at, found)| !text[at + found.len()..].starts_with(is_of_a_name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Login

| key | what | test |
|---|---|---|
| `a.rs` | `b.rs` | `c::d` |

## What is tried against it

| attack | guard | test |
|---|---|---|
| a code is shown again | once, `S256`: `oidc/tokens.rs`, `redeem`; `SameSite=Strict` | `oidc::tests::once`, `oidc::tokens::tests::twice` |

## More

| a | `d.rs` | `e::f` |
";

    #[test]
    fn what_the_table_names_is_looked_for_where_it_says() {
        let rows = rows(PAGE);
        let [(guard, tests)] = rows.as_slice() else {
            panic!("{rows:?}")
        };
        let there = |file: &str| {
            let text = match file {
                "oidc/tokens.rs" => "pub fn redeem(tx: &Connection) {} mod tests { fn twice() {} }",
                "oidc/tests/mod.rs" => "async fn once() {}",
                _ => return None,
            };
            Some(text.to_owned())
        };
        assert!(missing_guards(guard, &there).is_empty());
        assert!(missing_tests(tests, &there).is_empty());

        let moved = |file: &str| (file == "oidc/tokens.rs").then(|| "fn redeem_all() {}".to_owned());
        assert_eq!(missing_guards(guard, &moved), ["redeem in oidc/tokens.rs"]);
        assert_eq!(
            missing_tests(tests, &moved),
            ["oidc::tests::once", "oidc::tokens::tests::twice"]
        );
        assert_eq!(missing_guards(guard, &|_| None), ["oidc/tokens.rs"]);
    }
}
