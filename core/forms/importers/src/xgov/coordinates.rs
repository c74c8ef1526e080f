//! A place by two numbers: a section of two questions.

use onehall_forms::Question;
use onehall_protocol::Text;

use super::Form;
use super::components::{Sheet, joined};
use crate::draft::{Draft, Heading};
use crate::finding::ImportFinding;
use crate::json::At;
use crate::kinds::{self, Wanted};
use crate::known::{Answer, Known};

/// One of the two numbers.
pub(super) struct Coordinate {
    /// What the source calls it, behind the name of the field.
    name: &'static str,
    zh_cn: &'static str,
    en: &'static str,
    /// From where to where it goes, where the field says nothing else: the bounds of Great Britain.
    between: [f64; 2],
    decimals: u8,
}

/// On the British National Grid, in metres.
pub(super) const EASTING_NORTHING: [Coordinate; 2] = [
    Coordinate {
        name: "easting",
        zh_cn: "东向坐标",
        en: "Easting",
        between: [0.0, 700_000.0],
        decimals: 0,
    },
    Coordinate {
        name: "northing",
        zh_cn: "北向坐标",
        en: "Northing",
        between: [0.0, 1_300_000.0],
        decimals: 0,
    },
];

/// In degrees.
pub(super) const LAT_LONG: [Coordinate; 2] = [
    Coordinate {
        name: "latitude",
        zh_cn: "纬度",
        en: "Latitude",
        between: [49.0, 61.0],
        decimals: 7,
    },
    Coordinate {
        name: "longitude",
        zh_cn: "经度",
        en: "Longitude",
        between: [-14.0, 2.0],
        decimals: 7,
    },
];

impl<'a> Form<'a> {
    /// The section of a field that asks for both.
    pub(super) fn coordinates(
        &mut self,
        at: &At<'a>,
        both: [Coordinate; 2],
        sheet: &mut Sheet<'_>,
        draft: &mut Draft,
    ) -> Result<Question, ImportFinding> {
        let name = at.get("name").word().unwrap_or("place");
        let title = draft.texts.label(&at.any(&["title", "shortDescription"]));
        let title = title.unwrap_or_else(|| sheet.title.clone());
        let required = at.get("options").get("required").flag() != Some(false);
        let mut questions = Vec::new();
        for coordinate in both {
            let bounds = at.get("schema").get(coordinate.name);
            let [least, most] = coordinate.between;
            let wanted = Wanted::Number {
                min: bounds.get("min").number().or(Some(least)),
                max: bounds.get("max").number().or(Some(most)),
                decimals: coordinate.decimals,
                unit: None,
            };
            let kind = kinds::kind(wanted, &at.path, &mut draft.report);
            let id = sheet
                .names
                .take(&format!("{name} {}", coordinate.name), coordinate.name);
            let label = Text::new(coordinate.zh_cn, coordinate.en);
            let mut question = draft.question(id.clone(), &sheet.groups, label, kind, &at.path)?;
            question.required = required;
            let known = Known {
                id,
                groups: sheet.groups.clone(),
                answer: Answer::Number,
                required,
                starts_false: false,
            };
            self.remember_as(&format!("{name}__{}", coordinate.name), &known, sheet);
            questions.push(question);
        }
        let options = at.get("options");
        let hint = draft.texts.markdown(&at.get("hint"));
        let help = match (hint, draft.texts.markdown(&options.get("instructionText"))) {
            (Some(hint), Some(instruction)) => Some(joined(&hint, "\n", &instruction)),
            (hint, instruction) => hint.or(instruction),
        };
        let heading = Heading { name, title, help };
        let groups = sheet.groups.clone();
        self.what_is_lost(at, draft);
        draft.section(sheet.names, &groups, heading, questions, &at.path)
    }
}
