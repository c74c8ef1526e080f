//! What is close to a query of which no item has every word: a question put in words, a slip in one character, a word more
//! than the hall knows. Chinese has no gaps between words, so each two characters that stand together count as one.

use onehall_protocol::search::fit_text;

/// How much of a query is looked at.
const MOST_PIECES: usize = 24;

/// The parts of a [folded](onehall_protocol::search::folded) query: its words in letters, and each pair of neighbouring
/// characters of its words in Chinese.
fn pieces(query: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut word = 0;
    let mut before = None;
    for (at, character) in query.char_indices() {
        let after = at + character.len_utf8();
        if character.is_ascii_alphanumeric() {
            let next = query.as_bytes().get(after);
            if !next.is_some_and(u8::is_ascii_alphanumeric) && after - word > 2 {
                pieces.push(&query[word..after]);
            }
            before = None;
        } else {
            word = after;
            // Marks are neighbours of nothing; those of ASCII and of Chinese are all that people type.
            let chinese = !character.is_ascii() && !('\u{3000}'..'\u{3040}').contains(&character);
            if let (Some(from), true) = (before, chinese) {
                pieces.push(&query[from..after]);
            }
            before = chinese.then_some(at);
        }
    }
    pieces.truncate(MOST_PIECES);
    pieces
}

/// A score for each text, 0 for those that are not close: the best hold most of what is rare in the query. And what of the
/// query is held by any; what more than a quarter of them hold tells nothing.
pub(super) fn near<'t, 'a>(texts: impl Iterator<Item = &'t str>, query: &'a str) -> (Vec<u32>, Vec<&'a str>) {
    let mut pieces = pieces(query);
    let mut held = [0u32; MOST_PIECES];
    // First which pieces each holds, a bit each.
    let mut scores = Vec::new();
    for text in texts {
        let mut bits = 0;
        for (bit, piece) in pieces.iter().enumerate() {
            // Letters count from the start of a word.
            if fit_text(text, piece, [1, 1, 1, u32::from(!piece.is_ascii())]) > 0 {
                bits |= 1 << bit;
                held[bit] += 1;
            }
        }
        scores.push(bits);
    }
    let all = scores.len() as u32;
    for of in &mut held {
        let telling = *of > 0 && *of <= (all / 4).max(2);
        // The rarer, the more it tells.
        *of = if telling { (all / *of).max(1).ilog2() + 1 } else { 0 };
    }
    let mut best = 0;
    for score in &mut scores {
        let bits = *score;
        *score = 0;
        for (bit, weight) in held.iter().enumerate() {
            *score += (bits >> bit & 1) * weight;
        }
        best = best.max(*score);
    }
    for score in &mut scores {
        if *score * 2 <= best {
            *score = 0;
        }
    }
    let mut weights = held.iter();
    pieces.retain(|_| weights.next().is_some_and(|weight| *weight > 0));
    (scores, pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [&str; 5] = [
        "居民身份证换领\nidentity card renewal\n身份证过期\n换身份证",
        "居住证申领\nresidence permit\n暂住证",
        "食品经营许可\nfood business licence\n饭店\n开餐馆",
        "结婚登记预约\nregister a marriage\n领证",
        "出生登记\nbirth registration\n上户口",
    ];

    fn found(query: &str) -> Vec<usize> {
        let (scores, _) = near(TEXTS.into_iter(), query);
        let mut found: Vec<usize> = (0..TEXTS.len()).filter(|at| scores[*at] > 0).collect();
        found.sort_by_key(|at| std::cmp::Reverse(scores[*at]));
        found
    }

    #[test]
    fn a_question_a_slip_and_a_word_too_many_find_what_is_close() {
        for (query, item) in [
            ("身份证过期了怎么办", 0),
            ("身份正", 0),
            ("开饭店", 2),
            ("marriage certificate", 3),
            ("我想在本市开一家饭店需要什么", 2),
            ("renew my identity card please", 0),
        ] {
            assert_eq!(found(query), [item], "{query}");
        }
    }

    #[test]
    fn what_nobody_has_and_what_everybody_has_finds_nothing() {
        assert!(found("火车票").is_empty());
        assert!(found("a of").is_empty());
        assert!(found("entity").is_empty(), "letters count from the start of a word");
        let alike = ["办理登记", "办理许可", "办理年检"];
        assert_eq!(near(alike.into_iter(), "怎么办理"), (vec![0; 3], Vec::new()));
    }

    #[test]
    fn what_is_rare_comes_before_what_many_have() {
        let texts = ["出生登记", "结婚登记", "护照", "驾照", "车牌", "社保", "医保", "户口"];
        let (scores, told) = near(texts.into_iter(), "出生登记处");
        assert_eq!(scores, [11, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(told, ["出生", "生登", "登记"]);
    }

    #[test]
    fn a_long_query_is_read_in_part() {
        let long: String = (0..200).filter_map(|at| char::from_u32(0x4e00 + at)).collect();
        assert_eq!(pieces(&long).len(), MOST_PIECES);
    }
}
