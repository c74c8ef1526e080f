//! Texts: HTML and Markdown become plain text; what stands in one language fills both.

use onehall_protocol::Text;

use crate::json::{At, Json};

/// The most characters of a label, and of a text to read.
const LABEL: usize = 1_000;
const CONTENT: usize = 20_000;
/// The longest tag, and link of Markdown, that is looked for: a text of many that never end must not take for ever.
const TAG: usize = 2_000;

/// The texts of one import: which language is taken, and how many were.
#[derive(Debug)]
pub(crate) struct Texts {
    language: String,
    alone: usize,
}

impl Texts {
    pub(crate) fn new(language: &str) -> Texts {
        Texts {
            language: language.to_owned(),
            alone: 0,
        }
    }

    /// How many texts stand in one language alone, and which.
    pub(crate) fn untranslated(&self) -> (usize, &str) {
        (self.alone, &self.language)
    }

    /// The language in which texts without one are written.
    pub(crate) fn set_language(&mut self, language: &str) {
        language.clone_into(&mut self.language);
    }

    /// A text on one line. None where nothing is left of it.
    pub(crate) fn label(&mut self, at: &At<'_>) -> Option<Text> {
        self.both(at, |text| one_line(&plain(text)))
    }

    /// A text to read, on as many lines as it has.
    pub(crate) fn content(&mut self, at: &At<'_>) -> Option<Text> {
        self.both(at, |text| cut(&plain(text), CONTENT))
    }

    /// A text to read that is written in Markdown.
    pub(crate) fn markdown(&mut self, at: &At<'_>) -> Option<Text> {
        self.both(at, |text| cut(&from_markdown(text), CONTENT))
    }

    /// A text of the importer's own making: what it was made of counts already.
    pub(crate) fn made(&self, text: &str) -> Text {
        let text = one_line(text);
        Text::new(text.clone(), text)
    }

    /// The first of these that is a label; else what is made.
    pub(crate) fn first(&mut self, places: &[At<'_>], otherwise: &str) -> Text {
        for at in places {
            if let Some(text) = self.label(at) {
                return text;
            }
        }
        self.made(if otherwise.trim().is_empty() { "…" } else { otherwise })
    }

    fn both(&mut self, at: &At<'_>, clean: impl Fn(&str) -> String) -> Option<Text> {
        let given = |text: &str| Some(clean(text)).filter(|text| !text.trim().is_empty());
        if let Json::Map(languages) = at.value {
            let find = |wanted: &str| {
                languages
                    .iter()
                    .filter(|(tag, _)| tag.split(['-', '_']).next().unwrap_or(tag).eq_ignore_ascii_case(wanted))
                    .find_map(|(_, value)| match value {
                        Json::Text(text) => given(text),
                        _ => None,
                    })
            };
            let own = self.language.split(['-', '_']).next().unwrap_or_default().to_owned();
            let (zh, en) = (find("zh"), find("en"));
            return match (zh, en) {
                (Some(zh), Some(en)) => Some(Text::new(zh, en)),
                (zh, en) => {
                    let first = find(&own).or(en).or(zh).or_else(|| {
                        languages.iter().find_map(|(_, value)| match value {
                            Json::Text(text) => given(text),
                            _ => None,
                        })
                    });
                    self.alone(first)
                }
            };
        }
        let text = match at.value {
            // It says that there is no text (`label: false`), not what the text is.
            Json::Bool(_) => None,
            _ => at.scalar(),
        };
        let text = text.and_then(|text| given(&text));
        self.alone(text)
    }

    fn alone(&mut self, text: Option<String>) -> Option<Text> {
        let text = text?;
        self.alone += 1;
        Some(Text::new(text.clone(), text))
    }
}

/// A text on one line, cut where it is longer than a label may be.
pub(crate) fn one_line(text: &str) -> String {
    cut(&text.split_whitespace().collect::<Vec<_>>().join(" "), LABEL)
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_some() {
        let mut short: String = text.chars().take(most - 1).collect();
        short.push('…');
        short
    } else {
        text.to_owned()
    }
}

/// Tags that begin a line.
const BLOCKS: [&str; 24] = [
    "p",
    "div",
    "br",
    "ul",
    "ol",
    "tr",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "section",
    "article",
    "header",
    "footer",
    "blockquote",
    "pre",
    "hr",
    "dl",
    "dt",
    "dd",
    "details",
];

/// The text that a reader of the HTML sees. A `<` that begins no tag stays as it is.
pub(crate) fn plain(html: &str) -> String {
    let mut text = String::new();
    // Far more than is ever kept of it.
    let mut rest = beginning(html, 5 * CONTENT);
    while let Some(at) = rest.find('<') {
        let (before, after) = rest.split_at(at);
        text.push_str(before);
        let Some((name, closing, behind)) = tag(after) else {
            text.push('<');
            rest = after.strip_prefix('<').unwrap_or_default();
            continue;
        };
        rest = behind;
        match name.as_str() {
            // What stands inside is for machines.
            "script" | "style" | "template" if !closing => rest = after_end(rest, &name),
            "li" if !closing => text.push_str("\n• "),
            "td" | "th" if !closing => text.push(' '),
            name if BLOCKS.contains(&name) => text.push('\n'),
            _ => {}
        }
    }
    text.push_str(rest);
    lines(&html_escape::decode_html_entities(&text))
}

/// The tag that a text begins with: its name in lower case, whether it closes, and what comes behind it.
fn tag(text: &str) -> Option<(String, bool, &str)> {
    let inner = text.strip_prefix('<')?;
    if let Some(comment) = inner.strip_prefix("!--") {
        let behind = comment.split_once("-->").map_or("", |(_, behind)| behind);
        return Some((String::new(), false, behind));
    }
    let (closing, inner) = match inner.strip_prefix('/') {
        Some(inner) => (true, inner),
        None => (false, inner.strip_prefix('!').unwrap_or(inner)),
    };
    let name: String = inner
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .take(32)
        .collect::<String>()
        .to_ascii_lowercase();
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return None;
    }
    // Not every `>` ends it: one may stand in quotes.
    let mut quote = None;
    for (at, letter) in inner.char_indices().take(TAG) {
        match (quote, letter) {
            (None, '>') => return Some((name, closing, inner.get(at + 1..).unwrap_or_default())),
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            _ => {}
        }
    }
    // A tag without an end, or a stray quote in it: to the next `>`, if there is one.
    let end = beginning(inner, TAG).find('>')?;
    Some((name, closing, inner.get(end + 1..).unwrap_or_default()))
}

/// At most so many bytes of a text.
fn beginning(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

fn after_end<'a>(text: &'a str, name: &str) -> &'a str {
    let end = format!("</{name}");
    let is_end = |at: &usize| {
        let found = text.get(*at..*at + end.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(&end))
    };
    let Some(at) = text.match_indices("</").map(|(at, _)| at).find(is_end) else {
        return "";
    };
    let end = text.get(at..).unwrap_or_default();
    end.split_once('>').map_or("", |(_, behind)| behind)
}

/// Lines without spaces around them, at most one empty line in a row, no control characters.
fn lines(text: &str) -> String {
    let mut made = String::new();
    let mut empty = 0;
    for line in text.lines() {
        let line: Vec<&str> = line
            .split(|letter: char| letter.is_whitespace() || letter.is_control())
            .filter(|word| !word.is_empty())
            .collect();
        if line.is_empty() || line == ["•"] {
            empty += 1;
            continue;
        }
        if !made.is_empty() {
            made.push('\n');
            if empty > 0 && line.first() != Some(&"•") {
                made.push('\n');
            }
        }
        empty = 0;
        made.push_str(&line.join(" "));
    }
    made
}

/// The text of Markdown: headings, emphasis and links lose their marks, lists keep their points.
pub(crate) fn from_markdown(markdown: &str) -> String {
    let mut made = String::new();
    for line in beginning(markdown, 5 * CONTENT).lines() {
        let line = line.trim();
        let line = line.trim_start_matches('#').trim_start();
        let line = line.strip_prefix("> ").unwrap_or(line);
        let (point, line) = match line.strip_prefix("* ").or_else(|| line.strip_prefix("- ")) {
            Some(item) => ("• ", item),
            None => ("", line),
        };
        made.push_str(point);
        made.push_str(&links(line).replace("**", "").replace("__", "").replace('`', ""));
        made.push('\n');
    }
    plain(&made)
}

/// `[text](address)` as `text (address)`.
fn links(line: &str) -> String {
    let mut made = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('[') {
        made.push_str(before);
        let link = beginning(after, TAG)
            .split_once("](")
            .and_then(|(text, behind)| Some((text, behind.split_once(')')?.0)));
        match link {
            Some((text, address)) if !text.contains('[') => {
                made.push_str(text);
                if !address.is_empty() && address != text {
                    made.push_str(&format!(" ({address})"));
                }
                // The text, `](`, the address, `)`.
                rest = after.get(text.len() + address.len() + 3..).unwrap_or_default();
            }
            _ => {
                made.push('[');
                rest = after;
            }
        }
    }
    made.push_str(rest);
    made
}

#[cfg(test)]
mod tests {
    use super::{from_markdown, plain};

    #[test]
    fn html_is_read_as_a_reader_sees_it() {
        let html = "<h2 class=\"a>b\">Before you&nbsp;start</h2><p>You need:<ul><li>a form</li><li><b>a</b> photo &lt; 2 MB</li></ul>\
                    <script>alert('x')</script><STYLE>p{}</STYLE><!-- no -->Done<br/>now";
        assert_eq!(
            plain(html),
            "Before you start\n\nYou need:\n• a form\n• a photo < 2 MB\nDone\nnow"
        );
        assert_eq!(plain("1 < 2 and 3 > 2, <3"), "1 < 2 and 3 > 2, <3");
        assert_eq!(plain("<script>never closed"), "");
        assert_eq!(
            plain("a <img src=x onerror=\"alert(1)"),
            "a <img src=x onerror=\"alert(1)"
        );
        assert_eq!(plain("&lt;b&gt;"), "<b>", "what was escaped is text");
    }

    #[test]
    fn markdown_loses_its_marks() {
        assert_eq!(
            from_markdown("## Guidance\n\nSee [the guide](https://example.org/a).\n\n* **one**\n* two"),
            "Guidance\n\nSee the guide (https://example.org/a).\n• one\n• two"
        );
        assert_eq!(from_markdown("[open ](x"), "[open ](x");
    }
}
