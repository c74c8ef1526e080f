//! `/account/contacts`: the phone numbers and e-mail addresses that log one in, and what was done with the account.

mod merging;
mod rows;

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::Event;
use onehall_client::citizen::{
    AddContact, ListContacts, LookAtMerge, MergeAccounts, PutContactFirst, RemoveContact, SendContactCode, StopClaim,
    TakeUpClaim,
};
use onehall_protocol::account::{MergeTicket, MergeView};
use onehall_protocol::contacts::{Contact, ContactsView};
use onehall_protocol::identity::CodeSent;
use onehall_protocol::passkeys::ProofWay;
use onehall_protocol::{ClaimId, ContactId, CoreError, ErrorCode};

use self::merging::{MERGE_TITLE, merge_view};
use self::rows::{all, claims, history};
use super::login::wait_words;
use super::proof::{proof_asked, proof_view};
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, Weight};
use crate::design::content::Section;
use crate::design::dialog::ConfirmDialog;
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::navigation::Crumbs;
use crate::design::notice::{Notice, Tone};
use crate::design::states::SkeletonKind;
use crate::design::text_field::{InputKind, TextField, Width};
use crate::shell::{HEADING, Loaded, PageHeading, Profile, Ui, document, load, use_ui};
use crate::texts::{Words, contacts as words, login};
use crate::view::{effect, view};

const TO: &str = "contact-to";
const CODE: &str = "contact-code";

/// What the page wants to do, and does once its citizen has shown that they are there.
#[derive(Clone, Copy, PartialEq)]
enum Wish {
    Send,
    Add,
    Remove(ContactId),
    PutFirst(ContactId),
    Look,
    Merge,
    Stop(ClaimId),
    TakeUp(ClaimId),
}

/// What came of it.
enum Done {
    Sent(CodeSent),
    Known(ContactsView),
    Seen(MergeView),
    Merged(ContactsView),
}

/// What the parts of the page share. Cheap to copy.
#[derive(Clone, Copy)]
struct Contacts {
    hall: Hall,
    ui: Ui,
    known: Loaded<ContactsView>,
    to: RwSignal<String>,
    code: RwSignal<String>,
    sent: RwSignal<Option<CodeSent>>,
    busy: RwSignal<bool>,
    lines: RwSignal<Vec<SummaryLine>>,
    /// The one that is to be removed, while that is asked.
    removing: RwSignal<Option<(ContactId, String)>>,
    /// A ticket for another account of one's own, and what would become of it.
    ticket: RwSignal<String>,
    merging: RwSignal<Option<MergeView>>,
    /// The ways to show that one is there, while that is asked for, and what comes then.
    proof: RwSignal<Option<(Vec<ProofWay>, Wish)>>,
}

fn line(field: Option<&str>, words: impl Into<Words>) -> SummaryLine {
    SummaryLine {
        field: field.map(str::to_owned),
        words: words.into(),
    }
}

/// What a refusal says, and at which field.
fn refusal(error: &CoreError) -> SummaryLine {
    match error.code {
        ErrorCode::InvalidPhone => line(Some(TO), words::TO_INVALID),
        ErrorCode::WrongCode => line(Some(CODE), wait_words(error)),
        ErrorCode::ContactInUse => line(Some(TO), words::IN_USE),
        ErrorCode::LastContact => line(None, words::LAST),
        ErrorCode::OtherPerson => line(Some(TO), words::MERGE_OTHER_PERSON),
        _ => line(None, wait_words(error)),
    }
}

impl Contacts {
    /// What is wrong with what was typed, if anything is.
    fn fault(self, wish: Wish) -> Option<SummaryLine> {
        match wish {
            Wish::Send => {
                let typed = self.to.with_untracked(|to| to.trim().parse::<Contact>());
                typed.is_err().then(|| line(Some(TO), words::TO_INVALID))
            }
            Wish::Add => {
                let digits = |code: &String| code.chars().filter(char::is_ascii_digit).count();
                let wrong = self.code.with_untracked(digits) != 6;
                wrong.then(|| line(Some(CODE), login::CODE_EMPTY))
            }
            Wish::Remove(_) | Wish::PutFirst(_) | Wish::Look | Wish::Merge => None,
            Wish::Stop(_) | Wish::TakeUp(_) => None,
        }
    }

    fn wish(self, wish: Wish) {
        if self.busy.get_untracked() {
            return;
        }
        let fault = self.fault(wish);
        let wrong = fault.is_some();
        self.lines.set(fault.into_iter().collect());
        if wrong {
            return;
        }
        self.busy.set(true);
        self.proof.set(None);
        spawn_local(async move {
            let outcome = self.carry_out(wish).await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(Done::Sent(sent)) => {
                    self.sent.set(Some(sent));
                    request_animation_frame(|| document::focus(CODE));
                }
                Ok(Done::Known(known) | Done::Merged(known)) => self.done(wish, known),
                Ok(Done::Seen(seen)) => {
                    self.merging.set(Some(seen));
                    request_animation_frame(|| document::focus(MERGE_TITLE));
                }
                Err(error) => self.refused(wish, &error),
            }
        });
    }

    fn refused(self, wish: Wish, error: &CoreError) {
        if let Some(ways) = proof_asked(error) {
            self.proof.set(Some((ways, wish)));
            return;
        }
        let ticket = error.details.get("merge").and_then(serde_json::Value::as_str);
        match ticket.filter(|_| error.code == ErrorCode::ContactInUse) {
            Some(ticket) => {
                self.ticket.set(ticket.to_owned());
                self.wish(Wish::Look);
            }
            None => self.lines.set(vec![refusal(error)]),
        }
    }

    fn done(self, wish: Wish, known: ContactsView) {
        self.ui.say(match wish {
            Wish::Add => words::ADDED,
            Wish::PutFirst(_) => words::PUT,
            Wish::Merge => words::MERGED,
            Wish::Stop(_) => words::CLAIM_STOPPED,
            Wish::Send | Wish::Look | Wish::TakeUp(_) | Wish::Remove(_) => words::REMOVED,
        });
        self.known.put(known);
        if matches!(wish, Wish::Add | Wish::Merge) {
            self.anew();
        }
        // The button that was pressed may be gone.
        document::focus(HEADING);
    }

    fn anew(self) {
        self.merging.set(None);
        self.sent.set(None);
        self.to.set(String::new());
        self.code.set(String::new());
    }

    async fn carry_out(self, wish: Wish) -> Result<Done, CoreError> {
        let client = self.hall.client;
        let to = self.to.get_untracked().trim().to_owned();
        match wish {
            Wish::Send => client.ask(SendContactCode { to }).await.map(Done::Sent),
            Wish::Add => {
                let code = self.code.get_untracked();
                client.ask(AddContact { to, code }).await.map(Done::Known)
            }
            Wish::Remove(id) => client.ask(RemoveContact { id }).await.map(Done::Known),
            Wish::PutFirst(id) => client.ask(PutContactFirst { id }).await.map(Done::Known),
            Wish::Look => {
                let ticket = self.ticket.get_untracked();
                client.ask(LookAtMerge { ticket }).await.map(Done::Seen)
            }
            Wish::Stop(id) => {
                client.ask(StopClaim { id }).await?;
                client.ask(ListContacts {}).await.map(Done::Known)
            }
            Wish::TakeUp(id) => {
                let MergeTicket { ticket } = client.ask(TakeUpClaim { id }).await?;
                self.ticket.set(ticket.clone());
                client.ask(LookAtMerge { ticket }).await.map(Done::Seen)
            }
            Wish::Merge => {
                let ticket = self.ticket.get_untracked();
                client.ask(MergeAccounts { ticket }).await?;
                client.ask(ListContacts {}).await.map(Done::Merged)
            }
        }
    }

    fn error_of(self, field: &'static str) -> Signal<Option<Words>> {
        Signal::derive(move || {
            let of_field = |line: &&SummaryLine| line.field.as_deref() == Some(field);
            self.lines
                .with(|lines| lines.iter().find(of_field).map(|line| line.words.clone()))
        })
    }
}

/// The page.
#[component]
pub fn ContactsPage() -> impl IntoView {
    view! { <LoggedIn>{page()}</LoggedIn> }.into_any()
}

fn page() -> AnyView {
    let (hall, ui) = (use_hall(), use_ui());
    let crumbs = vec![(routes::ACCOUNT.to_owned(), Words::from(login::ACCOUNT_TITLE))];
    if matches!(ui.profile.get_untracked(), Profile::Kiosk | Profile::MiniApp) {
        return view! {
            <Reading>
                <Crumbs way=crumbs/>
                <PageHeading title=words::TITLE/>
                <Notice tone=Tone::Info><p>{words::ELSEWHERE}</p></Notice>
            </Reading>
        }
        .into_any();
    }
    let contacts = Contacts {
        hall,
        ui,
        known: load(move || hall.client.ask(ListContacts {})),
        to: RwSignal::new(String::new()),
        code: RwSignal::new(String::new()),
        sent: RwSignal::new(None),
        busy: RwSignal::new(false),
        lines: RwSignal::new(Vec::new()),
        removing: RwSignal::new(None),
        ticket: RwSignal::new(String::new()),
        merging: RwSignal::new(None),
        proof: RwSignal::new(None),
    };
    hall.client.on_event(move |event| {
        // Another terminal may have changed it.
        if matches!(event, Event::MayHaveMissed) {
            contacts.known.reload();
        }
    });
    let asked = move || {
        contacts.proof.get().map(|(ways, wish)| {
            let done = Callback::new(move |()| contacts.wish(wish));
            proof_view(&ways, done)
        })
    };
    view! {
        <Reading>
            <Crumbs way=crumbs/>
            <PageHeading title=words::TITLE/>
            <p class="lead">{words::LEAD}</p>
            <ErrorSummary errors=contacts.lines/>
            <div role="alert">{asked}</div>
            {move || contacts.known.with_ready(|known| claims(contacts, &known.claims))}
            {contacts.known.view(SkeletonKind::Rows, move |known| all(contacts, known))}
            <Section id="add" title=words::ADD_TITLE>{adding(contacts)}</Section>
            {merging(contacts)}
            {move || contacts.known.with_ready(|known| history(contacts, &known.events))}
            {removing(contacts)}
        </Reading>
    }
    .into_any()
}

fn removing(contacts: Contacts) -> AnyView {
    let open = RwSignal::new(false);
    let removing = contacts.removing;
    effect(move || open.set(removing.with(Option::is_some)));
    effect(move || {
        if !open.get() && removing.with_untracked(Option::is_some) {
            removing.set(None);
        }
    });
    let text = Words::made(move |language| {
        removing.with(|removing| match removing {
            Some((_, shown)) => words::REMOVE_ASK.with([shown.as_str().into()]).get(language),
            None => String::new(),
        })
    });
    let confirm = Callback::new(move |()| {
        if let Some((id, _)) = removing.get_untracked() {
            removing.set(None);
            contacts.wish(Wish::Remove(id));
        }
    });
    view! {
        <ConfirmDialog
            id="remove-contact"
            title=words::REMOVE_TITLE
            text=text
            confirm=words::REMOVE_GO
            danger=true
            open=open
            busy=contacts.busy
            on_confirm=confirm
        />
    }
    .into_any()
}

fn adding(contacts: Contacts) -> AnyView {
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let sent = contacts.sent.with_untracked(Option::is_some);
        contacts.wish(if sent { Wish::Add } else { Wish::Send });
    };
    let code_part = move || {
        contacts.sent.get().map(|sent| {
            view! {
                <Notice tone=Tone::Good role="status"><p>{words::SENT.with([sent.phone.into()])}</p></Notice>
                <TextField
                    id=CODE
                    label=login::CODE
                    hint=words::CODE_HINT
                    kind=InputKind::Code
                    width=Width::Short
                    max_length=6
                    value=contacts.code
                    on_input=Callback::new(move |value| contacts.code.set(value))
                    error=contacts.error_of(CODE)
                />
            }
        })
    };
    let buttons = move || {
        if contacts.sent.with(Option::is_none) {
            return view! { <Button label=words::SEND weight=Weight::Primary submit=true busy=contacts.busy/> }
                .into_any();
        }
        let other = Callback::new(move |()| {
            contacts.anew();
            request_animation_frame(|| document::focus(TO));
        });
        view! {
            <Button label=words::ADD weight=Weight::Primary submit=true busy=contacts.busy/>
            <Button label=words::OTHER weight=Weight::Quiet on_press=other/>
        }
        .into_any()
    };
    view! {
        <form class="stack" novalidate on:submit=submit>
            <TextField
                id=TO
                label=words::TO
                hint=words::TO_HINT
                kind=InputKind::Account
                width=Width::Medium
                max_length=254
                value=contacts.to
                on_input=Callback::new(move |value| contacts.to.set(value))
                error=contacts.error_of(TO)
                read_only=Signal::derive(move || contacts.sent.with(Option::is_some))
            />
            {code_part}
            <div class="buttons">{buttons}</div>
        </form>
    }
    .into_any()
}

/// What would become of the other account, and whether it is to.
fn merging(contacts: Contacts) -> AnyView {
    let merge = Callback::new(move |()| contacts.wish(Wish::Merge));
    let leave = Callback::new(move |()| {
        contacts.anew();
        document::focus(HEADING);
    });
    let shown = move || {
        let seen = contacts.merging.get()?;
        let to = contacts.to.get_untracked();
        // Of one that was asked for by document and face, nothing was typed here.
        let to = if to.is_empty() { seen.contacts.join("、") } else { to };
        Some(merge_view(&seen, to, contacts.busy, merge, leave))
    };
    view! { <div role="status">{shown}</div> }.into_any()
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Language;

    use super::*;

    #[test]
    fn a_refusal_stands_at_its_field() {
        let at = |code| refusal(&CoreError::new(code, Language::En)).field;
        assert_eq!(at(ErrorCode::ContactInUse).as_deref(), Some(TO));
        assert_eq!(at(ErrorCode::WrongCode).as_deref(), Some(CODE));
        assert_eq!(at(ErrorCode::LastContact), None);
    }
}
