//! Two terminals, one draft: what stands, what is kept, and for how long.

use onehall_protocol::drafts::{DraftSaved, StampedChange};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::sync::Stamp;
use onehall_protocol::{DraftId, ErrorCode, Timestamp};
use serde_json::{Value, json};

use super::DraftStore;
use super::tests::{Place, place, writer};
use crate::database_command::go_on_behind;
use crate::error::Result;

const MINUTE: i64 = 60_000;
const HOUR: u64 = 3_600_000;
/// When the hall takes what is saved here, unless a test says another time.
const NOW: i64 = 1_000_000;
const GROUP: &[&str] = &["rows"];

/// A change of a terminal at a time, with a revision in sight.
fn given(path: &str, value: Value, by: u128, at: u64, seen: u64) -> StampedChange {
    StampedChange {
        path: path.to_owned(),
        value,
        stamp: Stamp {
            at,
            count: 0,
            writer: writer(by),
        },
        seen,
    }
}

async fn save(place: &Place, id: DraftId, change: StampedChange) -> Result<DraftSaved> {
    let base = change.seen;
    place.merge(id, base, vec![change], GROUP, NOW).await
}

fn lost(saved: &DraftSaved) -> Vec<(&str, &Value, TerminalKind, i64)> {
    let lost = saved.lost.iter();
    lost.map(|one| (one.path.as_str(), &one.value, one.terminal, one.at.unix_millis()))
        .collect()
}

#[tokio::test]
async fn the_later_answer_stands_whatever_arrives_first_and_the_other_is_kept() -> Result<()> {
    for earlier_first in [true, false] {
        let place = place();
        let draft = place.new_draft().await?;
        let earlier = given("a", json!("one"), 1, 500, 1);
        let later = given("a", json!("two"), 2, 600, 1);
        let both = if earlier_first {
            [earlier, later]
        } else {
            [later, earlier]
        };
        let [first, second] = both;
        save(&place, draft.id, first).await?;
        let saved = save(&place, draft.id, second).await?;
        assert_eq!(place.answers(draft.id).await?["a"], json!("two"), "{earlier_first}");
        assert_eq!(
            lost(&saved),
            [("a", &json!("one"), TerminalKind::Mobile, 500)],
            "{earlier_first}"
        );
        // Whose answer did not stand learns of the other one with the reply.
        let others: Vec<_> = saved.others.iter().map(|one| (one.path.as_str(), &one.value)).collect();
        let expected: Vec<(&str, &Value)> = if earlier_first {
            vec![]
        } else {
            vec![("a", &Value::Null)]
        };
        assert_eq!(others.len(), expected.len(), "{others:?}");
        let read = place.sqlite.draft(draft.id, vec![place.citizen].into()).await?;
        assert_eq!(read.lost, saved.lost, "every terminal is told");
    }
    Ok(())
}

#[tokio::test]
async fn who_had_the_other_answer_in_sight_overwrites_it_even_with_a_slow_clock_and_nothing_is_kept() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    let first = save(&place, draft.id, given("a", json!("one"), 1, 900, 1)).await?;
    let second = save(&place, draft.id, given("a", json!("two"), 2, 5, first.revision)).await?;
    assert!(second.lost.is_empty() && second.others.is_empty());
    assert_eq!(place.answers(draft.id).await?["a"], json!("two"));
    assert!(
        second.clock > 900,
        "the next answer of a slow clock is stamped later by itself"
    );
    Ok(())
}

#[tokio::test]
async fn an_answer_given_with_the_draft_in_sight_but_not_this_answer_counts_as_not_seen() -> Result<()> {
    // The terminal knows of revision 2, but gave its answer before it did.
    let place = place();
    let draft = place.new_draft().await?;
    let first = save(&place, draft.id, given("a", json!("one"), 1, 900, 1)).await?;
    let change = given("a", json!("two"), 2, 901, 1);
    let second = place.merge(draft.id, first.revision, vec![change], GROUP, NOW).await?;
    assert_eq!(lost(&second), [("a", &json!("one"), TerminalKind::Mobile, 900)]);
    Ok(())
}

#[tokio::test]
async fn what_a_terminal_had_in_sight_before_a_restore_is_nothing_that_was_answered_after_it() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    let restored = Timestamp::from_unix_millis(NOW);
    place.sqlite.look(|db| go_on_behind(db, restored))?;
    // One terminal was at revision 50 when the hall went back to the first. Another one answers before it.
    save(&place, draft.id, given("a", json!("there"), 2, 500, 1)).await?;
    let saved = save(&place, draft.id, given("a", json!("here"), 1, 600, 50)).await?;
    assert_eq!(place.answers(draft.id).await?["a"], json!("here"));
    assert_eq!(lost(&saved), [("a", &json!("there"), TerminalKind::Mobile, 500)]);
    Ok(())
}

#[tokio::test]
async fn what_arrives_again_changes_nothing_and_is_told_of_as_nothing() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    let change = given("a", json!("one"), 1, 500, 1);
    let first = save(&place, draft.id, change.clone()).await?;
    // Another terminal saw it and answered otherwise; only then comes the first save a second time.
    save(&place, draft.id, given("a", json!("two"), 2, 501, first.revision)).await?;
    let again = save(&place, draft.id, change).await?;
    assert_eq!(place.answers(draft.id).await?["a"], json!("two"));
    assert!(again.lost.is_empty(), "{:?}", again.lost);
    assert_eq!(again.others[0].value, json!("two"));
    // What goes on from there is not held up by that.
    save(&place, draft.id, given("a", json!("three"), 1, 502, again.revision)).await?;
    assert_eq!(place.answers(draft.id).await?["a"], json!("three"));
    Ok(())
}

#[tokio::test]
async fn a_clock_an_hour_ahead_does_not_win_for_an_hour() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    let now = u64::try_from(NOW).unwrap_or(0);
    let first = save(&place, draft.id, given("a", json!("ahead"), 1, now + HOUR, 1)).await?;
    assert!(first.clock <= now + 1, "nobody else is drawn along: {}", first.clock);
    // A minute later another terminal answers, without having seen it: that is the later answer.
    let later = given("a", json!("later"), 2, now + 60_000, 1);
    let second = place.merge(draft.id, 1, vec![later], GROUP, NOW + MINUTE).await?;
    assert_eq!(place.answers(draft.id).await?["a"], json!("later"));
    assert_eq!(lost(&second)[0].1, &json!("ahead"));
    // And what the first one types in a row still counts in the order in which it was typed.
    let own = given("a", json!("ahead again"), 1, now + HOUR + 1, second.revision);
    place
        .merge(draft.id, second.revision, vec![own], GROUP, NOW + MINUTE)
        .await?;
    assert_eq!(place.answers(draft.id).await?["a"], json!("ahead again"));
    Ok(())
}

#[tokio::test]
async fn what_did_not_stand_is_back_when_it_is_given_again_and_gone_when_it_is_dismissed() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    save(&place, draft.id, given("a", json!("one"), 1, 500, 1)).await?;
    let saved = save(&place, draft.id, given("a", json!("two"), 2, 600, 1)).await?;
    let back = save(&place, draft.id, given("a", json!("one"), 2, 700, saved.revision)).await?;
    assert!(back.lost.is_empty(), "{:?}", back.lost);
    assert_eq!(place.answers(draft.id).await?["a"], json!("one"));

    save(&place, draft.id, given("b", json!("one"), 1, 800, 1)).await?;
    let saved = save(&place, draft.id, given("b", json!("two"), 2, 900, 1)).await?;
    let n = saved.lost[0].n;
    let stranger = vec![onehall_protocol::PersonId(uuid::Uuid::now_v7())].into();
    let at = Timestamp::from_unix_millis(NOW);
    let refused = place.sqlite.dismiss_lost(draft.id, stranger, n, at).await;
    assert_eq!(refused.err().map(|error| error.code()), Some(ErrorCode::NotFound));
    for _ in 0..2 {
        place
            .sqlite
            .dismiss_lost(draft.id, vec![place.citizen].into(), n, at)
            .await?;
    }
    assert!(
        place
            .sqlite
            .draft(draft.id, vec![place.citizen].into())
            .await?
            .lost
            .is_empty()
    );
    Ok(())
}

#[tokio::test]
async fn of_what_did_not_stand_a_writers_last_answer_is_kept_for_each_question_and_fifty_in_all() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    let mut last = save(&place, draft.id, given("a", json!("stands"), 1, 900, 1)).await?;
    for (count, typed) in ["n", "na", "nam"].into_iter().enumerate() {
        let at = 500 + u64::try_from(count).unwrap_or(0);
        last = save(&place, draft.id, given("a", json!(typed), 2, at, 1)).await?;
    }
    assert_eq!(lost(&last), [("a", &json!("nam"), TerminalKind::Mobile, 502)]);
    for number in 0..60 {
        let path = format!("q{number}");
        save(&place, draft.id, given(&path, json!("one"), 1, 1_000 + number, 1)).await?;
        last = save(&place, draft.id, given(&path, json!("two"), 2, 2_000 + number, 1)).await?;
    }
    assert_eq!(last.lost.len(), 50);
    assert_eq!(
        (last.lost[0].path.as_str(), last.lost[49].path.as_str()),
        ("q59", "q10")
    );
    Ok(())
}

#[tokio::test]
async fn what_the_hall_filled_in_is_nobodys_answer_and_an_emptied_one_is_none() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    let saved = save(&place, draft.id, given("name", json!("other"), 1, 500, 0)).await?;
    assert!(saved.lost.is_empty(), "what was filled in is known to the hall anyway");
    save(&place, draft.id, given("a", Value::Null, 1, 500, 1)).await?;
    save(&place, draft.id, given("b", json!("x"), 1, 501, 1)).await?;
    let saved = save(&place, draft.id, given("b", Value::Null, 1, 502, 1)).await?;
    let saved = save(&place, draft.id, given("b", json!("y"), 2, 600, saved.revision - 1)).await?;
    assert!(saved.lost.is_empty());
    Ok(())
}

#[tokio::test]
async fn rows_are_merged_row_by_row_and_one_that_is_being_filled_comes_back_whole() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    let rows = |ids: &[&str]| json!(ids);
    let begin = [
        given("rows", rows(&["r", "s"]), 1, 100, 1),
        given("rows/r/name", json!("R"), 1, 101, 1),
        given("rows/r/phone", json!("1"), 1, 102, 1),
        given("rows/s/name", json!("S"), 1, 103, 1),
    ];
    let first = place.merge(draft.id, 1, begin.to_vec(), GROUP, NOW).await?;
    let base = first.revision;

    // Both add one.
    save(&place, draft.id, given("rows", rows(&["r", "s", "a"]), 1, 200, base)).await?;
    let both = save(&place, draft.id, given("rows", rows(&["r", "s", "b"]), 2, 201, base)).await?;
    assert_eq!(
        both.others.iter().find(|one| one.path == "rows").map(|one| &one.value),
        Some(&rows(&["r", "s", "b", "a"]))
    );
    let base = both.revision;

    // One takes a row away, with its answers, and the row is not shown any more.
    let removal = [
        given("rows", rows(&["s", "b", "a"]), 1, 300, base),
        given("rows/r/name", Value::Null, 1, 301, base),
        given("rows/r/phone", Value::Null, 1, 302, base),
    ];
    let gone = place.merge(draft.id, base, removal.to_vec(), GROUP, NOW).await?;
    let answers = place.answers(draft.id).await?;
    assert_eq!(answers["rows"], rows(&["s", "b", "a"]));
    assert!(!answers.contains_key("rows/r/name") && !answers.contains_key("rows/r/phone"));
    assert!(gone.others.is_empty(), "{:?}", gone.others);

    // Another one, who does not know, types in it: it comes back, with what it did not type, too.
    let typed = save(&place, draft.id, given("rows/r/name", json!("Rita"), 2, 250, base)).await?;
    let answers = place.answers(draft.id).await?;
    assert_eq!(answers["rows/r/name"], json!("Rita"));
    assert_eq!(answers["rows/r/phone"], json!("1"));
    assert!(
        answers["rows"]
            .as_array()
            .is_some_and(|rows| rows.iter().any(|row| row == "r"))
    );
    assert!(typed.lost.is_empty());
    // Who took it away gets all of it again.
    let remover = place.merge(draft.id, gone.revision, Vec::new(), GROUP, NOW).await?;
    let mut paths: Vec<_> = remover.others.iter().map(|one| one.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["rows", "rows/r/name", "rows/r/phone"]);

    // Now that it is in sight, it goes.
    let base = remover.revision;
    save(&place, draft.id, given("rows", rows(&["s", "b", "a"]), 1, 400, base)).await?;
    assert_eq!(place.answers(draft.id).await?["rows"], rows(&["s", "b", "a"]));
    Ok(())
}

#[tokio::test]
async fn a_row_whose_answers_its_remover_had_not_seen_stays_with_all_of_them() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    let begin = [
        given("rows", json!(["r"]), 1, 100, 1),
        given("rows/r/phone", json!("1"), 1, 101, 1),
    ];
    let base = place.merge(draft.id, 1, begin.to_vec(), GROUP, NOW).await?.revision;
    save(&place, draft.id, given("rows/r/name", json!("Rita"), 2, 250, base)).await?;
    let removal = [
        given("rows", json!([]), 1, 300, base),
        given("rows/r/phone", Value::Null, 1, 301, base),
    ];
    let kept = place.merge(draft.id, base, removal.to_vec(), GROUP, NOW).await?;
    let answers = place.answers(draft.id).await?;
    assert_eq!(
        (&answers["rows"], &answers["rows/r/phone"]),
        (&json!(["r"]), &json!("1"))
    );
    let mut paths: Vec<_> = kept.others.iter().map(|one| one.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["rows", "rows/r/name", "rows/r/phone"]);
    Ok(())
}

#[tokio::test]
async fn what_did_not_stand_and_rows_that_went_are_kept_for_thirty_days() -> Result<()> {
    const DAY: i64 = 86_400_000;
    let place = place();
    let draft = place.new_draft().await?;
    save(&place, draft.id, given("a", json!("one"), 1, 500, 1)).await?;
    save(&place, draft.id, given("a", json!("two"), 2, 600, 1)).await?;
    let begin = [
        given("rows", json!(["r", "s"]), 1, 700, 1),
        given("rows/r/name", json!("R"), 1, 701, 1),
    ];
    let base = place.merge(draft.id, 1, begin.to_vec(), GROUP, NOW).await?.revision;
    save(&place, draft.id, given("rows", json!(["s"]), 1, 800, base)).await?;

    let before = |now: i64| Timestamp::from_unix_millis(now - 30 * DAY);
    let early = place.sqlite.sweep_drafts(before(30 * DAY), 100).await?;
    assert_eq!((early.answers, early.rows), (0, 0));
    let swept = place.sqlite.sweep_drafts(before(NOW + 1 + 30 * DAY), 100).await?;
    assert_eq!((swept.answers, swept.rows), (1, 1));
    let read = place.sqlite.draft(draft.id, vec![place.citizen].into()).await?;
    assert!(read.lost.is_empty());
    assert_eq!(
        (&read.answers["a"], &read.answers["rows"]),
        (&json!("two"), &json!(["s"]))
    );
    assert_eq!(
        place.sqlite.sweep_drafts(before(NOW + 1 + 30 * DAY), 100).await?.rows,
        0
    );
    Ok(())
}

#[tokio::test]
async fn all_of_it_is_there_after_a_restart_and_goes_with_the_draft() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    let change = given("a", json!("one"), 1, 500, 1);
    save(&place, draft.id, change.clone()).await?;
    save(&place, draft.id, given("a", json!("two"), 2, 600, 1)).await?;
    let again = place.sqlite.again();
    let read = again.draft(draft.id, vec![place.citizen].into()).await?;
    assert_eq!(
        (read.lost[0].value.clone(), read.answers["a"].clone()),
        (json!("one"), json!("two"))
    );
    drop(again);
    let retried = save(&place, draft.id, change).await?;
    assert_eq!(retried.lost.len(), 1, "it had arrived");
    let now = Timestamp::from_unix_millis(NOW);
    place
        .sqlite
        .discard_draft(draft.id, vec![place.citizen].into(), now)
        .await?;
    let swept = place
        .sqlite
        .sweep_drafts(Timestamp::from_unix_millis(NOW * 10), 100)
        .await?;
    assert_eq!(swept.answers, 0, "nothing was left behind");
    Ok(())
}

#[tokio::test]
async fn what_changed_since_a_revision_is_told_with_where_it_came_from() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    let first = save(&place, draft.id, given("a", json!("one"), 1, 500, 1)).await?;
    save(&place, draft.id, given("b", json!("x"), 2, 600, first.revision)).await?;
    let changed = place
        .sqlite
        .changed_since(draft.id, vec![place.citizen].into(), first.revision)
        .await?;
    let told: Vec<_> = changed
        .iter()
        .map(|one| (one.path.as_str(), &one.value, one.at.unix_millis()))
        .collect();
    assert_eq!(told, [("b", &json!("x"), 600)]);
    Ok(())
}

#[tokio::test]
async fn long_answers_that_did_not_stand_are_kept_as_far_as_there_is_room_and_the_last_one_always() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    let long = |character: &str, length: usize| json!(character.repeat(length));
    let mut last = None;
    for (number, length) in [90_000, 90_000, 90_000, 250_000].into_iter().enumerate() {
        let (path, at) = (format!("q{number}"), u64::try_from(number).unwrap_or(0));
        save(&place, draft.id, given(&path, long("a", length), 1, 1_000 + at, 1)).await?;
        let saved = save(&place, draft.id, given(&path, json!("stands"), 2, 2_000 + at, 1)).await?;
        let kept: Vec<String> = saved.lost.iter().map(|lost| lost.path.clone()).collect();
        last = Some(saved);
        let expected: &[&str] = match number {
            0 => &["q0"],
            1 => &["q1", "q0"],
            2 => &["q2", "q1"],
            _ => &["q3"],
        };
        assert_eq!(kept, expected);
    }
    assert_eq!(last.map(|saved| saved.lost[0].value.clone()), Some(long("a", 250_000)));
    Ok(())
}
