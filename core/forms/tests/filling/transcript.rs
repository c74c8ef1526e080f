//! What terminal and backend compare.

use onehall_forms::{Context, Evaluation, evaluate};
use serde_json::{Value, json};

use super::{company, context, filled, filling, question, single};

#[test]
fn the_backend_finds_the_very_same() {
    let filling = filled();
    let found = evaluate(&company(), filling.answers(), context());
    assert_eq!(found, filling.evaluation());
    let Evaluation {
        errors,
        submitted,
        transcript,
        pages,
        ..
    } = found;
    assert!(errors.is_empty());
    assert_eq!(pages, ["basics", "owners", "place"]);
    // The submitted answers alone are enough to come to the same result.
    assert_eq!(evaluate(&company(), submitted, context()).transcript, transcript);
}

/// Frozen: a change here means that terminals and backends of two versions no longer understand each other, and that
/// `ENGINE` has to count up.
#[test]
fn the_canonical_document_is_what_the_documentation_says() {
    let mut filling = filled();
    filling.set("capital", json!("0.50"));
    assert_eq!(
        filling.canonical(),
        concat!(
            r#"{"as_of":"2026-11-23","calendar":null,"computed":{"shareholders/r1/amount":"0.17","shareholders/r2/amount":"0.33","total":100},"#,
            r#""engine":2,"errors":[["capital","out_of_range"]],"form":"company","lists":{},"pages":["basics","owners","place"],"#,
            r#""values":{"capital":"0.50","kind":"company","premises":true,"shareholders":["r1","r2"],"#,
            r#""shareholders/r1/born":null,"shareholders/r1/name":"李雷","shareholders/r1/phones":null,"shareholders/r1/share":33.33,"#,
            r#""shareholders/r2/born":null,"shareholders/r2/name":"韩梅梅","shareholders/r2/phones":null,"shareholders/r2/share":66.67},"#,
            r#""version":3}"#
        )
    );
    assert_eq!(filling.transcript().len(), 64);
}

#[test]
fn the_transcript_hangs_on_all_that_decides() {
    let base = filled();
    let mut other = filled();
    other.set("shareholders/r1/name", json!("李磊"));
    assert_ne!(base.transcript(), other.transcript());
    let later = Context::on("2026-11-24".parse().unwrap_or_else(|error| panic!("{error}")));
    assert_ne!(
        evaluate(&company(), base.answers(), later).transcript,
        base.transcript()
    );
    assert_eq!(
        evaluate(&company(), base.answers(), context()).transcript,
        base.transcript()
    );
}

#[test]
fn the_same_number_written_in_two_ways_gives_one_transcript() {
    let form = single(vec![question("n", "number", json!({"decimals": 2}))]);
    let of = |json: &str| {
        let value: Value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}"));
        filling(&form, json!({"n": value})).transcript()
    };
    assert_eq!(of("2"), of("2.00"));
    assert_eq!(of("2.5"), of("25e-1"));
    assert_ne!(of("2.5"), of("2.51"));
}
