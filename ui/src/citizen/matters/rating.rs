//! Rating a service (好差评): how satisfied, what with, and in one's own words.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::Outcome;
use onehall_client::citizen::Rate;
use onehall_protocol::cases::{RATING_TAGS, Rating};
use onehall_protocol::{CaseId, ErrorCode};

use super::case::refusal;
use super::loaded::{CaseHere, LoadedCase};
use crate::citizen::{routes, use_hall};
use crate::design::button::{Button, Weight};
use crate::design::choices::{Checkboxes, ChoiceOption, Radios};
use crate::design::content::Section;
use crate::design::icon::Icon;
use crate::design::states::error_words;
use crate::design::text_field::TextArea;
use crate::router::{NavigateOptions, use_navigate};
use crate::shell::{document, use_ui};
use crate::texts::{Phrase, Words, matters as words};
use crate::view::view;

/// As long as a comment may be.
const MOST_CHARACTERS: u32 = 500;

/// The rating that was given, or the way to give one.
pub(super) fn rating_section(here: CaseHere, id: CaseId, rating: Option<Rating>, can: bool) -> AnyView {
    let (title, body) = match rating {
        Some(rating) => (words::RATED, given(&rating)),
        None if can => (words::RATE, form(here, id)),
        None => return ().into_any(),
    };
    view! { <Section id="rating" title=title><div class="card">{body}</div></Section> }.into_any()
}

/// What so many stars mean.
fn stars_words(stars: u8) -> Phrase {
    match stars {
        5.. => words::STARS_5,
        4 => words::STARS_4,
        3 => words::STARS_3,
        2 => words::STARS_2,
        _ => words::STARS_1,
    }
}

fn tag_words(tag: &str) -> Phrase {
    match tag {
        "efficiency" => words::TAG_EFFICIENCY,
        "guide" => words::TAG_GUIDE,
        "convenience" => words::TAG_CONVENIENCE,
        "usability" => words::TAG_USABILITY,
        _ => words::TAG_OVERALL,
    }
}

fn given(rating: &Rating) -> AnyView {
    let stars = (0..5).map(|at| {
        let class = if at < rating.stars { "star is-on" } else { "star" };
        view! { <span class=class><Icon name="star"/></span> }
    });
    let tags = rating
        .tags
        .iter()
        .map(|tag| view! { <li>{tag_words(tag)}</li> })
        .collect_view();
    view! {
        <p class="stars">
            <span aria-hidden="true">{stars.collect_view()}</span>
            <strong>{stars_words(rating.stars)}</strong>
            <span class="visually-hidden">{words::STARS_OF.with([rating.stars.to_string().into()])}</span>
        </p>
        {(!rating.tags.is_empty()).then(|| view! { <ul class="bullets">{tags}</ul> })}
        {rating.comment.clone().map(|comment| view! { <p class="quoted">{comment}</p> })}
        <p role="status">{words::RATED_THANKS}</p>
    }
    .into_any()
}

fn form(here: CaseHere, id: CaseId) -> AnyView {
    let (hall, ui, navigate) = (use_hall(), use_ui(), use_navigate());
    let (stars, tags, comment) = (
        RwSignal::new(String::new()),
        RwSignal::new(Vec::new()),
        RwSignal::new(String::new()),
    );
    let (busy, unchosen, failed) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(None::<Words>));
    let star_options: Vec<_> = (1..=5u8)
        .rev()
        .map(|stars| ChoiceOption::new(stars.to_string(), stars_words(stars)))
        .collect();
    let tag_options: Vec<_> = RATING_TAGS
        .iter()
        .map(|tag| ChoiceOption::new(*tag, tag_words(tag)))
        .collect();
    let error = Signal::derive(move || unchosen.get().then(|| words::RATE_CHOOSE.into()));
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Ok(stars) = stars.get_untracked().parse::<u8>() else {
            unchosen.set(true);
            document::focus_into_view("rating-stars");
            return;
        };
        if busy.get_untracked() {
            return;
        }
        let comment = Some(comment.get_untracked().trim().to_owned()).filter(|comment| !comment.is_empty());
        let rating = Rating {
            stars,
            tags: tags.get_untracked(),
            comment,
        };
        let wait_as = here.now.with_untracked(|now| {
            let loaded = now.as_ref()?;
            Some(loaded.case.summary.item_name.clone())
        });
        busy.set(true);
        failed.set(None);
        spawn_local(async move {
            let outcome = hall.client.ask(Rate { id, rating, wait_as }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(Outcome::Queued { queued }) => navigate(&routes::queued(queued.id), NavigateOptions::default()),
                Ok(Outcome::Done(case)) => {
                    let form = here
                        .now
                        .with_untracked(|now| now.as_ref().and_then(|loaded| loaded.form.clone()));
                    ui.say(words::RATED_THANKS);
                    here.loaded.put(LoadedCase { case, form });
                }
                Err(error) => {
                    if error.code == ErrorCode::AlreadyRated {
                        here.loaded.reload();
                    }
                    failed.set(Some(error_words(&error)));
                }
            }
        });
    };
    view! {
        <form novalidate=true on:submit=send>
            <Radios
                id="rating-stars"
                label=words::RATE_HOW
                options=Signal::stored(star_options)
                value=stars
                on_change=Callback::new(move |value| {
                    unchosen.set(false);
                    stars.set(value);
                })
                error=error
            />
            <Checkboxes
                id="rating-tags"
                label=words::RATE_TAGS
                options=Signal::stored(tag_options)
                values=tags
                on_change=Callback::new(move |values| tags.set(values))
                optional=true
            />
            <TextArea
                id="rating-comment"
                label=words::RATE_COMMENT
                value=comment
                on_input=Callback::new(move |text| comment.set(text))
                optional=true
                max_length=MOST_CHARACTERS
            />
            {move || refusal(failed.get())}
            <div class="buttons">
                <Button label=words::RATE_SUBMIT weight=Weight::Primary submit=true busy=busy/>
            </div>
        </form>
    }
    .into_any()
}
