//! Style sheets: put together in order, without comments and idle space.

/// Takes comments and idle space out of a style sheet. What stands in strings and in `url(…)` is left as it is.
pub fn slim(css: &str) -> String {
    let mut slim = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(next) = rest.chars().next() {
        if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
            space(&mut slim);
        } else if next == '"' || next == '\'' {
            let end = end_of_string(rest, next);
            slim.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if rest.starts_with("url(") {
            let end = rest.find(')').map_or(rest.len(), |end| end + 1);
            slim.push_str(&rest[..end]);
            rest = &rest[end..];
        } else {
            rest = &rest[next.len_utf8()..];
            match next {
                _ if next.is_whitespace() => space(&mut slim),
                '{' | '}' | ';' | ',' => {
                    // `--empty: ;` is a value, `--empty:;` is not everywhere.
                    if slim.ends_with(' ') && !slim.ends_with(": ") {
                        slim.pop();
                    }
                    if next == '}' && slim.ends_with(';') {
                        slim.pop();
                    }
                    slim.push(next);
                }
                _ => slim.push(next),
            }
        }
    }
    slim.trim_end().to_owned()
}

/// One space, and none where the neighbour parts words by itself.
fn space(slim: &mut String) {
    if !slim.is_empty() && !slim.ends_with([' ', '{', '}', ';', ',']) {
        slim.push(' ');
    }
}

/// Where the string ends that begins at the start of `text`.
fn end_of_string(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return at + letter.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::slim;

    #[test]
    fn comments_and_idle_space_go() {
        assert_eq!(
            slim(
                "/* calm */\n.card  >\n a:hover ,\n.b :focus {\n  color: red;\n  margin: 0 auto;\n}\n\n@media print { a { top: 0 } }"
            ),
            ".card > a:hover,.b :focus{color: red;margin: 0 auto}@media print{a{top: 0}}"
        );
    }

    #[test]
    fn what_has_a_meaning_stays() {
        for text in [
            "a::before{content: \"/* not ; a } comment\"}",
            "a{content: 'it\\'s  two'}",
            "a{background: url(data:image/svg+xml;utf8,<svg a=\"b  c\"/>)}",
            "a{width: calc(1px + 2 * (3px - 1px))}",
            "@supports not (x: y){a{b: c}}",
            "a{--empty: }",
        ] {
            assert_eq!(slim(text), text);
        }
    }
}
