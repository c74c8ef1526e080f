//! An earlier case of the principal as a new application reads it: answers by name, what its certificate proves, files.

use std::collections::BTreeMap;
use std::sync::Arc;

use onehall_forms::{Form, Kind, Question};
use onehall_protocol::catalog::TrustGrade;
use onehall_protocol::drafts::PrefillSource;
use onehall_protocol::files::{FileOffer, FileSource, FileView};
use onehall_protocol::{Date, MaterialCode, Text, Timestamp};
use serde_json::Value;

use super::prefill::same_kind;
use crate::cases::EarlierCase;
use crate::city::{CityContent, Fact, Proof};

/// An earlier case that may be used again.
#[derive(Debug, Clone)]
pub struct Past {
    pub(super) case: EarlierCase,
    pub(super) form: Arc<Form>,
    pub(super) item_name: Text,
    /// What it ended with, while it is valid.
    pub(super) certificate: Option<Certificate>,
}

/// An e-certificate.
#[derive(Debug, Clone)]
pub(super) struct Certificate {
    case: onehall_protocol::CaseId,
    name: Text,
    number: Option<String>,
    at: Timestamp,
    /// The materials that it is.
    material: Option<MaterialCode>,
    file: Option<FileView>,
    /// What it proves: by name, the value and, of an answer, the kind of its question.
    facts: BTreeMap<String, (Value, Option<Kind>)>,
}

impl Certificate {
    /// The value of a fact, where it can answer a question of this kind.
    pub(super) fn fact(&self, name: &str, kind: &Kind) -> Option<Value> {
        let (value, of) = self.facts.get(name)?;
        let fits = of.as_ref().is_none_or(|of| same_kind(of, kind));
        fits.then(|| value.clone())
    }

    pub(super) fn prefill_source(&self) -> PrefillSource {
        PrefillSource::Certificate {
            case: self.case,
            name: self.name.clone(),
            number: self.number.clone(),
            at: self.at,
        }
    }

    fn file_source(&self) -> FileSource {
        FileSource::ECertificate {
            case: self.case,
            name: self.name.clone(),
            number: self.number.clone(),
            at: self.at,
        }
    }
}

impl Past {
    /// The cases that may be used again, in their order. `today` decides which certificates are valid.
    #[must_use]
    pub fn of(city: &CityContent, cases: Vec<EarlierCase>, today: Date) -> Vec<Past> {
        let usable = cases.into_iter().filter(EarlierCase::may_be_used_again);
        usable
            .filter_map(|case| {
                // Old versions of forms stay in the city; one that was taken out gives nothing any more.
                let form = Arc::clone(&city.form(&case.form.code, case.form.version)?.form);
                let item = city.item(&case.item)?;
                let proof = city.proof(&case.item)?;
                let valid_months = item.output.valid_months;
                let offset = city.catalog.city.utc_offset_minutes;
                let valid =
                    |at: Timestamp| valid_months.is_none_or(|months| today < after(at.at_offset(offset).0, months));
                let certificate = certificate(&case, &form, proof, &item.output.name).filter(|found| valid(found.at));
                Some(Past {
                    item_name: item.summary.name.clone(),
                    case,
                    form,
                    certificate,
                })
            })
            .collect()
    }

    /// The case as the source of an answer.
    pub(super) fn source(&self) -> PrefillSource {
        PrefillSource::Case {
            case: self.case.id,
            number: self.case.number.clone(),
            item_name: self.item_name.clone(),
            at: self.case.submitted_at,
        }
    }

    /// The answer to the first question of this name and kind that was answered, outside groups.
    pub(super) fn answer(&self, name: &str, kind: &Kind) -> Option<Value> {
        self.named(name)
            .filter(|question| same_kind(&question.kind, kind))
            .find_map(|question| self.value(&question.id).cloned())
    }

    /// The path of the group that has this name, and the questions of its rows.
    pub(super) fn group<'a>(&'a self, name: &'a str) -> Option<(String, &'a [Question])> {
        self.named(name).find_map(|question| match &question.kind {
            Kind::Group { questions, .. } => Some((question.id.clone(), questions.as_slice())),
            _ => None,
        })
    }

    /// The answer at a path, unless its authority asked for it again.
    pub(super) fn value(&self, path: &str) -> Option<&Value> {
        self.case.answers.get(path).filter(|_| self.case.stands(path))
    }

    fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Question> {
        let questions = self.form.definition().asked();
        questions.filter(move |question| question.prefill.as_deref() == Some(name))
    }

    /// The certificate as a file of this material.
    pub(super) fn certificate_offer(&self, wanted: &MaterialCode) -> Option<FileOffer> {
        let certificate = self.certificate.as_ref()?;
        let file = certificate
            .file
            .as_ref()
            .filter(|_| certificate.material.as_ref() == Some(wanted))?;
        Some(offer(file, certificate.file_source()))
    }

    /// The files that were handed in for this material. One that was a certificate then is offered by its own case, as
    /// long as it is valid.
    pub(super) fn file_offers(&self, wanted: &MaterialCode) -> Vec<FileOffer> {
        let mut offers = Vec::new();
        for path in self.case.answers.keys() {
            let asks =
                |question: &Question| matches!(&question.kind, Kind::Material { material, .. } if material == wanted);
            if !self.form.question(path).is_some_and(asks) {
                continue;
            }
            let files = self.value(path).cloned().unwrap_or_default();
            let files: Vec<FileView> = serde_json::from_value(files).unwrap_or_default();
            let uploads = files
                .iter()
                .filter(|file| !matches!(file.source, Some(FileSource::ECertificate { .. })));
            offers.extend(uploads.map(|file| offer(file, self.file_source())));
        }
        offers
    }

    fn file_source(&self) -> FileSource {
        FileSource::Case {
            case: self.case.id,
            number: self.case.number.clone(),
            item_name: self.item_name.clone(),
            at: self.case.submitted_at,
        }
    }
}

fn offer(file: &FileView, source: FileSource) -> FileOffer {
    FileOffer {
        trust_grade: source.trust_grade(),
        file: FileView {
            source: Some(source),
            ..file.clone()
        },
    }
}

pub(super) fn certificate(case: &EarlierCase, form: &Form, proof: &Proof, name: &Text) -> Option<Certificate> {
    let result = case.certificate()?;
    let own = |(id, is): &(String, String)| case.answers.get(id).and_then(Value::as_str) == Some(is);
    if !proof.own_when.as_ref().is_none_or(own) {
        return None;
    }
    let mut facts = BTreeMap::new();
    for (name, fact) in &proof.facts {
        let known = match fact {
            Fact::DocumentNumber => result.document_number.clone().map(|number| (Value::from(number), None)),
            Fact::Answer(id) => case.answers.get(id).cloned().and_then(|value| {
                let question = form.question(id)?;
                Some((value, Some(question.kind.clone())))
            }),
        };
        facts.extend(known.map(|known| (name.clone(), known)));
    }
    Some(Certificate {
        case: case.id,
        name: name.clone(),
        number: result.document_number.clone(),
        at: result.at,
        material: proof.material.clone(),
        file: result.file.clone(),
        facts,
    })
}

/// The day that is this many months later; the last one of its month where that is shorter.
fn after(day: Date, months: u16) -> Date {
    let from = day.calendar();
    let month = i32::from(u8::from(from.month())) - 1 + i32::from(months);
    let (year, month) = (from.year() + month / 12, (month % 12 + 1) as u8);
    let shorter = (0..=3).find_map(|less| Date::new(year, month, from.day().saturating_sub(less)).ok());
    shorter.unwrap_or(day)
}

/// Which of the files that the past holds a question may be answered with, the best first: certificates, then the files
/// of the last cases. The same bytes are offered once.
#[must_use]
pub fn offers(past: &[Past], question: &Kind) -> Vec<FileOffer> {
    use onehall_forms::MaterialSource;
    let Kind::Material {
        material,
        sources,
        trust_grade,
        ..
    } = question
    else {
        return Vec::new();
    };
    let limits = question.file_limits().unwrap_or_default();
    let mut found = Vec::new();
    if sources.contains(&MaterialSource::ECertificate) {
        found.extend(past.iter().filter_map(|past| past.certificate_offer(material)));
    }
    if sources.contains(&MaterialSource::Case) {
        found.extend(past.iter().flat_map(|past| past.file_offers(material)));
    }
    let enough = |grade: TrustGrade| trust_grade.is_none_or(|lowest| grade <= lowest);
    let mut offers: Vec<FileOffer> = Vec::new();
    let of_type = |file: &FileView| limits.types.iter().any(|one| one.media_type() == file.media_type);
    let fits = |file: &FileView| of_type(file) && file.size <= limits.bytes;
    for one in found
        .into_iter()
        .filter(|one| enough(one.trust_grade) && fits(&one.file))
    {
        if !offers.iter().any(|other| other.file.sha256 == one.file.sha256) {
            offers.push(one);
        }
    }
    offers.truncate(MOST_OFFERS);
    offers
}

/// The most files that are offered for one question.
const MOST_OFFERS: usize = 5;
