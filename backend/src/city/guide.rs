//! The tables of a guide (办事指南): materials, fees, steps, legal basis, questions.

use onehall_protocol::MaterialCode;
use onehall_protocol::catalog::{Fee, FrequentQuestion, GuideStep, LegalBasis, Material};

use super::document::Entry;
use super::finding::{Names, Sited, once_each};

/// The materials, and the codes of all of them, even of those that are wrong otherwise.
pub(super) fn materials(item: &Entry<'_>) -> (Vec<Sited<Material>>, Names<MaterialCode>) {
    let mut codes: Names<MaterialCode> = Names::of("material of this item");
    let materials = each(item, "materials", |entry| {
        let code: Option<Sited<MaterialCode>> = entry.required("code");
        if let Some(code) = &code {
            codes.take(code.value.clone(), &code.place, entry.findings());
        }
        let name = entry.required("name");
        let note = optional(entry, "note");
        let required: Option<Sited<bool>> = entry.required("required");
        let when = optional(entry, "when");
        if when.is_some() && required.as_ref().is_some_and(|required| required.value) {
            entry.find(
                "when",
                "`when` says in which case it is needed, but `required` says always",
            );
        }
        let trust_grade = entry.required("trust_grade");
        let sources = entry.filled_list("sources");
        once_each("source", &sources, entry.findings());
        let (originals, copies) = (optional(entry, "originals"), optional(entry, "copies"));
        let code = code?;
        Some(Sited {
            place: code.place,
            value: Material {
                code: code.value,
                name: name?.value,
                note,
                required: required?.value,
                when,
                trust_grade: trust_grade?.value,
                sources: sources.into_iter().map(|source| source.value).collect(),
                originals: originals.unwrap_or(0),
                copies: copies.unwrap_or(0),
            },
        })
    });
    (materials, codes)
}

pub(super) fn fees(item: &Entry<'_>) -> Vec<Fee> {
    each(item, "fees", |entry| {
        let (name, amount) = (entry.required("name"), entry.required("amount"));
        let (note, basis) = (optional(entry, "note"), optional(entry, "basis"));
        let amount: onehall_protocol::Money = amount?.value;
        if amount.fen() <= 0 {
            entry.find(
                "amount",
                "`amount` must be more than 0; leave the fee out where there is none",
            );
        }
        Some(Fee {
            name: name?.value,
            amount,
            note,
            basis,
        })
    })
}

pub(super) fn steps(item: &Entry<'_>) -> Vec<GuideStep> {
    each(item, "steps", |entry| {
        let (name, what, days) = (entry.required("name"), entry.required("what"), optional(entry, "days"));
        Some(GuideStep {
            name: name?.value,
            what: what?.value,
            days,
        })
    })
}

pub(super) fn legal_basis(item: &Entry<'_>) -> Vec<LegalBasis> {
    each(item, "legal_basis", |entry| {
        let (title, article) = (entry.required("title"), optional(entry, "article"));
        Some(LegalBasis {
            title: title?.value,
            article,
        })
    })
}

pub(super) fn questions(item: &Entry<'_>) -> Vec<FrequentQuestion> {
    each(item, "questions", |entry| {
        let (question, answer) = (entry.required("question"), entry.required("answer"));
        Some(FrequentQuestion {
            question: question?.value,
            answer: answer?.value,
        })
    })
}

fn optional<T: super::leaf::Leaf>(entry: &Entry<'_>, key: &'static str) -> Option<T> {
    entry.optional(key).map(|found| found.value)
}

fn each<T>(item: &Entry<'_>, key: &'static str, mut read: impl FnMut(&Entry<'_>) -> Option<T>) -> Vec<T> {
    let mut all = Vec::new();
    for entry in item.entries(key) {
        all.extend(read(&entry));
        entry.close();
    }
    all
}
