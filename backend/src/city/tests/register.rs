//! Faults of the register of a demonstration, and of what items ask of who applies.

use onehall_protocol::assurance::{AssuredAt, RequiredAssurance};
use onehall_protocol::identity::AssuranceLevel;

use super::fixture::{Fixture, broken, one_fault};
use crate::city::SimulatedAnswer;

const ITEM: &str = "items/identity-card.toml";
const UPDATED: &str = "updated = \"2026-11-01\"";

#[test]
fn an_item_says_which_level_it_asks_for_and_when() {
    let fixture = Fixture::new();
    let asks = format!("assurance = {{ level = \"L2\", at = \"start\" }}\n{UPDATED}");
    fixture.replace(ITEM, UPDATED, &asks);
    let city = fixture.load().unwrap_or_else(|findings| panic!("{findings:?}"));
    let code = "identity-card".parse().unwrap_or_else(|error| panic!("{error}"));
    let asked = city.item(&code).and_then(|item| item.assurance);
    let wanted = RequiredAssurance {
        level: AssuranceLevel::L2,
        at: AssuredAt::Start,
        proof: false,
    };
    assert_eq!(asked, Some(wanted));
    for (asks, reason) in [
        ("{ level = \"L4\" }", "unknown variant `L4`"),
        ("{ level = \"L1\" }", "`level` is L2 or L3"),
        ("{ at = \"start\" }", "`level` is missing"),
        ("{ level = \"L2\", at = \"end\" }", "unknown variant `end`"),
        ("{ level = \"L2\", when = \"start\" }", "unknown key `when`"),
    ] {
        broken(ITEM, UPDATED, &format!("assurance = {asks}\n{UPDATED}"), reason);
    }
    let asks = format!("assurance = {{ level = \"L2\" }}\n{UPDATED}");
    broken("items/passport.toml", UPDATED, &asks, "only an item with a form");
}

#[test]
fn the_register_knows_the_people_and_what_it_says_of_a_number_counts_before() {
    let fixture = Fixture::new();
    let number = "11010519491231002X";
    let entry = |face| format!("[[resident]]\nname = \"张三\"\ncitizen_id = \"{number}\"\nface = \"{face}\"\n");
    fixture.write("register.toml", entry("mismatch").as_bytes());
    let city = fixture.load().unwrap_or_else(|findings| panic!("{findings:?}"));
    let found = |number: &str| city.residents.iter().find(|one| one.citizen_id.as_str() == number);
    assert_eq!(
        found(number).map(|one| (one.document, one.face)),
        Some((SimulatedAnswer::Match, SimulatedAnswer::Mismatch))
    );
    assert!(found("440524188001010014").is_some());

    let fixture = Fixture::new();
    fixture.write("register.toml", entry("perhaps").as_bytes());
    one_fault(&fixture, "register.toml", 4, "unknown variant `perhaps`");
}
