//! `/account/passkeys`: one's passkeys, a new one, and an end to one.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{AddPasskey, ListPasskeys, PasskeyOptions, RemovePasskey};
use onehall_protocol::passkeys::{PasskeyPurpose, ProofWay};

use super::login::wait_words;
use super::proof::{proof_asked, proof_view};
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::{Hall, routes, use_hall};
use crate::design::content::Section;
use crate::design::errors::ErrorSummary;
use crate::design::navigation::Crumbs;
use crate::design::notice::{Notice, Tone};
use crate::design::passkeys::{Failure, Keyring, Wish};
use crate::design::states::SkeletonKind;
use crate::shell::{PageHeading, Profile, load, passkeys, use_ui};
use crate::texts::{Words, login, passkeys as words};
use crate::view::view;

/// What the parts of the page share. Cheap to copy.
#[derive(Clone, Copy)]
struct Keys {
    hall: Hall,
    ring: Keyring,
    /// The ways to show that one is there, while that is asked for, and what comes then.
    proof: RwSignal<Option<(Vec<ProofWay>, Wish)>>,
}

impl Keys {
    fn wish(self, wish: Wish) {
        if !self.ring.begin(wish) {
            return;
        }
        self.proof.set(None);
        spawn_local(async move {
            let outcome = match wish {
                Wish::Add => self.add().await,
                Wish::Remove(id) => self.hall.client.ask(RemovePasskey { id }).await.map_err(Failure::from),
            };
            let Some(error) = self.ring.end(wish, outcome, words::REMOVED) else {
                return;
            };
            match proof_asked(&error) {
                Some(ways) => self.proof.set(Some((ways, wish))),
                None => self.ring.fail(wait_words(&error)),
            }
        });
    }

    async fn add(self) -> Result<(), Failure> {
        let purpose = PasskeyPurpose::Add;
        let options = self.hall.client.ask(PasskeyOptions { purpose }).await?;
        let credential = passkeys::make(&options).await?;
        let name = self.ring.name();
        self.hall.client.ask(AddPasskey { name, credential }).await?;
        Ok(())
    }
}

/// The page.
#[component]
pub fn PasskeysPage() -> impl IntoView {
    view! { <LoggedIn>{page()}</LoggedIn> }.into_any()
}

fn page() -> AnyView {
    let hall = use_hall();
    let known = load(move || hall.client.ask(ListPasskeys {}));
    let keys = Keys {
        hall,
        ring: Keyring::new(known),
        proof: RwSignal::new(None),
    };
    let crumbs = vec![(routes::ACCOUNT.to_owned(), Words::from(login::ACCOUNT_TITLE))];
    let asked = move || {
        keys.proof.get().map(|(ways, wish)| {
            let done = Callback::new(move |()| keys.wish(wish));
            proof_view(&ways, done)
        })
    };
    let on_wish = Callback::new(move |wish| keys.wish(wish));
    view! {
        <Reading>
            <Crumbs way=crumbs/>
            <PageHeading title=words::TITLE/>
            <p class="lead">{words::LEAD}</p>
            <ErrorSummary errors=keys.ring.lines/>
            <div role="alert">{asked}</div>
            {known.view(SkeletonKind::Rows, move |known| keys.ring.list(known, on_wish))}
            <Section id="add" title=words::ADD_TITLE>{adding(keys, on_wish)}</Section>
        </Reading>
    }
    .into_any()
}

fn adding(keys: Keys, on_wish: Callback<Wish>) -> AnyView {
    if use_ui().profile.get_untracked() == Profile::Kiosk {
        return view! { <Notice tone=Tone::Info><p>{words::ELSEWHERE}</p></Notice> }.into_any();
    }
    if !passkeys::can() {
        return view! { <Notice tone=Tone::Info><p>{words::CANNOT}</p></Notice> }.into_any();
    }
    keys.ring.form(on_wish)
}
