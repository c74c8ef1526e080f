//! What forms need of a city besides their definitions, for who writes one: the calendar and the lists, read on their own.
//! The rest of the folder may be unfinished, and the form that is being written is often in it.

use std::collections::BTreeMap;
use std::path::Path;

use onehall_forms::Inputs;

use super::finding::{Findings, LoadError};
use super::folder::Folder;
use super::{calendar, lists, pinyin};

/// Reads `calendar.toml` and `lists/` of a city's folder.
///
/// # Errors
/// Everything that is wrong with these, by file and line.
pub fn inputs(folder: &Path) -> Result<Inputs, Vec<LoadError>> {
    let findings = Findings::default();
    let folder = Folder::read(folder, &findings);
    let calendar = folder
        .calendar
        .as_ref()
        .and_then(|source| calendar::read(source, &findings));
    let lists = lists::read(&folder.lists, &findings);
    let mut wrong = findings.into_sorted();
    wrong.retain(|error| error.file == "calendar.toml" || error.file.starts_with("lists"));
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(Inputs {
        calendar,
        lists: lists.lists.into_values().map(|list| list.list.clone()).collect(),
    })
}

/// The Chinese names in the lists, each in pinyin (`he dong qu`).
#[must_use]
pub fn spelt(inputs: &Inputs) -> BTreeMap<String, String> {
    let entries = inputs.lists.iter().filter_map(|list| list.entries.as_ref());
    let names = entries
        .flat_map(|entries| entries.all())
        .map(|entry| &entry.label.zh_cn);
    names.map(|name| (name.clone(), pinyin::spell(name))).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn with(files: &[(&str, &str)]) -> Folder {
            let folder = Folder(std::env::temp_dir().join(format!("onehall-inputs-{}", uuid::Uuid::now_v7())));
            for (name, content) in files {
                let path = folder.0.join(name);
                let made = std::fs::create_dir_all(path.parent().unwrap_or(&folder.0));
                made.and_then(|()| std::fs::write(path, content))
                    .unwrap_or_else(|error| panic!("{error}"));
            }
            folder
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    const CALENDAR: (&str, &str) = ("calendar.toml", "covers = [\"2026-01-01\", \"2026-12-31\"]\n");
    const LIST: &str = "version = \"1\"\n[[entries]]\ncode = \"a\"\nzh-CN = \"示例\"\nen = \"Example\"\n";

    #[test]
    fn a_city_that_is_not_finished_gives_its_calendar_and_lists() {
        let folder = Folder::with(&[CALENDAR, ("lists/jobs.toml", LIST), ("forms/half.v1.json", "{")]);
        let inputs = inputs(&folder.0).unwrap_or_else(|errors| panic!("{errors:?}"));
        assert!(inputs.calendar.is_some());
        assert_eq!(inputs.lists.len(), 1);
        assert!(
            inputs.lists[0]
                .entries
                .as_ref()
                .is_some_and(|entries| entries.get("a").is_some())
        );
    }

    #[test]
    fn what_is_wrong_with_them_is_told_and_nothing_else() {
        let folder = Folder::with(&[
            CALENDAR,
            ("lists/jobs.toml", "version = 1\n"),
            ("forms/half.v1.json", "{"),
        ]);
        let errors = inputs(&folder.0).err().unwrap_or_default();
        assert!(
            !errors.is_empty() && errors.iter().all(|error| error.file == "lists/jobs.toml"),
            "{errors:?}"
        );
        let nowhere = inputs(&folder.0.join("nowhere")).err().unwrap_or_default();
        assert_eq!(nowhere.len(), 1, "{nowhere:?}");
    }
}
