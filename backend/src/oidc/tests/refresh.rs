//! Promises of refresh tokens under whatever a network and a thief do, against a model of what should come of it.

use proptest::prelude::*;
use proptest::test_runner::{Config as Cases, TestCaseError, TestRunner};

use super::dpop::proof_with;
use super::*;
use crate::oidc::seconds::GRACE;
use crate::secrets::TokenHash;

/// Somebody who holds a refresh token shows it.
#[derive(Debug, Clone, Copy)]
struct Shown {
    /// How many tokens ago it was the newest: 0 is who heard every answer; more is a request that was lost, doubled or under
    /// way for long, or a thief.
    ago: usize,
    /// Seconds since the one before.
    after: i64,
}

/// What should come of it: the tokens of a login, each with the time at which it was used, and whether the login lives.
struct Model {
    used: Vec<Option<i64>>,
    lives: bool,
    /// Whether whoever shows one shows the same key with it.
    bound: bool,
}

impl Model {
    /// The place of the token that is given for the one at `place`.
    fn show(&mut self, place: usize, now: i64) -> Option<usize> {
        if !self.lives {
            return None;
        }
        match self.used[place] {
            None => {
                self.used[place] = Some(now);
                self.used.push(None);
                Some(place + 1)
            }
            Some(at) if now < at + GRACE => Some(place + 1),
            Some(_) if self.bound && self.used[place + 1].is_none() => {
                self.used[place] = Some(now);
                Some(place + 1)
            }
            Some(_) => {
                self.lives = false;
                None
            }
        }
    }
}

fn shown() -> impl Strategy<Value = Vec<Shown>> {
    let one = (
        prop_oneof![4 => Just(0_usize), 3 => Just(1), 1 => 2_usize..5],
        0_i64..2 * GRACE,
    );
    proptest::collection::vec(one.prop_map(|(ago, after)| Shown { ago, after }), 1..12)
}

/// What the hall answers to the bus, which shows a key or does not.
async fn ask(provider: &Provider, bound: bool, pairs: Pairs<'_>) -> Reply {
    let proof = proof_with(provider, "terminal", "POST", &format!("{ISSUER}/oauth/token"), |_| {});
    let headers = [("dpop", proof.as_str())];
    let headers = &headers[..usize::from(bound)];
    provider.as_client(BUS, "/oauth/token", pairs, headers).await
}

/// Plays what is shown, and says whether the login lives in the end.
async fn play(provider: &Provider, bound: bool, first: String, shown: &[Shown]) -> Result<bool, TestCaseError> {
    let mut model = Model {
        used: vec![None],
        lives: true,
        bound,
    };
    let (mut tokens, mut now) = (vec![first], 0);
    for Shown { ago, after } in shown {
        provider.hall.clock.advance(*after);
        now += after;
        let place = tokens.len() - 1 - (*ago).min(tokens.len() - 1);
        let pairs = [
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens[place].as_str()),
        ];
        let reply = ask(provider, bound, &pairs).await;
        let given = reply.json()["refresh_token"].as_str().map(str::to_owned);
        match model.show(place, now) {
            Some(next) => {
                prop_assert!(given.is_some(), "{}", reply.json());
                let given = given.unwrap_or_default();
                match tokens.get(next) {
                    Some(known) => prop_assert_eq!(&given, known, "two tokens for one: two families"),
                    None => tokens.push(given),
                }
            }
            None => prop_assert_eq!(&reply.json()["error"], "invalid_grant"),
        }
    }
    // Of all that were given one counts, if the login lives, and none if not.
    let mut counting = 0;
    for token in &tokens {
        let now = provider.hall.clock.now();
        let found = provider
            .hall
            .state
            .storage
            .refresh_token(TokenHash::of(token), now)
            .await;
        counting += usize::from(must(found).is_some());
    }
    prop_assert_eq!(counting, usize::from(model.lives));
    Ok(model.lives)
}

fn cases(bound: bool, holds: impl Fn(bool) -> Result<(), TestCaseError>, of: impl Strategy<Value = Vec<Shown>>) {
    let runtime = must(tokio::runtime::Builder::new_current_thread().enable_all().build());
    let provider = runtime.block_on(Provider::open());
    let browser = runtime.block_on(provider.citizen(ZHANG));
    let mut runner = TestRunner::new(Cases::with_cases(24));
    let outcome = runner.run(&of, |shown| {
        runtime.block_on(async {
            let mut browser = browser.clone();
            let code = provider
                .code(&mut browser, BUS, BUS_BACK, "openid offline_access")
                .await;
            let pairs = [
                ("grant_type", "authorization_code"),
                ("code", code.as_str()),
                ("redirect_uri", BUS_BACK),
                ("code_verifier", VERIFIER),
            ];
            let tokens = ask(&provider, bound, &pairs).await.json();
            let first = tokens["refresh_token"].as_str().unwrap_or_default().to_owned();
            let lives = play(&provider, bound, first, &shown).await?;
            holds(lives)
        })
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn there_is_never_more_than_one_family_and_none_after_a_theft() {
    for bound in [false, true] {
        cases(bound, |_| Ok(()), shown());
    }
}

fn stays(lives: bool) -> Result<(), TestCaseError> {
    prop_assert!(lives);
    Ok(())
}

#[test]
fn nobody_is_logged_out_because_of_a_request_that_was_lost_doubled_or_late() {
    // Whatever is shown again comes within the time for that: the last second in which the oldest that is shown was used.
    let one = (0_usize..4, 0_i64..2);
    let of = proptest::collection::vec(one.prop_map(|(ago, after)| Shown { ago, after }), 1..10);
    let within = of.prop_filter("later than the time for that", |shown| {
        shown.iter().map(|shown| shown.after).sum::<i64>() < GRACE
    });
    cases(false, stays, within);
}

#[test]
fn nobody_who_shows_their_key_is_logged_out_because_of_a_lost_answer_however_late() {
    let one = (0_usize..2, 0_i64..20 * GRACE);
    let of = proptest::collection::vec(one.prop_map(|(ago, after)| Shown { ago, after }), 1..10);
    cases(true, stays, of);
}
