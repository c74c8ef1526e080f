//! A material to hand in.

use leptos::prelude::*;
use onehall_forms::{Kind, MaterialSource};
use onehall_protocol::catalog::TrustGrade;
use onehall_protocol::files::FileLimits;

use super::offers::{Offers, offers};
use super::scan::scan;
use super::uploads::type_names;
use super::{Answering, Asked};
use crate::design::file_field::FileField;
use crate::texts::{Words, fill, format, reuse};
use crate::view::{memo, view};

/// As many files as the format takes where a form sets no other number.
const MOST_FILES: u32 = 5;

/// A material: the files that the hall has, those on their way, and a place to add more.
pub(super) fn material(answering: Answering, asked: Asked) -> AnyView {
    let Kind::Material {
        max_files,
        trust_grade,
        ref material,
        ref sources,
        ..
    } = asked.question.kind
    else {
        return ().into_any();
    };
    let takes = |source| sources.contains(&source);
    let uploads = takes(MaterialSource::Upload);
    let has_more = takes(MaterialSource::ECertificate) || takes(MaterialSource::Case);
    if !uploads && !has_more {
        return derived(&asked);
    }
    let most = max_files.unwrap_or(MOST_FILES);
    let rows = answering.file_rows(asked.path.clone());
    // What was not taken leaves room for another one.
    let full = memo(move |_| rows.with(|rows| rows.iter().filter(|row| row.state.counts()).count()) >= most as usize);
    let known = has_more.then(|| Offers::ask(answering, material.clone()));
    let scanned = uploads.then(|| scan(answering, asked.path.clone(), most as usize, full.into()));
    let offered = known.map(|known| {
        let offers = offers(answering, asked.path.clone(), known, full.into());
        let nothing = move || {
            let missing = !uploads && known.none() && rows.with(Vec::is_empty);
            missing.then(|| view! { <p class="field-hint">{reuse::NOTHING_OFFERED}</p> })
        };
        view! { <div>{offers} {nothing}</div> }.into_any()
    });
    let closed = Signal::derive(move || !uploads || full.get());
    let (added, removed) = (asked.path.clone(), asked.path.clone());
    let several = most > 1;
    let limits = answering.file_limits(&asked.path);
    let accept: Vec<&str> = limits.types.iter().map(|one| one.media_type()).collect();
    let hint = hint(&asked, answering, uploads.then_some(most), &limits, trust_grade);
    view! {
        <FileField
            id=asked.id.clone()
            label=asked.label()
            files=rows
            on_files=Callback::new(move |files| answering.upload(&added, files, most as usize))
            on_remove=Callback::new(move |key: String| answering.take_file_away(&removed, &key))
            on_retry=Callback::new(move |key: String| answering.upload_again(&key))
            accept=accept.join(",")
            multiple=several
            full=closed
            beside=view! { {offered}{scanned} }.into_any()
            hint=hint
            error=asked.error
            optional=asked.optional
        />
    }
    .into_any()
}

/// A material that the hall gets itself.
fn derived(asked: &Asked) -> AnyView {
    view! {
        <div class="field" id=asked.id.clone()>
            <p class="field-label">{asked.label()}</p>
            <p class="field-hint">{reuse::DERIVED}</p>
        </div>
    }
    .into_any()
}

/// What is needed, how far it must be trusted, and what a file may be.
fn hint(
    asked: &Asked,
    answering: Answering,
    uploads: Option<u32>,
    limits: &FileLimits,
    grade: Option<TrustGrade>,
) -> Words {
    let (types, size): (Words, Words) = (type_names(limits), format::size(limits.bytes).into());
    let files = match uploads {
        None => reuse::NO_UPLOAD.into(),
        Some(1) => fill::FILES_HINT_ONE.with([types, size]),
        Some(most) => fill::FILES_HINT.with([types, size, most.to_string().into()]),
    };
    let help = asked.hint(answering);
    let grade = grade.map(|grade| match grade {
        TrustGrade::A => fill::GRADE_A,
        TrustGrade::B => fill::GRADE_B,
        TrustGrade::C => fill::GRADE_C,
        TrustGrade::D => fill::GRADE_D,
    });
    Words::made(move |language| {
        let parts = [
            help.as_ref().map(|help| help.get(language)),
            Some(files.get(language)),
            grade.map(|grade| grade.get(language).to_owned()),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    })
}
