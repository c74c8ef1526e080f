//! What is wrong with a text that is no JSON, as whoever writes it is told: where, what was expected, what stands there.
//!
//! The parser's own words name what it missed and count bytes; a person who writes Chinese looks for a character, and often
//! typed a sign of the wrong width.

use onehall_protocol::Text;

/// Something that makes a text no JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonFault {
    /// Line and column from 1; a column counts characters.
    pub place: (usize, usize),
    /// What was expected, and what stands there instead.
    pub said: Text,
}

/// The signs that an input method for Chinese writes, and what JSON has in their place.
const WIDE: [(char, char); 11] = [
    ('，', ','),
    ('：', ':'),
    ('“', '"'),
    ('”', '"'),
    ('‘', '"'),
    ('’', '"'),
    ('｛', '{'),
    ('｝', '}'),
    ('【', '['),
    ('】', ']'),
    ('、', ','),
];

impl JsonFault {
    /// What `error` says of `text`.
    #[must_use]
    pub fn of(text: &str, error: &serde_json::Error) -> JsonFault {
        // A break inside of a text is told as what comes after it.
        let (number, column) = match (error.line(), error.column()) {
            (number, 0) if number > 1 => (number - 1, usize::MAX),
            (number, column) => (number.max(1), column),
        };
        let line = text.split('\n').nth(number - 1).unwrap_or_default();
        // The parser's column is that of a byte, which may be inside of a character.
        let mut at = column.saturating_sub(1).min(line.len());
        while !line.is_char_boundary(at) {
            at -= 1;
        }
        let column = line[..at].chars().count() + 1;
        let mut said = expected(error);
        if !error.is_eof()
            && let Some(found) = line[at..].chars().next().filter(|found| !found.is_control())
        {
            let (zh, en) = instead(found);
            said = Text::new(format!("{}，{zh}", said.zh_cn), format!("{}, {en}", said.en));
        }
        JsonFault {
            place: (number, column),
            said,
        }
    }
}

/// What stands there, and what to do about it where it is a usual slip.
fn instead(found: char) -> (String, String) {
    if let Some((_, sign)) = WIDE.iter().find(|(wide, _)| *wide == found) {
        return (
            format!("这里是全角的 `{found}`，应改为半角的 `{sign}`"),
            format!("but here stands the full-width `{found}`: type `{sign}`"),
        );
    }
    match found {
        '\'' => (
            "这里是 `'`：JSON 的文本用双引号 `\"`".to_owned(),
            "but here stands `'`: JSON's texts stand in double quotes".to_owned(),
        ),
        '/' => (
            "这里是 `/`：JSON 中没有注释".to_owned(),
            "but here stands `/`: JSON has no comments".to_owned(),
        ),
        _ => (format!("这里是 `{found}`"), format!("but here stands `{found}`")),
    }
}

/// What the parser missed.
fn expected(error: &serde_json::Error) -> Text {
    let said = error.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    let (zh, en) = match said {
        "EOF while parsing a list" => (
            "文件在列表中间结束：缺少 `]`",
            "the file ends inside of a list: a `]` is missing",
        ),
        "EOF while parsing an object" => (
            "文件在对象中间结束：缺少 `}`",
            "the file ends inside of an object: a `}` is missing",
        ),
        "EOF while parsing a string" => (
            "文件在文本中间结束：缺少 `\"`",
            "the file ends inside of a text: a `\"` is missing",
        ),
        "EOF while parsing a value" => ("文件在应有值的地方结束", "the file ends where a value was expected"),
        "expected `:`" => ("字段名后应为 `:`", "expected `:` after the name of a field"),
        "expected `,` or `]`" => (
            "应为 `,`（列表还有下一项）或 `]`（列表结束）",
            "expected `,` and the next of the list, or `]`, its end",
        ),
        "expected `,` or `}`" => (
            "应为 `,`（对象还有下一个字段）或 `}`（对象结束）",
            "expected `,` and the next field of the object, or `}`, its end",
        ),
        "expected ident" => ("应为 `true`、`false` 或 `null`", "expected `true`, `false` or `null`"),
        "expected value" => (
            "应为一个值：文本、数字、`true`、`false`、`null`、列表或对象",
            "expected a value: a text, a number, `true`, `false`, `null`, a list or an object",
        ),
        "key must be a string" => (
            "应为以双引号括起的字段名",
            "expected the name of a field in double quotes",
        ),
        "invalid escape" => (
            "`\\` 后只能是 `\"`、`\\`、`/`、`b`、`f`、`n`、`r`、`t` 或 `u` 加四位十六进制数字",
            "after `\\` expected `\"`, `\\`, `/`, `b`, `f`, `n`, `r`, `t`, or `u` and four hexadecimal digits",
        ),
        "invalid number" => ("不是有效的数字", "this is no number"),
        "number out of range" => ("数字过大", "the number is too large"),
        "control character (\\u0000-\\u001F) found while parsing a string" => (
            "文本中不能直接换行或使用制表符：写作 `\\n`、`\\t`",
            "a line break or a tab inside of a text is written `\\n`, `\\t`",
        ),
        "trailing comma" => (
            "最后一项后不能再有 `,`",
            "there is no `,` after the last of a list or an object",
        ),
        "trailing characters" => (
            "文件只能有一个值，它在这里之前已经结束",
            "a file holds one value, and it ended before this",
        ),
        "recursion limit exceeded" => ("嵌套过深", "it nests too deep"),
        other => return Text::new(format!("不是有效的 JSON（{other}）"), other),
    };
    Text::new(zh, en)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn fault(text: &str) -> JsonFault {
        match serde_json::from_str::<Value>(text) {
            Ok(_) => panic!("this is JSON: {text}"),
            Err(error) => JsonFault::of(text, &error),
        }
    }

    /// Each slip of an author, where it is, and what is said of it in both languages.
    #[test]
    fn a_slip_is_told_by_its_place_what_was_expected_and_what_stands_there() {
        for (text, place, zh, en) in [
            (
                "{\"a\": 1\n \"b\": 2}",
                (2, 2),
                "应为 `,`",
                "expected `,` and the next field",
            ),
            ("{\"名称\"： 1}", (1, 6), "应改为半角的 `:`", "type `:`"),
            ("{\"a\": “文”}", (1, 7), "应改为半角的 `\"`", "type `\"`"),
            ("[1，2]", (1, 3), "应改为半角的 `,`", "type `,`"),
            ("{'a': 1}", (1, 2), "双引号", "double quotes"),
            ("{\"a\": 1, // no\n}", (1, 10), "没有注释", "no comments"),
            ("{a: 1}", (1, 2), "字段名", "name of a field"),
            ("[1, 2,]", (1, 7), "最后一项后", "after the last"),
            ("{\"a\": 1,}", (1, 9), "最后一项后", "after the last"),
            ("{\"a\": \"x\ny\"}", (1, 9), "`\\n`", "`\\n`"),
            ("{\"a\": nul}", (1, 10), "`null`", "`null`"),
            ("{\"a\": \"\\d\"}", (1, 9), "`\\`", "`\\`"),
            ("{} {}", (1, 4), "只能有一个值", "one value"),
            ("{\"a\" 1}", (1, 6), "`:`", "`:`"),
            ("[1 2]", (1, 4), "`]`", "`]`"),
            ("{\"a\": }", (1, 7), "应为一个值", "expected a value"),
            ("[1, -]", (1, 6), "数字", "number"),
        ] {
            let JsonFault { place: at, said } = fault(text);
            assert!(said.zh_cn.contains(zh) && said.en.contains(en), "{text}: {said:?}");
            assert_eq!(at, place, "{text}: {said:?}");
        }
        for (text, zh, en) in [
            ("{", "缺少 `}`", "a `}` is missing"),
            ("[1, ", "", "value"),
            ("{\"a\": \"x", "缺少 `\"`", "a `\"` is missing"),
            ("[[1]", "缺少 `]`", "a `]` is missing"),
            ("", "应有值", "a value was expected"),
        ] {
            let said = fault(text).said;
            assert!(said.zh_cn.contains(zh) && said.en.contains(en), "{text}: {said:?}");
        }
        let deep = "[".repeat(200);
        assert!(fault(&deep).said.en.starts_with("it nests too deep"));
    }
}
