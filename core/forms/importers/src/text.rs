//! Texts: HTML and Markdown become plain text; what stands in one language fills both.

use std::collections::BTreeSet;

use onehall_protocol::Text;

use crate::json::{At, Json};
use crate::markdown::without_marks;

/// The most characters of a label, and of a text to read.
const LABEL: usize = 1_000;
const CONTENT: usize = 20_000;
/// How many bytes of a text are read, and how many of what is seen of it: far more than is ever kept.
const READ: usize = 500_000;
const SEEN: usize = 5 * CONTENT;
/// The longest tag, and link of Markdown, that is looked for: a text of many that never end must not take for ever. A tag
/// with a picture written into it is longer; all that are looked for in vain together have so many bytes.
pub(crate) const TAG: usize = 2_000;
const IN_VAIN: usize = 4 * READ;

/// The texts of one import: which language is taken, and how many were.
#[derive(Debug)]
pub(crate) struct Texts {
    language: String,
    alone: usize,
    /// What fell away, and from the text at which place.
    lost: BTreeSet<(String, Lost)>,
}

/// What falls away from a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lost {
    End,
    Address,
    Picture,
}

impl Lost {
    /// Its code, and what it means.
    fn told(self) -> (&'static str, &'static str) {
        match self {
            Lost::End => (
                "text_cut",
                "a label has at most 1,000 characters here, a text to read 20,000: the rest of this one is left out",
            ),
            Lost::Address => (
                "link_address",
                "an address that leads only from one page of the source to another is left out: the words of the link stay",
            ),
            Lost::Picture => (
                "picture",
                "a text has no pictures, films or other pages in it here: of a picture its own words stay, if it has any",
            ),
        }
    }
}

impl Texts {
    pub(crate) fn new(language: &str) -> Texts {
        Texts {
            language: language.to_owned(),
            alone: 0,
            lost: BTreeSet::new(),
        }
    }

    /// What fell away from texts: where, its code, and what it means.
    pub(crate) fn take_lost(&mut self) -> Vec<(String, &'static str, &'static str)> {
        let lost = std::mem::take(&mut self.lost).into_iter();
        lost.map(|(path, lost)| {
            let (code, message) = lost.told();
            (path, code, message)
        })
        .collect()
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
        self.both(at, |text| plain(text).on_one_line())
    }

    /// A text to read, on as many lines as it has.
    pub(crate) fn content(&mut self, at: &At<'_>) -> Option<Text> {
        self.both(at, |text| plain(text).cut(CONTENT))
    }

    /// A text to read that is written in Markdown.
    pub(crate) fn markdown(&mut self, at: &At<'_>) -> Option<Text> {
        self.both(at, |text| from_markdown(text).cut(CONTENT))
    }

    /// The whole of a text of which the label is made already: who agrees to it has to read it to its end.
    pub(crate) fn statement(&mut self, places: &[At<'_>], label: &Text) -> Text {
        // It counts already, as the label.
        let alone = self.alone;
        let whole = places.iter().find_map(|at| {
            self.lost.remove(&(at.path.clone(), Lost::End));
            self.content(at)
        });
        self.alone = alone;
        whole.unwrap_or_else(|| label.clone())
    }

    /// A text to read, all of which is a link to an address.
    pub(crate) fn link(&mut self, at: &At<'_>, address: &At<'_>) -> Option<Text> {
        let mut text = self.content(at)?;
        for words in [&mut text.zh_cn, &mut text.en] {
            if let Some(lost) = end_link(words, 0, address.word().unwrap_or_default()) {
                self.lost.insert((address.path.clone(), lost));
            }
        }
        Some(text)
    }

    /// The words of a picture.
    pub(crate) fn picture(&mut self, at: &At<'_>, words: &At<'_>) -> Option<Text> {
        self.lost.insert((at.path.clone(), Lost::Picture));
        self.content(words)
    }

    /// A text of the importer's own making: what it was made of counts already.
    pub(crate) fn made(&self, text: &str) -> Text {
        let text = Plain::new(text.to_owned()).on_one_line().text;
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

    /// As [`Texts::first`], of a text that stands elsewhere too and counts there.
    pub(crate) fn again(&mut self, places: &[At<'_>], otherwise: &str) -> Text {
        let alone = self.alone;
        let text = self.first(places, otherwise);
        self.alone = alone;
        text
    }

    fn both(&mut self, at: &At<'_>, clean: impl Fn(&str) -> Plain) -> Option<Text> {
        let given = |text: &str| Some(clean(text)).filter(|plain| !plain.text.trim().is_empty());
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
                (Some(zh), Some(en)) => {
                    self.note(at, &zh);
                    self.note(at, &en);
                    Some(Text::new(zh.text, en.text))
                }
                (zh, en) => {
                    let first = find(&own).or(en).or(zh).or_else(|| {
                        languages.iter().find_map(|(_, value)| match value {
                            Json::Text(text) => given(text),
                            _ => None,
                        })
                    });
                    self.alone(at, first)
                }
            };
        }
        let text = match at.value {
            // It says that there is no text (`label: false`), not what the text is.
            Json::Bool(_) => None,
            _ => at.scalar(),
        };
        self.alone(at, text.map(|text| clean(&text)))
    }

    fn alone(&mut self, at: &At<'_>, plain: Option<Plain>) -> Option<Text> {
        let plain = plain?;
        self.note(at, &plain);
        if plain.text.trim().is_empty() {
            return None;
        }
        self.alone += 1;
        Some(Text::new(plain.text.clone(), plain.text))
    }

    fn note(&mut self, at: &At<'_>, plain: &Plain) {
        self.lost.extend(plain.lost.iter().map(|lost| (at.path.clone(), *lost)));
    }
}

/// A label that is made of others, no longer than one may be.
pub(crate) fn made_of(zh_cn: String, en: String) -> Text {
    let cut = |text: String| Plain::new(text).on_one_line().text;
    Text::new(cut(zh_cn), cut(en))
}

/// A text with another under it, where there is one.
pub(crate) fn under(first: Text, second: Option<Text>) -> Text {
    match second {
        Some(second) => Text::new(
            format!("{}\n{}", first.zh_cn, second.zh_cn),
            format!("{}\n{}", first.en, second.en),
        ),
        None => first,
    }
}

/// Two helps in one; where both say the same, it is said once.
pub(crate) fn both_of(first: Option<Text>, second: Option<Text>) -> Option<Text> {
    match first {
        Some(first) => {
            let other = second.filter(|second| *second != first);
            Some(under(first, other))
        }
        None => second,
    }
}

/// A text without marks, and what fell away with them.
#[derive(Debug)]
struct Plain {
    text: String,
    lost: BTreeSet<Lost>,
}

impl Plain {
    fn new(text: String) -> Plain {
        Plain {
            text,
            lost: BTreeSet::new(),
        }
    }

    /// On one line, and no longer than a label may be.
    fn on_one_line(mut self) -> Plain {
        self.text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.cut(LABEL)
    }

    fn cut(mut self, most: usize) -> Plain {
        if self.text.chars().nth(most).is_some() {
            self.text = self.text.chars().take(most - 1).collect();
            self.text.push('…');
            self.lost.insert(Lost::End);
        }
        self
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

/// The text that a reader of the HTML sees, with the addresses of its links. A `<` that begins no tag stays as it is.
fn plain(html: &str) -> Plain {
    let (mut rest, mut is_cut) = read(html, READ);
    let (mut text, mut lost) = (String::new(), BTreeSet::new());
    // The link that is open: where its words begin, and its address.
    let mut link: Option<(usize, &str)> = None;
    let mut in_vain = IN_VAIN;
    while let Some(at) = rest.find('<') {
        let (before, after) = rest.split_at(at);
        text.push_str(before);
        if text.len() > SEEN {
            (rest, is_cut) = ("", true);
            break;
        }
        let Some(tag) = tag(after, &mut in_vain) else {
            text.push('<');
            rest = after.strip_prefix('<').unwrap_or_default();
            continue;
        };
        rest = tag.behind;
        match tag.name.as_str() {
            // What stands inside is for machines.
            "script" | "style" | "template" if !tag.closing => rest = after_end(rest, &tag.name),
            "li" if !tag.closing => text.push_str("\n• "),
            "td" | "th" if !tag.closing => text.push(' '),
            // A link that nobody closed ends where the next one begins.
            "a" => {
                let ended = link
                    .take()
                    .and_then(|(from, address)| end_link(&mut text, from, address));
                lost.extend(ended);
                if !tag.closing {
                    link = tag.attribute("href").map(|address| (text.len(), address));
                }
            }
            // One without words is there for its looks alone, where it says so.
            "img" => match tag.attribute("alt").map(str::trim) {
                Some("") => {}
                words => {
                    lost.insert(Lost::Picture);
                    text.push_str(&words.map(|words| format!(" {words} ")).unwrap_or_default());
                }
            },
            "svg" | "video" | "audio" | "iframe" | "object" | "embed" if !tag.closing => {
                lost.insert(Lost::Picture);
            }
            // An address of Markdown in the signs of a tag.
            "http" | "https" | "mailto" if tag.attributes().starts_with(':') => text.push_str(tag.inner),
            name if BLOCKS.contains(&name) => text.push('\n'),
            _ => {}
        }
    }
    text.push_str(rest);
    let ended = link.and_then(|(from, address)| end_link(&mut text, from, address));
    lost.extend(ended);
    let mut plain = Plain {
        text: lines(&html_escape::decode_html_entities(&text)),
        lost,
    };
    if is_cut {
        plain.lost.insert(Lost::End);
        plain.text.push_str(if plain.text.is_empty() { "" } else { "…" });
    }
    plain
}

/// What is read of a text, without a tag that would be cut in two; and whether more stands behind it.
fn read(text: &str, most: usize) -> (&str, bool) {
    let read = beginning(text, most);
    if read.len() == text.len() {
        return (text, false);
    }
    let behind = read.rfind('>').map_or(0, |end| end + 1);
    let open = read.get(behind..).and_then(|tail| tail.find('<'));
    let end = open.map_or(read.len(), |open| behind + open);
    (read.get(..end).unwrap_or(read), true)
}

/// Puts the address of a link behind its words, unless they say it. What is lost, where the address is of no use here.
fn end_link(text: &mut String, from: usize, href: &str) -> Option<Lost> {
    let href = href.trim();
    let behind = |scheme: &str| {
        let own = href.get(..scheme.len()).filter(|own| own.eq_ignore_ascii_case(scheme));
        own.and(href.get(scheme.len()..))
    };
    let (address, bare) = if let Some(to) = behind("mailto:").or_else(|| behind("tel:")) {
        let to = to.split('?').next().unwrap_or_default();
        (to, to)
    } else if let Some(bare) = ["https://", "http://", "//"].into_iter().find_map(behind) {
        (href, bare)
    } else {
        // From one part of a text to another, or to what a machine does.
        let is_inside = href.is_empty() || href.starts_with('#') || behind("javascript:").is_some();
        return (!is_inside).then_some(Lost::Address);
    };
    let words = text.get(from..).unwrap_or_default().trim().to_lowercase();
    let bare = bare.trim_end_matches('/').to_lowercase();
    if !words.is_empty() && !bare.is_empty() && !words.contains(&bare) {
        // Before the end of the line that the words may have had.
        let behind = text.split_off(text.trim_end().len());
        text.push_str(&format!(" ({address})"));
        text.push_str(&behind);
    }
    None
}

/// A tag, or a comment, which has no name.
struct Tag<'t> {
    /// In lower case.
    name: String,
    closing: bool,
    /// What stands in it.
    inner: &'t str,
    behind: &'t str,
}

impl<'t> Tag<'t> {
    /// What stands behind its name.
    fn attributes(&self) -> &'t str {
        self.inner.get(self.name.len()..).unwrap_or_default()
    }

    /// The value of an attribute, as it is written.
    fn attribute(&self, wanted: &str) -> Option<&'t str> {
        let mut rest = self.attributes();
        loop {
            rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '/');
            let ends = |letter: char| letter.is_whitespace() || matches!(letter, '=' | '/');
            let mut behind_first = rest.char_indices().skip(1);
            let end = behind_first.find(|(_, letter)| ends(*letter));
            let (name, behind) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
            if name.is_empty() {
                return None;
            }
            let Some(value) = behind.trim_start().strip_prefix('=').map(str::trim_start) else {
                rest = behind;
                continue;
            };
            let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''));
            let (value, behind) = match quote.and_then(|quote| Some((quote, value.strip_prefix(quote)?))) {
                Some((quote, value)) => value.split_once(quote).unwrap_or((value, "")),
                None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
            };
            if name.eq_ignore_ascii_case(wanted) {
                return Some(value);
            }
            rest = behind;
        }
    }
}

/// The tag that a text begins with. Of the bytes that may be read in vain those are taken that were.
fn tag<'t>(text: &'t str, in_vain: &mut usize) -> Option<Tag<'t>> {
    let inner = text.strip_prefix('<')?;
    if let Some(comment) = inner.strip_prefix("!--") {
        return Some(Tag {
            name: String::new(),
            closing: false,
            inner: "",
            behind: comment.split_once("-->").map_or("", |(_, behind)| behind),
        });
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
    let ending_at = |end: usize| Tag {
        name: name.clone(),
        closing,
        inner: inner.get(..end).unwrap_or_default(),
        behind: inner.get(end + 1..).unwrap_or_default(),
    };
    // Not every `>` ends it: one may stand in quotes, which begin behind a `=` alone.
    let near = beginning(inner, TAG.max(*in_vain));
    let (mut quote, mut before) = (None, b' ');
    for (at, byte) in near.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(ending_at(at)),
            (None, b'"' | b'\'') if before == b'=' => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
    }
    *in_vain = in_vain.saturating_sub(near.len());
    // A tag without an end, or a stray quote in it: to the next `>`, if there is one.
    beginning(inner, TAG).find('>').map(ending_at)
}

/// At most so many bytes of a text.
pub(crate) fn beginning(text: &str, most: usize) -> &str {
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

/// The text of Markdown, as a reader sees it.
fn from_markdown(markdown: &str) -> Plain {
    let (markdown, is_cut) = read(markdown, SEEN);
    let mut plain = plain(&without_marks(markdown));
    plain.lost.extend(is_cut.then_some(Lost::End));
    plain
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Lost, READ, from_markdown, plain};

    fn read(html: &str) -> String {
        plain(html).text
    }

    #[test]
    fn html_is_read_as_a_reader_sees_it() {
        let html = "<h2 class=\"a>b\">Before you&nbsp;start</h2><p>You need:<ul><li>a form</li><li><b>a</b> photo &lt; 2 MB</li></ul>\
                    <script>alert('x')</script><STYLE>p{}</STYLE><!-- no -->Done<br/>now";
        assert_eq!(
            read(html),
            "Before you start\n\nYou need:\n• a form\n• a photo < 2 MB\nDone\nnow"
        );
        assert_eq!(read("1 < 2 and 3 > 2, <3"), "1 < 2 and 3 > 2, <3");
        assert_eq!(read("<script>never closed"), "");
        assert_eq!(
            read("a <img src=x onerror=\"alert(1)"),
            "a <img src=x onerror=\"alert(1)"
        );
        assert_eq!(read("&lt;b&gt;"), "<b>", "what was escaped is text");
        assert_eq!(read("<p title=don't>It's</p> <b>it's</b>"), "It's\nit's");
    }

    #[test]
    fn a_link_keeps_its_address_where_its_words_do_not_say_it() {
        let of = |href: &str, words: &str| read(&format!("See <A class='x' HREF = \"{href}\">{words}</A>."));
        assert_eq!(
            of("https://a.gov/x?a=1&amp;b=2", "the <b>form</b>"),
            "See the form (https://a.gov/x?a=1&b=2)."
        );
        assert_eq!(of("https://www.a.gov/", "www.A.gov"), "See www.A.gov.");
        assert_eq!(of("mailto:a@b.gov?subject=x", "us"), "See us (a@b.gov).");
        assert_eq!(of("tel:+44123", "+44123"), "See +44123.");
        assert_eq!(of("#top", "above"), "See above.");
        assert!(plain("<a href='#top'>above</a>").lost.is_empty());
        assert_eq!(of("https://a.gov", ""), "See .", "what nobody sees is no link");
        let own = plain("<a href=/next/page>on</a>");
        assert_eq!((own.text.as_str(), own.lost), ("on", BTreeSet::from([Lost::Address])));
        assert_eq!(
            read("<p><a href='https://a.gov'>one<p><a href='https://b.gov'><div>two</div>"),
            "one (https://a.gov)\n\ntwo (https://b.gov)"
        );
        assert_eq!(read("<a name='x'>here</a>"), "here");
    }

    #[test]
    fn a_picture_leaves_its_words() {
        let zones = plain("Zones:<img src=z.png alt=\"A is &quot;north&quot;\">");
        assert_eq!(
            (zones.text.as_str(), zones.lost),
            ("Zones: A is \"north\"", BTreeSet::from([Lost::Picture]))
        );
        assert!(plain("<img alt=''>line").lost.is_empty());
        assert_eq!(plain("<img src=x>").lost, BTreeSet::from([Lost::Picture]));
        let written_in = format!(
            "<p>Before<img src=\"data:image/png;base64,{}\">after",
            "A".repeat(90_000)
        );
        assert_eq!(read(&written_in), "Beforeafter");
        let too_long = plain(&format!("<p>Before<img src=\"data:,{}\">after", "A".repeat(READ)));
        assert_eq!(
            (too_long.text.as_str(), too_long.lost),
            ("Before…", BTreeSet::from([Lost::End]))
        );
    }

    #[test]
    fn markdown_loses_its_marks() {
        let read = |text: &str| from_markdown(text).text;
        assert_eq!(
            read("## Guidance\n\nSee [the guide](https://example.org/a).\n\n* **one**\n* two"),
            "Guidance\n\nSee the guide (https://example.org/a).\n• one\n• two"
        );
        assert_eq!(read("[open ](x"), "[open ](x");
        assert_eq!(
            read("See <https://a.gov/x>, ![a map](https://a.gov/m.png)"),
            "See https://a.gov/x, a map (https://a.gov/m.png)"
        );
        assert_eq!(
            read("You *must not* \\<b>.\n\n| Fee | Amount |\n|---|---|\n| New | `<b>` |\n\n---\n\nEnd"),
            "You must not <b>.\n\nFee Amount\nNew <b>\n\nEnd"
        );
    }
}
