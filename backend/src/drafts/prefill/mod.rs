//! First answers of a new draft, from what the hall knows already: data given once is not asked again.
//!
//! A question says by its `prefill` which piece of data it asks for. Three sources are asked in turn: the profile, the
//! principal's e-certificates (each says by name what it proves), and the principal's earlier cases: the answer to a
//! question of the same name and the same kind, of the last case that has one. A group that names its rows gets the rows
//! of the last case. What does not fit the question any more is passed over: see [`fit`].
//!
//! Everything is the principal's own. A name that begins with `person.` is a natural person's data; in the matter of a
//! company that would be its agent's, which the company's other agents would see, so there it is never filled in.

mod fit;
#[cfg(test)]
mod tests;

use onehall_forms::{Context, Form, IdType, Kind, Question, asked, is_row_id};
use onehall_protocol::drafts::PrefillSource;
use onehall_protocol::identity::{PersonKind, Profile};
use serde_json::{Value, json};

use super::FirstAnswer;
use super::past::Past;
use fit::{Trials, Tried};

pub(super) use fit::same_kind;

/// What the hall knows of a principal.
#[derive(Debug, Clone, Copy)]
pub struct Knowledge<'a> {
    /// Citizen or company.
    pub kind: PersonKind,
    /// The profile.
    pub profile: &'a Profile,
    /// The earlier cases, the last one first.
    pub past: &'a [Past],
}

/// The most rows of a group that names no number.
const MOST_ROWS: u32 = 50;

/// How deep rows stand in rows at most: as deep as anybody fills by hand.
const DEEPEST: usize = 4;

/// The answers with which a draft of this form begins.
#[must_use]
pub fn first_answers(form: &Form, known: Knowledge<'_>, context: &Context) -> Vec<FirstAnswer> {
    let mut trials = Trials::new(form.definition(), context);
    let questions = form.definition().asked();
    let plans: Vec<Plan> = questions
        .filter_map(|question| known.plan(question, &mut trials))
        .collect();
    let fitting = trials.judge();
    let mut answers = Vec::new();
    for plan in plans {
        plan.carry_out(&fitting, &mut answers);
    }
    answers
}

/// What might answer a question.
enum Plan {
    /// The first of these that fits.
    One {
        path: String,
        tries: Vec<(Tried, PrefillSource)>,
    },
    /// The rows of the first of these in which anything fits.
    Rows {
        path: String,
        most: usize,
        tries: Vec<Rows>,
    },
}

/// Rows of an earlier case: their ids, and what might answer the questions in each.
struct Rows {
    source: PrefillSource,
    rows: Vec<(String, Vec<Plan>)>,
}

impl Plan {
    /// Adds the answers. Gives whether there were any.
    fn carry_out(self, fitting: &fit::Fitting, answers: &mut Vec<FirstAnswer>) -> bool {
        match self {
            Plan::One { path, tries } => {
                let found = tries
                    .into_iter()
                    .find_map(|(tried, source)| Some((fitting.value(tried)?, source)));
                let there = found.is_some();
                answers.extend(found.map(|(value, source)| FirstAnswer { path, value, source }));
                there
            }
            Plan::Rows { path, most, tries } => {
                for Rows { source, rows } in tries {
                    let mut ids = Vec::new();
                    let mut inside = Vec::new();
                    for (id, plans) in rows {
                        let before = inside.len();
                        for plan in plans {
                            plan.carry_out(fitting, &mut inside);
                        }
                        // A row of which nothing can be taken says nothing: one that is empty can be added by hand.
                        if inside.len() > before {
                            ids.push(id);
                        }
                        if ids.len() == most {
                            break;
                        }
                    }
                    if !ids.is_empty() {
                        answers.push(FirstAnswer {
                            path,
                            value: json!(ids),
                            source,
                        });
                        answers.append(&mut inside);
                        return true;
                    }
                }
                false
            }
        }
    }
}

impl Knowledge<'_> {
    fn plan<'q>(self, question: &'q Question, trials: &mut Trials<'q>) -> Option<Plan> {
        let name = self.name(question)?;
        let path = question.id.clone();
        if let Kind::Group {
            questions, max_rows, ..
        } = &question.kind
        {
            let tries = self.past.iter().filter_map(|past| {
                let (group, inner) = past.group(name)?;
                let theirs = Around {
                    path: group,
                    questions: inner,
                };
                let rows = self.rows(
                    past,
                    theirs,
                    &Around {
                        path: path.clone(),
                        questions,
                    },
                    trials,
                    DEEPEST,
                );
                let source = past.source();
                (!rows.is_empty()).then_some(Rows { source, rows })
            });
            let tries = tries.collect();
            let most = most_rows(*max_rows);
            return Some(Plan::Rows { path, most, tries });
        }
        let profile = from_profile(question, name, self.profile).map(|value| (value, PrefillSource::Profile));
        let certificates = self.past.iter().filter_map(|past| {
            let certificate = past.certificate.as_ref()?;
            Some((certificate.fact(name, &question.kind)?, certificate.prefill_source()))
        });
        let cases = self
            .past
            .iter()
            .filter_map(|past| Some((past.answer(name, &question.kind)?, past.source())));
        let candidates = profile.into_iter().chain(certificates).chain(cases);
        let tries: Vec<_> = candidates
            .filter_map(|(value, source)| Some((trials.add(question, value)?, source)))
            .collect();
        (!tries.is_empty()).then_some(Plan::One { path, tries })
    }

    /// The name of a question's data, unless it is that of a person who is not the principal.
    fn name(self, question: &Question) -> Option<&str> {
        let name = question.prefill.as_deref()?;
        let personal = name == "person" || name.starts_with("person.");
        (self.kind == PersonKind::Citizen || !personal).then_some(name)
    }

    /// The rows of a group in an earlier case, and what of them might answer the group here.
    fn rows<'q>(
        self,
        past: &Past,
        theirs: Around<'_>,
        ours: &Around<'q>,
        trials: &mut Trials<'q>,
        depth: usize,
    ) -> Vec<(String, Vec<Plan>)> {
        let ids = past.value(&theirs.path).and_then(Value::as_array);
        let ids = ids.into_iter().flatten().filter_map(Value::as_str);
        let mut rows = Vec::new();
        for id in ids.filter(|id| is_row_id(id)) {
            let plans = asked(ours.questions)
                .filter_map(|question| self.in_row(past, id, &theirs, ours, question, trials, depth));
            rows.push((id.to_owned(), plans.collect()));
        }
        rows
    }

    /// What might answer a question in a row.
    #[allow(clippy::too_many_arguments)] // A row there and a row here: two places, each by its path and its questions.
    fn in_row<'q>(
        self,
        past: &Past,
        row: &str,
        theirs: &Around<'_>,
        ours: &Around<'q>,
        question: &'q Question,
        trials: &mut Trials<'q>,
        depth: usize,
    ) -> Option<Plan> {
        let name = self.name(question)?;
        let same = asked(theirs.questions)
            .find(|other| other.prefill.as_deref() == Some(name) && same_kind(&other.kind, &question.kind))?;
        let there = format!("{}/{row}/{}", theirs.path, same.id);
        let path = format!("{}/{row}/{}", ours.path, question.id);
        let (
            Kind::Group {
                questions, max_rows, ..
            },
            Kind::Group { questions: inner, .. },
        ) = (&question.kind, &same.kind)
        else {
            let tried = trials.add(question, past.value(&there)?.clone())?;
            let tries = vec![(tried, past.source())];
            return Some(Plan::One { path, tries });
        };
        let theirs = Around {
            path: there,
            questions: inner,
        };
        let ours = Around {
            path: path.clone(),
            questions,
        };
        let rows = self.rows(past, theirs, &ours, trials, depth.checked_sub(1)?);
        let tries = vec![Rows {
            source: past.source(),
            rows,
        }];
        let most = most_rows(*max_rows);
        Some(Plan::Rows { path, most, tries })
    }
}

/// A group, by its path and the questions of its rows.
struct Around<'q> {
    path: String,
    questions: &'q [Question],
}

fn most_rows(max_rows: Option<u32>) -> usize {
    max_rows.unwrap_or(MOST_ROWS) as usize
}

/// What the profile gives to a question. It holds no dates, amounts or choices, and nobody agrees to a declaration by
/// having an account.
fn from_profile(question: &Question, name: &str, profile: &Profile) -> Option<Value> {
    let text = |name: &str| profile.values.get(name).filter(|value| !value.is_empty());
    match &question.kind {
        Kind::Address {} => {
            let (region, detail) = (text(&format!("{name}.region"))?, text(&format!("{name}.detail"))?);
            Some(json!({ "region": region, "detail": detail }))
        }
        Kind::Person { phone, .. } => {
            let (full, number) = (text(&format!("{name}.name"))?, text(&format!("{name}.citizen_id"))?);
            let mut person = json!({ "name": full, "id_type": IdType::CitizenId.as_str(), "id_number": number });
            if *phone {
                person["phone"] = json!(text(&format!("{name}.phone"))?);
            }
            Some(person)
        }
        Kind::Text { .. }
        | Kind::LongText { .. }
        | Kind::Phone {}
        | Kind::Email {}
        | Kind::CitizenId {}
        | Kind::OrganisationCode {} => Some(json!(text(name)?)),
        _ => None,
    }
}
