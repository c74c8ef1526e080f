//! `/account/delegations/invite` and `/account/delegations/ask`: one of the two says whom, for what, how far, until when.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{Appoint, GetHallAddress, ListDelegations, OfferToAct};
use onehall_protocol::account::{AskToAct, DelegationRole, DelegationScope, Delegations, InviteActor};
use onehall_protocol::identity::PersonView;
use onehall_protocol::{CoreError, Date, ErrorCode, ItemCode, PersonId, PhoneNumber, Timestamp};

use super::card::role_words;
use crate::citizen::account::wait_words;
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::choices::{Checkboxes, ChoiceOption, Radios, YesNo};
use crate::design::date_field::DateField;
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::navigation::Crumbs;
use crate::design::qr::Qr;
use crate::design::states::SkeletonKind;
use crate::design::text_field::{InputKind, TextField, Width};
use crate::router::use_navigate;
use crate::shell::{PageHeading, document, load, use_ui};
use crate::texts::{Phrase, Words, account as words, general};
use crate::view::{live, memo, view};

const PRINCIPAL: &str = "delegation-principal";
const HOW: &str = "delegation-how";
const PHONE: &str = "delegation-phone";
const ROLE: &str = "delegation-role";
const WHICH: &str = "delegation-which";
const ITEMS: &str = "delegation-items";
const SUBMITS: &str = "delegation-submits";
const UNTIL: &str = "delegation-until";

/// How long it lasts where nobody says otherwise, in days.
const USUAL_DAYS: i64 = 365;

/// `/account/delegations/invite`.
#[component]
pub fn InvitePage() -> impl IntoView {
    view! { <LoggedIn>{page_view(words::INVITE, words::INVITE_TEXT, invite_view())}</LoggedIn> }.into_any()
}

/// `/account/delegations/ask`.
#[component]
pub fn OfferPage() -> impl IntoView {
    view! { <LoggedIn>{page_view(words::OFFER, words::OFFER_TEXT, offer_view())}</LoggedIn> }.into_any()
}

fn page_view(title: Phrase, text: Phrase, body: AnyView) -> AnyView {
    let crumbs = vec![(routes::DELEGATIONS.to_owned(), Words::from(words::DELEGATIONS))];
    view! {
        <Reading>
            <Crumbs way=crumbs/>
            <PageHeading title=title/>
            <p class="lead">{text}</p>
            {body}
        </Reading>
    }
    .into_any()
}

/// What is wrong, and with which control, where it is one's.
type Fault = (Option<&'static str>, Words);

/// What is typed and chosen.
#[derive(Clone, Copy)]
struct Form {
    hall: Hall,
    /// By phone, or by code; an offer is by phone alone.
    how: RwSignal<String>,
    phone: RwSignal<String>,
    role: RwSignal<String>,
    which: RwSignal<String>,
    items: RwSignal<Vec<String>>,
    submits: RwSignal<Option<bool>>,
    until: RwSignal<String>,
    lines: RwSignal<Vec<SummaryLine>>,
    busy: RwSignal<bool>,
}

impl Form {
    fn new(how: &str) -> Form {
        let (hall, ui) = (use_hall(), use_ui());
        let now = Timestamp::from_unix_millis(js_sys::Date::now() as i64);
        let today = now.at_offset(ui.utc_offset.get_untracked()).0;
        Form {
            hall,
            how: RwSignal::new(how.to_owned()),
            phone: RwSignal::new(String::new()),
            role: RwSignal::new(String::new()),
            which: RwSignal::new(String::new()),
            items: RwSignal::new(Vec::new()),
            submits: RwSignal::new(None),
            until: RwSignal::new(today.plus_days(USUAL_DAYS).to_string()),
            lines: RwSignal::new(Vec::new()),
            busy: RwSignal::new(false),
        }
    }

    fn error_of(self, field: &'static str) -> Signal<Option<Words>> {
        Signal::derive(move || {
            self.lines.with(|lines| {
                let mut lines = lines.iter();
                lines
                    .find(|line| line.field.as_deref() == Some(field))
                    .map(|line| line.words.clone())
            })
        })
    }

    fn tell(self, faults: Vec<Fault>) {
        let line = |(field, words): Fault| SummaryLine {
            field: field.map(str::to_owned),
            words,
        };
        self.lines.set(faults.into_iter().map(line).collect());
    }

    /// The phone number and the scope, or all that is wrong.
    fn read(self) -> Result<(Option<String>, DelegationScope), Vec<Fault>> {
        let mut faults: Vec<Fault> = Vec::new();
        let mut wrong = |field: &'static str, words: Phrase| faults.push((Some(field), words.into()));
        let how = self.how.get_untracked();
        let typed = self.phone.get_untracked();
        let phone = match how.as_str() {
            "code" => None,
            "phone" => {
                if typed.trim().is_empty() {
                    wrong(PHONE, words::PHONE_EMPTY);
                } else if typed.parse::<PhoneNumber>().is_err() {
                    wrong(PHONE, words::PHONE_INVALID);
                }
                Some(typed)
            }
            _ => {
                wrong(HOW, words::CHOOSE_HOW);
                None
            }
        };
        let role = role_of(&self.role.get_untracked());
        if role.is_none() {
            wrong(ROLE, words::CHOOSE_ROLE);
        }
        let chosen: Vec<ItemCode> = self
            .items
            .get_untracked()
            .iter()
            .filter_map(|code| code.parse().ok())
            .collect();
        let items = match self.which.get_untracked().as_str() {
            "all" => None,
            "some" => {
                if chosen.is_empty() {
                    wrong(ITEMS, words::CHOOSE_ITEMS);
                }
                Some(chosen)
            }
            _ => {
                wrong(WHICH, words::CHOOSE_WHICH);
                None
            }
        };
        let submits = self.submits.get_untracked();
        if submits.is_none() {
            wrong(SUBMITS, words::CHOOSE_SUBMITS);
        }
        let until = self.until.get_untracked().parse::<Date>().ok();
        if until.is_none() {
            wrong(UNTIL, words::DAY_INVALID);
        }
        match (role, submits, until) {
            (Some(role), Some(submits), Some(until)) if faults.is_empty() => Ok((
                phone,
                DelegationScope {
                    role,
                    items,
                    submits,
                    until,
                },
            )),
            _ => Err(faults),
        }
    }

    /// What the hall found wrong.
    fn refused(self, error: &CoreError) {
        let fields = error
            .fields
            .iter()
            .map(|field| (field.path.as_str(), field.code.as_str()));
        let told: Vec<Fault> = fields
            .filter_map(|field| {
                let (place, words) = match field {
                    ("phone", "own") => (PHONE, words::PHONE_OWN),
                    ("phone", _) => (PHONE, words::PHONE_INVALID),
                    ("scope.until", "too_early") => (UNTIL, words::DAY_EARLY),
                    ("scope.until", _) => (UNTIL, words::DAY_LATE),
                    ("scope.items", _) => (ITEMS, words::CHOOSE_ITEMS),
                    _ => return None,
                };
                Some((Some(place), words.into()))
            })
            .collect();
        if told.is_empty() {
            self.tell(vec![(None, wait_words(error))]);
        } else {
            self.tell(told);
        }
    }
}

const ROLES: [(&str, DelegationRole); 4] = [
    ("helper", DelegationRole::Helper),
    ("guardian", DelegationRole::Guardian),
    ("agent", DelegationRole::Agent),
    ("other", DelegationRole::Other),
];

fn role_of(value: &str) -> Option<DelegationRole> {
    ROLES.iter().find(|(name, _)| *name == value).map(|(_, role)| *role)
}

fn phone_field(form: Form, label: Phrase) -> AnyView {
    let (phone, error) = (form.phone, form.error_of(PHONE));
    view! {
        <TextField
            id=PHONE
            label=label
            kind=InputKind::Phone
            width=Width::Medium
            value=phone
            on_input=Callback::new(move |value| phone.set(value))
            error=error
        />
    }
    .into_any()
}

/// As what, for what, how far, until when: the same for both.
fn scope_fields(form: Form) -> AnyView {
    let Form {
        hall,
        role,
        which,
        items,
        submits,
        until,
        ..
    } = form;
    let roles: Vec<ChoiceOption> = ROLES
        .iter()
        .map(|(name, role)| ChoiceOption::new(*name, role_words(*role)))
        .collect();
    let ways = vec![
        ChoiceOption::new("all", words::WHICH_ALL),
        ChoiceOption::new("some", words::WHICH_SOME),
    ];
    let online = memo(move |_| {
        let catalog = hall.catalog_now();
        let items = catalog.iter().flat_map(|catalog| catalog.items.iter());
        let online = items.filter(|item| item.online);
        online
            .map(|item| (item.code.to_string(), item.name.clone()))
            .collect::<Vec<_>>()
    });
    let options = Signal::derive(move || {
        let option = |(code, name): (String, onehall_protocol::Text)| ChoiceOption::new(code, name);
        online.get().into_iter().map(option).collect::<Vec<_>>()
    });
    let (items_error, some) = (form.error_of(ITEMS), memo(move |_| which.with(|which| which == "some")));
    let chosen = live(move || {
        some.get().then(|| {
            view! {
                <Checkboxes
                    id=ITEMS
                    label=words::WHICH_ITEMS
                    options=options
                    values=items
                    on_change=Callback::new(move |values| items.set(values))
                    error=items_error
                />
            }
            .into_any()
        })
    });
    view! {
        <Radios
            id=ROLE
            label=words::ROLE
            options=Signal::stored(roles)
            value=role
            on_change=Callback::new(move |value| role.set(value))
            error=form.error_of(ROLE)
        />
        <Radios
            id=WHICH
            label=words::WHICH
            options=Signal::stored(ways)
            value=which
            on_change=Callback::new(move |value| which.set(value))
            error=form.error_of(WHICH)
        />
        {chosen}
        <YesNo
            id=SUBMITS
            label=words::SUBMITS
            value=submits
            on_change=Callback::new(move |value| submits.set(Some(value)))
            hint=words::SUBMITS_HINT
            error=form.error_of(SUBMITS)
        />
        <DateField
            id=UNTIL
            label=words::LAST_DAY
            hint=words::LAST_DAY_HINT
            value=until
            on_input=Callback::new(move |value| until.set(value))
            error=form.error_of(UNTIL)
        />
    }
    .into_any()
}

fn invite_view() -> AnyView {
    let hall = use_hall();
    let delegations = load(move || hall.client.ask(ListDelegations {}));
    delegations.view(SkeletonKind::Form, invite_form)
}

fn invite_form(delegations: &Delegations) -> AnyView {
    let (ui, navigate, form) = (use_ui(), use_navigate(), Form::new(""));
    let own = delegations.may_appoint_for.clone();
    let principal = RwSignal::new(own.first().map(|me| me.id.to_string()).unwrap_or_default());
    let code = RwSignal::new(None::<(String, Option<String>)>);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if form.busy.get_untracked() {
            return;
        }
        let (phone, scope) = match form.read() {
            Ok(read) => read,
            Err(faults) => return form.tell(faults),
        };
        form.lines.set(Vec::new());
        form.busy.set(true);
        let invite = InviteActor {
            principal: principal.get_untracked().parse::<PersonId>().ok(),
            phone,
            scope,
        };
        spawn_local(async move {
            let outcome = form.hall.client.ask(Appoint { invite }).await;
            let address = form.hall.client.ask(GetHallAddress {}).await.unwrap_or_default();
            if form.busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(invited) => match invited.code {
                    Some(made) => {
                        let origin = if address.is_empty() {
                            window().location().origin().unwrap_or_default()
                        } else {
                            address
                        };
                        let place = format!("{origin}{}", routes::invitation(&made));
                        code.set(Some((made, Some(place))));
                        request_animation_frame(|| document::focus(crate::shell::HEADING));
                    }
                    None => {
                        ui.say(words::SENT);
                        navigate(routes::DELEGATIONS, Default::default());
                    }
                },
                Err(error) => form.refused(&error),
            }
        });
    };
    let ways = vec![
        ChoiceOption::new("phone", words::HOW_PHONE).with_hint(Some(words::HOW_PHONE_HINT.into())),
        ChoiceOption::new("code", words::HOW_CODE).with_hint(Some(words::HOW_CODE_HINT.into())),
    ];
    let how = form.how;
    let by_phone = memo(move |_| how.with(|how| how == "phone"));
    let by_code = memo(move |_| how.with(|how| how == "code"));
    let button = Words::made(move |language| {
        let label = if by_code.get() { words::MAKE_CODE } else { words::SEND };
        label.get(language).to_owned()
    });
    live(move || {
        if let Some((made, place)) = code.get() {
            return code_view(&made, place);
        }
        let phone = live(move || by_phone.get().then(|| phone_field(form, words::PHONE)));
        view! {
            <ErrorSummary errors=form.lines/>
            <form class="stack" novalidate on:submit=submit>
                {principals(&own, principal)}
                <Radios
                    id=HOW
                    label=words::HOW
                    options=Signal::stored(ways.clone())
                    value=how
                    on_change=Callback::new(move |value| how.set(value))
                    error=form.error_of(HOW)
                />
                {phone}
                {scope_fields(form)}
                <div class="buttons">
                    <Button label=button.clone() weight=Weight::Primary submit=true busy=form.busy/>
                    <ButtonLink href=routes::DELEGATIONS label=general::CANCEL/>
                </div>
            </form>
        }
        .into_any()
    })
}

/// Whose matters: asked where one has a company.
fn principals(own: &[PersonView], principal: RwSignal<String>) -> AnyView {
    if own.len() < 2 {
        return ().into_any();
    }
    let options: Vec<ChoiceOption> = own
        .iter()
        .enumerate()
        .map(|(place, person)| {
            let name = Words::from(person.name.as_str());
            let label = if place == 0 {
                words::FOR_WHOM_ME.with([name])
            } else {
                name
            };
            ChoiceOption::new(person.id.to_string(), label)
        })
        .collect();
    view! {
        <Radios
            id=PRINCIPAL
            label=words::FOR_WHOM
            options=Signal::stored(options)
            value=principal
            on_change=Callback::new(move |value| principal.set(value))
        />
    }
    .into_any()
}

/// The code, once: to be read out, or scanned.
fn code_view(code: &str, place: Option<String>) -> AnyView {
    view! {
        <div class="card delegation-code">
            <p class="card-title">{words::CODE_READY}</p>
            <p class="delegation-code-letters">{code.to_owned()}</p>
            {place.map(|place| view! { <div class="continue-code"><Qr text=place label=words::CODE_QR/></div> })}
            <p>{words::CODE_TEXT}</p>
            <div class="buttons">
                <ButtonLink href=routes::DELEGATIONS label=words::DONE weight=Weight::Primary/>
            </div>
        </div>
    }
    .into_any()
}

fn offer_view() -> AnyView {
    let (ui, navigate, form) = (use_ui(), use_navigate(), Form::new("phone"));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if form.busy.get_untracked() {
            return;
        }
        let (phone, scope) = match form.read() {
            Ok(read) => read,
            Err(faults) => return form.tell(faults),
        };
        form.lines.set(Vec::new());
        form.busy.set(true);
        let ask = AskToAct {
            phone: phone.unwrap_or_default(),
            scope,
        };
        spawn_local(async move {
            let outcome = form.hall.client.ask(OfferToAct { ask }).await;
            if form.busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(_) => {
                    ui.say(words::SENT);
                    navigate(routes::DELEGATIONS, Default::default());
                }
                Err(error) if error.code == ErrorCode::Cancelled => {}
                Err(error) => form.refused(&error),
            }
        });
    };
    view! {
        <ErrorSummary errors=form.lines/>
        <form class="stack" novalidate on:submit=submit>
            {phone_field(form, words::PHONE_OFFER)}
            {scope_fields(form)}
            <div class="buttons">
                <Button label=words::SEND weight=Weight::Primary submit=true busy=form.busy/>
                <ButtonLink href=routes::DELEGATIONS label=general::CANCEL/>
            </div>
        </form>
    }
    .into_any()
}
