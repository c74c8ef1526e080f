//! Markdown: what a reader of it sees, without its marks. HTML in it stays as it is.

use std::collections::BTreeMap;

use crate::text::{TAG, beginning};

/// A text without its marks, as HTML: headings, emphasis, code, tables and links lose them, lists keep their points.
pub(crate) fn without_marks(markdown: &str) -> String {
    let (mut made, mut block) = (String::new(), String::new());
    let lines: Vec<&str> = markdown.lines().map(str::trim).collect();
    let (mut in_code, mut in_table) = (false, false);
    for (at, line) in lines.iter().copied().enumerate() {
        if is_fence(line) {
            end(&mut block, &mut made);
            in_code = !in_code;
            continue;
        }
        if in_code {
            made.push_str(&html(line));
            made.push('\n');
            continue;
        }
        let begins_table = lines.get(at + 1).is_some_and(|next| is_divider(next));
        in_table = line.contains('|') && (in_table || begins_table);
        if in_table {
            end(&mut block, &mut made);
            if !is_divider(line) {
                made.push_str(&inline(&cells(line)));
                made.push('\n');
            }
            continue;
        }
        if line.is_empty() || is_rule(line) {
            end(&mut block, &mut made);
            made.push('\n');
            continue;
        }
        let bare = line.trim_start_matches('#');
        let is_heading = bare.len() < line.len();
        let line = bare.trim_start();
        let line = line.strip_prefix("> ").unwrap_or(line);
        let item = ["* ", "- ", "+ "].iter().find_map(|mark| line.strip_prefix(mark));
        if is_heading || item.is_some() || is_numbered(line) {
            end(&mut block, &mut made);
        }
        block.push_str(if item.is_some() { "• " } else { "" });
        block.push_str(item.unwrap_or(line));
        block.push('\n');
        if is_heading {
            end(&mut block, &mut made);
        }
    }
    end(&mut block, &mut made);
    made
}

/// Ends what is emphasised as a whole, though it may stand on several lines.
fn end(block: &mut String, made: &mut String) {
    made.push_str(&inline(block));
    block.clear();
}

/// Whether a line begins or ends what is code.
fn is_fence(line: &str) -> bool {
    line.starts_with("~~~") || line.starts_with("```") && !line.trim_start_matches('`').contains('`')
}

/// Whether a line is drawn from side to side, or under a heading.
fn is_rule(line: &str) -> bool {
    let signs: Vec<char> = line.chars().filter(|sign| !sign.is_whitespace()).collect();
    let all_are = |wanted: char| signs.iter().all(|sign| *sign == wanted);
    signs.len() > 2 && ['-', '*', '_', '='].into_iter().any(all_are)
}

/// Whether a line stands between the head of a table and its rows.
fn is_divider(line: &str) -> bool {
    line.contains('|') && line.contains('-') && line.chars().all(|sign| matches!(sign, '|' | '-' | ':' | ' '))
}

fn is_numbered(line: &str) -> bool {
    let behind = line.trim_start_matches(|sign: char| sign.is_ascii_digit());
    behind.len() < line.len() && [". ", ") "].iter().any(|mark| behind.starts_with(mark))
}

/// The cells of a row, one after the other.
fn cells(row: &str) -> String {
    let row = row.replace("\\|", "&#124;");
    let cells = row.split('|').map(str::trim).filter(|cell| !cell.is_empty());
    cells.collect::<Vec<_>>().join(" ")
}

/// A text as HTML has it.
fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// A part of a text.
enum Piece {
    Words(String),
    /// Signs of emphasis, as many as nothing was found to go with.
    Marks(char, usize),
}

/// A text while it is read.
#[derive(Default)]
struct Inline {
    pieces: Vec<Piece>,
    words: String,
    /// The marks that may begin something, by their sign.
    begun: BTreeMap<char, Vec<usize>>,
}

/// What stands in a line, or in several of one block, without its marks.
fn inline(text: &str) -> String {
    let mut read = Inline::default();
    let (mut rest, mut before) = (text, ' ');
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '*' | '_' | '~' => read.marks(first, before, rest),
            _ => read.take(first, rest),
        };
        let (taken, behind) = rest.split_at(length);
        before = taken.chars().next_back().unwrap_or(' ');
        rest = behind;
    }
    read.pieces.push(Piece::Words(read.words));
    let mut made = String::new();
    for piece in read.pieces {
        match piece {
            Piece::Words(words) => made.push_str(&words),
            Piece::Marks(sign, left) => made.extend(std::iter::repeat_n(sign, left)),
        }
    }
    made
}

impl Inline {
    /// Takes a run of marks: how much of the text it is. Those that end something go with those that began it.
    fn marks(&mut self, mark: char, before: char, rest: &str) -> usize {
        let behind = rest.trim_start_matches(mark);
        let count = rest.len() - behind.len();
        if mark == '~' && count != 2 {
            self.words.extend(std::iter::repeat_n(mark, count));
            return count;
        }
        let (opens, closes) = flanks(mark, before, behind.chars().next().unwrap_or(' '));
        let (begun, mut left) = (self.begun.entry(mark).or_default(), count);
        while closes
            && left > 0
            && let Some(at) = begun.last().copied()
        {
            let Some(Piece::Marks(_, others)) = self.pieces.get_mut(at) else {
                break;
            };
            let both = left.min(*others);
            left -= both;
            *others -= both;
            if *others == 0 {
                begun.pop();
            }
        }
        self.pieces.push(Piece::Words(std::mem::take(&mut self.words)));
        if opens && left > 0 {
            begun.push(self.pieces.len());
        }
        self.pieces.push(Piece::Marks(mark, left));
        count
    }

    /// Takes what else a text begins with: how much of it.
    fn take(&mut self, first: char, rest: &str) -> usize {
        let found = match first {
            '\\' => escape(rest),
            '`' => Some(code(rest)),
            '<' => tag(rest).map(|tag| (tag.to_owned(), tag.len())),
            'h' => address(rest).map(|address| (address.to_owned(), address.len())),
            '[' => link(rest).map(|(text, address, length)| {
                // Before a picture there stands a sign more.
                if self.words.ends_with('!') {
                    self.words.pop();
                }
                let mut made = inline(text);
                if !address.is_empty() && address != text {
                    made.push_str(&format!(" ({address})"));
                }
                (made, length)
            }),
            _ => None,
        };
        if let Some((made, length)) = found {
            self.words.push_str(&made);
            return length;
        }
        self.words.push(first);
        first.len_utf8()
    }
}

/// Whether marks between these two signs may begin and may end something: `_` inside of a word is a part of it.
fn flanks(mark: char, before: char, after: char) -> (bool, bool) {
    // Of any script: `£` and `—` are signs too.
    let is_sign = |letter: char| !letter.is_alphanumeric() && !letter.is_whitespace();
    let at_begin = !after.is_whitespace() && (!is_sign(after) || before.is_whitespace() || is_sign(before));
    let at_end = !before.is_whitespace() && (!is_sign(before) || after.is_whitespace() || is_sign(after));
    if mark == '_' {
        (
            at_begin && (!at_end || is_sign(before)),
            at_end && (!at_begin || is_sign(after)),
        )
    } else {
        (at_begin, at_end)
    }
}

/// A sign that is none of Markdown's, as there is a `\` before it.
fn escape(rest: &str) -> Option<(String, usize)> {
    let sign = rest.chars().nth(1).filter(char::is_ascii_punctuation)?;
    Some((html(&sign.to_string()), 2))
}

/// What stands between two runs of as many `` ` ``; else the first run.
fn code(rest: &str) -> (String, usize) {
    let inner = rest.trim_start_matches('`');
    let ticks = rest.len() - inner.len();
    let mut from = 0;
    while let Some(at) = inner.get(from..).and_then(|behind| behind.find('`')) {
        let (code, behind) = inner.split_at(from + at);
        let run = behind.len() - behind.trim_start_matches('`').len();
        if run == ticks {
            return (html(code.trim()), ticks + code.len() + run);
        }
        from += at + run;
    }
    ("`".repeat(ticks), ticks)
}

/// A tag of HTML, or an address in the signs of one.
fn tag(rest: &str) -> Option<&str> {
    let is_name = |first: char| first.is_ascii_alphabetic() || matches!(first, '/' | '!');
    if !rest.chars().nth(1).is_some_and(is_name) {
        return None;
    }
    rest.get(..=beginning(rest, TAG).find('>')?)
}

/// An address on the web, in which no sign is a mark.
fn address(rest: &str) -> Option<&str> {
    if !rest.starts_with("https://") && !rest.starts_with("http://") {
        return None;
    }
    let ends =
        |sign: char| sign.is_whitespace() || matches!(sign, '<' | '>' | ')' | ']' | '*' | '`' | '"' | '|' | '\\');
    rest.get(..rest.find(ends).unwrap_or(rest.len()))
}

/// `[words](address "title")`: its words, its address, and how long all of it is.
fn link(rest: &str) -> Option<(&str, &str, usize)> {
    let near = beginning(rest, TAG);
    let (words, behind) = near.strip_prefix('[')?.split_once("](")?;
    if words.contains('[') {
        return None;
    }
    let (mut depth, mut end) = (0_u32, None);
    for (at, sign) in behind.char_indices() {
        match sign {
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            ')' => {
                end = Some(at);
                break;
            }
            _ if sign.is_whitespace() => break,
            _ => {}
        }
    }
    let (address, behind) = match end {
        Some(end) => (behind.get(..end)?, behind.get(end + 1..)?),
        // One with a space in it is none to Markdown, and is written all the same.
        None => titled(behind).or_else(|| behind.split_once(')').filter(|(address, _)| !address.contains('[')))?,
    };
    let address = address.trim().trim_start_matches('<').trim_end_matches('>');
    Some((words, address, near.len() - behind.len()))
}

/// An address with a title behind it, which is not shown, and what comes behind both.
fn titled(behind: &str) -> Option<(&str, &str)> {
    let (address, title) = behind.split_once(char::is_whitespace)?;
    let title = title.trim_start();
    let quote = title.chars().next().filter(|sign| matches!(sign, '"' | '\''))?;
    let (_, behind) = title.strip_prefix(quote)?.split_once(quote)?;
    Some((address, behind.trim_start().strip_prefix(')')?))
}

#[cfg(test)]
mod tests {
    use super::without_marks;

    fn read(markdown: &str) -> String {
        without_marks(markdown).trim_end().to_owned()
    }

    #[test]
    fn emphasis_loses_its_marks_and_other_signs_stay() {
        assert_eq!(
            read("You *must not* apply if _you_ are, ***really***."),
            "You must not apply if you are, really."
        );
        assert_eq!(read("**two\nlines** ~~old~~"), "two\nlines old");
        assert_eq!(read("*(see **below**)*, 2*x*"), "(see below), 2x");
        assert_eq!(read("**Fee:**£10, **who?**—you"), "Fee:£10, who?—you");
        for plain in [
            "file_name_here",
            "2 * 3 * 4",
            "~5 days",
            "a* b*",
            "Name: ____",
            "_a",
            "5 \\ 2",
        ] {
            assert_eq!(read(plain), plain);
        }
        assert_eq!(read("\\* escaped \\<b> \\_x\\_"), "* escaped &lt;b> _x_");
        assert_eq!(read("`a*b*`, `` `<b>` `` and ` alone"), "a*b*, `&lt;b>` and ` alone");
    }

    #[test]
    fn links_keep_their_address_alone() {
        assert_eq!(
            read("See [the _form_](https://x.gov/a_(b).pdf \"Form\") or ![a map](<https://x.gov/m.png>)."),
            "See the form (https://x.gov/a_(b).pdf) or a map (https://x.gov/m.png)."
        );
        assert_eq!(read("[x](a b), [y](z 'T'), [z]()"), "x (a b), y (z), z");
        assert_eq!(
            read("https://x.gov/__init__ and **https://x.gov/_a_** <a href='_b_'>b</a>"),
            "https://x.gov/__init__ and https://x.gov/_a_ <a href='_b_'>b</a>"
        );
        assert_eq!(read("[open ](x and [x] (y)"), "[open ](x and [x] (y)");
    }

    #[test]
    fn tables_lines_and_code_are_read_line_by_line() {
        assert_eq!(
            read("| Fee | Amount |\n|:----|-------|\n| **New** | £10 \\| £20 |\nThen | so"),
            "Fee Amount\nNew £10 &#124; £20\nThen so"
        );
        assert_eq!(read("either | or"), "either | or");
        assert_eq!(read("a\n---\nb\n* * *\nc"), "a\n\nb\n\nc");
        assert_eq!(read("# A *b*\n1) one\n+ plus\n- minus"), "A b\n1) one\n• plus\n• minus");
        assert_eq!(read("```sh\nrm *x* <y>\n```\n*end*"), "rm *x* &lt;y>\nend");
    }

    #[test]
    fn however_many_marks_never_end_the_text_is_read() {
        for marks in ["*a ", "`a``", "[", "[a](", "<a", "_~~*a", "h", "\\"] {
            assert!(!read(&marks.repeat(20_000 / marks.len())).is_empty(), "{marks}");
        }
    }
}
