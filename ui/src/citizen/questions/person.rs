//! A person: name, identity document and, where it is asked for, phone number, as one group.

use leptos::prelude::*;
use onehall_forms::{IdType, Kind, normalise};
use serde_json::Value;

use super::text::Typed;
use super::{Answering, Asked, typed};
use crate::design::choices::{ChoiceOption, Select};
use crate::design::field::{FieldGroup, FieldGroupProps};
use crate::design::text_field::{InputKind, TextField, Width};
use crate::texts::{Phrase, fill};
use crate::view::{live, memo, view};

/// A part of the answer.
const NAME: &str = "name";
const ID_TYPE: &str = "id_type";
const ID_NUMBER: &str = "id_number";
const PHONE: &str = "phone";

/// What an identity document is called.
fn id_type_name(id_type: IdType) -> Phrase {
    match id_type {
        IdType::CitizenId => fill::ID_CITIZEN,
        IdType::Passport => fill::ID_PASSPORT,
        IdType::HkMacaoPermit => fill::ID_HK_MACAO,
        IdType::TaiwanPermit => fill::ID_TAIWAN,
        IdType::ForeignPermanent => fill::ID_FOREIGN,
    }
}

/// What the fields of a person read and change. Cheap to copy.
#[derive(Clone, Copy)]
struct Person {
    answering: Answering,
    path: StoredValue<String>,
    answer: Memo<Option<Value>>,
    /// The document that was chosen last, or the first there is: it is no answer by itself.
    chosen: RwSignal<IdType>,
    phone: bool,
}

impl Person {
    fn part(self, name: &'static str) -> Signal<String> {
        let answer = self.answer;
        Signal::derive(move || typed::part(answer.get().as_ref(), name))
    }

    fn now(self, name: &str) -> String {
        self.answer.with_untracked(|answer| typed::part(answer.as_ref(), name))
    }

    fn id_type(self) -> IdType {
        let named = self.answer.with(|answer| typed::part(answer.as_ref(), ID_TYPE));
        IdType::named(&named).unwrap_or_else(|| self.chosen.get())
    }

    /// Changes one part. The document alone is no answer.
    fn change(self, name: &str, value: String) {
        let mut parts: Vec<(&str, String)> = [NAME, ID_NUMBER, PHONE]
            .into_iter()
            .map(|part| (part, self.now(part)))
            .collect();
        if !self.phone {
            parts.pop();
        }
        let mut id_type = untrack(|| self.id_type()).as_str().to_owned();
        match parts.iter_mut().find(|(part, _)| *part == name) {
            Some((_, part)) => *part = value,
            None => id_type = value,
        }
        if parts.iter().any(|(_, part)| !part.is_empty()) {
            parts.push((ID_TYPE, id_type));
        }
        let answer = typed::parts_answer(&parts);
        self.path.with_value(|path| self.answering.change(path, answer));
    }

    /// A field was left: as with a day, only a person with all parts is whole.
    fn left(self) {
        let whole = [NAME, ID_NUMBER].iter().all(|part| !self.now(part).is_empty())
            && (!self.phone || !self.now(PHONE).is_empty());
        if whole {
            self.path.with_value(|path| self.answering.left(path));
        }
    }

    /// A line of text: what stands in it is tidied up when it is left.
    fn line(self, id: String, name: &'static str, label: Phrase, read_as: Kind, kind: InputKind) -> AnyView {
        let read_as = StoredValue::new(read_as);
        let text = Typed::over(
            self.part(name),
            move |text| typed::typed_of(Some(&read_as.with_value(|kind| normalise(kind, text)))),
            move |meant| self.change(name, meant),
            move || self.left(),
        );
        view! {
            <TextField
                id=id
                label=label
                value=text.value
                on_input=text.on_input
                on_leave=text.on_leave
                kind=kind
                width=Width::Medium
            />
        }
        .into_any()
    }
}

/// A person.
pub(super) fn person(answering: Answering, asked: &Asked, id_types: &[IdType], phone: bool) -> AnyView {
    let person = Person {
        answering,
        path: StoredValue::new(asked.path.clone()),
        answer: answering.answer(asked.path.clone()),
        chosen: RwSignal::new(id_types.first().copied().unwrap_or(IdType::CitizenId)),
        phone,
    };
    let id = asked.id.clone();
    let options: Vec<ChoiceOption> = id_types
        .iter()
        .map(|id_type| ChoiceOption::new(id_type.as_str(), id_type_name(*id_type)))
        .collect();
    let text = || Kind::Text {
        max_length: None,
        min_length: None,
        pattern: None,
        mask: None,
    };
    let body = move || {
        let number_id = format!("{id}.number");
        // The keyboard of a kiosk follows the document.
        let is_citizen = memo(move |_| person.id_type() == IdType::CitizenId);
        let number = live(move || {
            let (label, kind) = if is_citizen.get() {
                (fill::PERSON_ID, InputKind::CitizenId)
            } else {
                (fill::PERSON_NUMBER, InputKind::Capitals)
            };
            person.line(number_id.clone(), ID_NUMBER, label, Kind::CitizenId {}, kind)
        });
        let chosen = (options.len() > 1).then(|| {
            let value = Signal::derive(move || person.id_type().as_str().to_owned());
            let choose = Callback::new(move |value: String| {
                person.chosen.set(IdType::named(&value).unwrap_or(IdType::CitizenId));
                person.change(ID_TYPE, value);
            });
            view! {
                <Select
                    id=format!("{id}.type")
                    label=fill::PERSON_ID_TYPE
                    options=Signal::stored(options)
                    value=value
                    on_change=choose
                    always=true
                />
            }
        });
        let phone = phone.then(|| {
            person.line(
                format!("{id}.phone"),
                PHONE,
                fill::PERSON_PHONE,
                Kind::Phone {},
                InputKind::Digits,
            )
        });
        view! {
            <div class="group-parts">
                {person.line(id, NAME, fill::PERSON_NAME, text(), InputKind::Text)}
                {chosen}
                {number}
                {phone}
            </div>
        }
        .into_any()
    };
    let props = FieldGroupProps::builder()
        .id(asked.id.clone())
        .label(asked.label())
        .hint(asked.hint(answering))
        .error(asked.error)
        .optional(asked.optional)
        .children(Box::new(body));
    FieldGroup(props.build()).into_any()
}
