//! What is asked for, in plain words, and what of it the citizen gives.

use leptos::prelude::*;
use onehall_protocol::authorization::ScopeView;

use crate::design::choices::{Checkboxes, ChoiceOption};
use crate::design::icon::Icon;
use crate::shell::Profile;
use crate::texts::{Words, authorization as words};
use crate::view::view;

/// That somebody logs in at all: always told, nothing to choose.
const LOGIN: &str = "openid";
/// To handle matters at the hall: what a terminal of the hall itself always has, because without it it would be none.
const HALL: &str = "hall";
/// To go on while the citizen is away: whoever stands at a public machine gives nobody anything that lasts, and the hall does
/// not let them.
const LASTING: &str = "offline_access";
/// What is never ticked beforehand: to give sensitive data takes a consent of its own (Personal Information Protection Law,
/// article 29).
const SENSITIVE: [&str; 1] = ["citizen_id"];

/// What the citizen gives of what is asked for.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    asked: StoredValue<Vec<ScopeView>>,
    /// Whether it is a terminal of the hall that asks.
    of_hall: bool,
    chosen: RwSignal<Vec<String>>,
}

impl Choice {
    /// Of what is asked for on a terminal of this profile.
    pub(super) fn of(scopes: &[ScopeView], profile: Profile) -> Choice {
        let asked = choosable(scopes, profile);
        let chosen = first_choice(&asked);
        Choice {
            asked: StoredValue::new(asked),
            of_hall: scopes.iter().any(|asked| asked.scope == HALL),
            chosen: RwSignal::new(chosen),
        }
    }

    /// By name, as the hall takes it.
    pub(super) fn given(self) -> Vec<String> {
        let mut given = vec![LOGIN.to_owned()];
        given.extend(self.of_hall.then(|| HALL.to_owned()));
        given.extend(self.chosen.get_untracked());
        given
    }

    /// What is always told, and what can be chosen.
    pub(super) fn view(self) -> AnyView {
        let asked = self.asked.get_value();
        let options: Vec<ChoiceOption> = asked.iter().map(option).collect();
        let choice = (!options.is_empty()).then(|| {
            view! {
                <Checkboxes
                    id="scopes"
                    label=words::ASKS
                    hint=words::ASKS_HINT
                    options=Signal::stored(options)
                    values=self.chosen
                    on_change=Callback::new(move |chosen| self.chosen.set(chosen))
                />
            }
        });
        view! {
            <div class="told">
                <Icon name="badge-check"/>
                <div>
                    <p class="told-title">{words::ALWAYS}</p>
                    {self.of_hall.then(|| view! { <p class="told-text">{words::ALWAYS_HALL}</p> })}
                    <p class="told-text">{words::ALWAYS_TEXT}</p>
                </div>
            </div>
            {choice}
        }
        .into_any()
    }
}

fn choosable(scopes: &[ScopeView], profile: Profile) -> Vec<ScopeView> {
    let asked = scopes.iter().filter(|asked| {
        let lasts_too_long = asked.scope == LASTING && profile == Profile::Kiosk;
        ![LOGIN, HALL].contains(&asked.scope.as_str()) && !lasts_too_long
    });
    asked.cloned().collect()
}

fn is_sensitive(asked: &ScopeView) -> bool {
    SENSITIVE.contains(&asked.scope.as_str())
}

/// What is ticked before the citizen has touched anything.
fn first_choice(asked: &[ScopeView]) -> Vec<String> {
    let ticked = asked.iter().filter(|asked| asked.allowed || !is_sensitive(asked));
    ticked.map(|asked| asked.scope.clone()).collect()
}

fn option(asked: &ScopeView) -> ChoiceOption {
    let why = asked.why.as_ref().map(Words::from);
    let hint = match (why, is_sensitive(asked)) {
        (Some(why), true) => Some(words::WHY_SENSITIVE.with([why])),
        (Some(why), false) => Some(words::WHY.with([why])),
        (None, true) => Some(words::SENSITIVE.into()),
        (None, false) => None,
    };
    ChoiceOption::new(asked.scope.clone(), &asked.name).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Text;

    use super::*;

    fn asked(scope: &str, allowed: bool) -> ScopeView {
        ScopeView {
            scope: scope.to_owned(),
            name: Text::new(scope, scope),
            why: None,
            allowed,
        }
    }

    #[test]
    fn sensitive_data_are_never_ticked_for_the_citizen() {
        let scopes = [asked("phone", false), asked("citizen_id", false)];
        assert_eq!(first_choice(&scopes), ["phone"]);
        assert_eq!(first_choice(&[asked("citizen_id", true)]), ["citizen_id"]);
    }

    #[test]
    fn a_public_machine_offers_nothing_that_lasts() {
        let scopes = [
            asked("openid", false),
            asked("phone", false),
            asked("offline_access", false),
        ];
        let names = |profile| -> Vec<String> {
            let asked = choosable(&scopes, profile);
            asked.into_iter().map(|asked| asked.scope).collect()
        };
        assert_eq!(names(Profile::Kiosk), ["phone"]);
        assert_eq!(names(Profile::Mobile), ["phone", "offline_access"]);
    }
}
