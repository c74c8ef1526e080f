//! The materials of a guide: a table, cards on a phone.

use leptos::prelude::*;
use onehall_protocol::catalog::{Material, MaterialSource, TrustGrade};

use super::facts::listed;
use crate::design::content::{Column, Table};
use crate::design::notice::{Tag, Tone};
use crate::texts::{Phrase, Words, counted, guide};
use crate::view::view;

fn source_name(source: MaterialSource) -> Phrase {
    match source {
        MaterialSource::Upload => guide::SOURCE_UPLOAD,
        MaterialSource::ECertificate => guide::SOURCE_CERTIFICATE,
        MaterialSource::Derived => guide::SOURCE_DERIVED,
        MaterialSource::Case => guide::SOURCE_CASE,
    }
}

fn grade_name(grade: TrustGrade) -> &'static str {
    match grade {
        TrustGrade::A => "A",
        TrustGrade::B => "B",
        TrustGrade::C => "C",
        TrustGrade::D => "D",
    }
}

/// In which form it is handed in: on paper, how often, or electronically.
fn form(material: &Material) -> Words {
    let mut parts = Vec::new();
    if material.originals > 0 {
        parts.push(counted(
            usize::from(material.originals),
            guide::ORIGINAL_ONE,
            guide::ORIGINAL_MORE,
        ));
    }
    if material.copies > 0 {
        parts.push(counted(usize::from(material.copies), guide::COPY_ONE, guide::COPY_MORE));
    }
    if parts.is_empty() {
        parts.push(guide::ELECTRONIC.into());
    }
    listed(parts)
}

fn needed(material: &Material) -> AnyView {
    if material.required {
        return view! { <Tag label=guide::MATERIAL_ALWAYS tone=Tone::Info/> }.into_any();
    }
    match &material.when {
        Some(when) => {
            let when: Words = when.into();
            view! { <Tag label=guide::MATERIAL_SOMETIMES/><p class="small">{when}</p> }.into_any()
        }
        None => view! { <Tag label=guide::MATERIAL_NOT_NEEDED/> }.into_any(),
    }
}

fn row(material: &Material) -> Vec<AnyView> {
    let name: Words = (&material.name).into();
    let note = material.note.as_ref().map(Words::from);
    let sources: Vec<Words> = material
        .sources
        .iter()
        .map(|source| source_name(*source).into())
        .collect();
    vec![
        view! { {name}{note.map(|note| view! { <p class="small muted material-note">{note}</p> })} }.into_any(),
        needed(material),
        view! { {listed(sources)} }.into_any(),
        view! { {form(material)} }.into_any(),
        view! { <span class="grade">{grade_name(material.trust_grade)}</span> }.into_any(),
    ]
}

/// The materials.
pub fn materials_table(materials: &[Material]) -> AnyView {
    if materials.is_empty() {
        return view! { <p>{guide::NO_MATERIALS}</p> }.into_any();
    }
    let columns = vec![
        Column::new(guide::MATERIAL).with_class("material-name"),
        Column::new(guide::MATERIAL_NEEDED),
        Column::new(guide::MATERIAL_SOURCE),
        Column::new(guide::MATERIAL_FORM),
        Column::new(guide::TRUST),
    ];
    let rows = materials.iter().map(row).collect();
    view! { <Table caption=guide::MATERIALS columns=columns rows=rows caption_hidden=true/> }.into_any()
}

#[cfg(test)]
mod tests {
    use onehall_protocol::{Language, Text};

    use super::*;

    #[test]
    fn a_material_without_paper_is_electronic() -> Result<(), onehall_protocol::InvalidCode> {
        let mut material = Material {
            code: "photo".parse()?,
            name: Text::new("照片", "Photo"),
            note: None,
            required: true,
            when: None,
            trust_grade: TrustGrade::C,
            sources: vec![MaterialSource::Upload],
            originals: 0,
            copies: 0,
        };
        assert_eq!(form(&material).get(Language::En), "Electronic");
        material.originals = 1;
        material.copies = 2;
        assert_eq!(form(&material).get(Language::En), "1 original, 2 copies");
        Ok(())
    }
}
