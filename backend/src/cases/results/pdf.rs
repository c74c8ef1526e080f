//! A plain A4 document: blocks of text, one font for Chinese and one for Latin letters.
//!
//! Neither font is embedded. STSong-Light is Adobe's standard font for Simplified Chinese: a reader that lacks it takes
//! the system's own. Latin letters are set in Times-Roman, which every reader has. That keeps a notice below 5 KB.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::lines::{broken, text_width};

/// A part of a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Block {
    /// The name of the hall, in the middle.
    Head(String),
    /// The title, in the middle.
    Title(String),
    /// A line that begins at the left.
    Line(String),
    /// A paragraph, indented.
    Paragraph(String),
    /// A line at the right.
    Signature(String),
    /// An empty line.
    Space,
    /// A new page.
    Page,
}

const PAGE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 72.0;
const BODY: f32 = 12.0;
const CHINESE: Name<'static> = Name(b"F1");
const LATIN: Name<'static> = Name(b"F2");

/// A document with these blocks.
pub(super) fn document(title: &str, blocks: &[Block]) -> Vec<u8> {
    let mut pages = Pages::new();
    blocks.iter().for_each(|block| pages.block(block));
    write(title, pages.finish())
}

struct Pages {
    done: Vec<Content>,
    page: Content,
    /// How far from the bottom the last line stands.
    height: f32,
}

impl Pages {
    fn new() -> Pages {
        Pages {
            done: Vec::new(),
            page: Content::new(),
            height: PAGE.1 - MARGIN,
        }
    }

    fn block(&mut self, block: &Block) {
        let most = (PAGE.0 - 2.0 * MARGIN) / BODY;
        match block {
            Block::Head(text) => self.middle(text, 14.0, 24.0),
            Block::Title(text) => {
                self.middle(text, 22.0, 40.0);
                self.down(12.0);
            }
            Block::Line(text) => {
                for line in broken(text, most, 0.0) {
                    self.line(&line, MARGIN, BODY, 20.0);
                }
            }
            Block::Paragraph(text) => {
                for (place, line) in broken(text, most, 2.0).iter().enumerate() {
                    let indent = if place == 0 { 2.0 * BODY } else { 0.0 };
                    self.line(line, MARGIN + indent, BODY, 20.0);
                }
                self.down(4.0);
            }
            Block::Signature(text) => {
                let x = PAGE.0 - MARGIN - text_width(text) * BODY;
                self.line(text, x.max(MARGIN), BODY, 20.0);
            }
            Block::Space => self.down(16.0),
            Block::Page => self.turn(),
        }
    }

    fn middle(&mut self, text: &str, size: f32, height: f32) {
        let x = (PAGE.0 - text_width(text) * size) / 2.0;
        self.line(text, x.max(MARGIN), size, height);
    }

    fn line(&mut self, text: &str, x: f32, size: f32, height: f32) {
        self.down(height);
        self.page
            .begin_text()
            .set_text_matrix([1.0, 0.0, 0.0, 1.0, x, self.height]);
        for (latin, run) in runs(text) {
            if latin {
                self.page.set_font(LATIN, size).show(Str(run.as_bytes()));
            } else {
                let units: Vec<u8> = run.encode_utf16().flat_map(u16::to_be_bytes).collect();
                self.page.set_font(CHINESE, size).show(Str(&units));
            }
        }
        self.page.end_text();
    }

    /// Goes down; where the page ends, to the top of a new one.
    fn down(&mut self, by: f32) {
        self.height -= by;
        if self.height < MARGIN {
            self.turn();
            self.height -= by;
        }
    }

    fn turn(&mut self) {
        self.done.push(std::mem::replace(&mut self.page, Content::new()));
        self.height = PAGE.1 - MARGIN;
    }

    fn finish(mut self) -> Vec<Content> {
        self.done.push(self.page);
        self.done
    }
}

/// The runs of a line that one font can draw: printable ASCII, and the rest. What cannot be drawn becomes a space.
fn runs(text: &str) -> Vec<(bool, String)> {
    let mut runs: Vec<(bool, String)> = Vec::new();
    for character in text
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
    {
        match runs.last_mut() {
            Some((latin, run)) if *latin == character.is_ascii() => run.push(character),
            _ => runs.push((character.is_ascii(), character.to_string())),
        }
    }
    runs
}

fn write(title: &str, pages: Vec<Content>) -> Vec<u8> {
    let [catalog, tree, information, chinese, song, shape, latin] = [1, 2, 3, 4, 5, 6, 7].map(Ref::new);
    let place = |page: usize, part: i32| Ref::new(8 + 2 * i32::try_from(page).unwrap_or(0) + part);
    let mut pdf = Pdf::new();
    let mut root = pdf.catalog(catalog);
    root.pages(tree).lang(TextStr("zh-CN"));
    root.viewer_preferences().display_doc_title(true);
    root.finish();
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    pdf.pages(tree)
        .kids((0..pages.len()).map(|page| place(page, 0)))
        .count(count);
    pdf.document_info(information)
        .title(TextStr(title))
        .producer(TextStr("OneHall"));
    fonts(&mut pdf, chinese, song, shape, latin);
    for (number, content) in pages.into_iter().enumerate() {
        let mut page = pdf.page(place(number, 0));
        page.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1))
            .parent(tree)
            .contents(place(number, 1));
        page.resources().fonts().pair(CHINESE, chinese).pair(LATIN, latin);
        page.finish();
        pdf.stream(place(number, 1), &content.finish());
    }
    pdf.finish()
}

fn fonts(pdf: &mut Pdf, chinese: Ref, song: Ref, shape: Ref, latin: Ref) {
    let name = Name(b"STSong-Light");
    pdf.type0_font(chinese)
        .base_font(Name(b"STSong-Light-UniGB-UTF16-H"))
        .encoding_predefined(Name(b"UniGB-UTF16-H"))
        .descendant_font(song);
    pdf.cid_font(song)
        .subtype(CidFontType::Type0)
        .base_font(name)
        .system_info(SystemInfo {
            registry: Str(b"Adobe"),
            ordering: Str(b"GB1"),
            supplement: 5,
        })
        .default_width(1000.0)
        .font_descriptor(shape);
    pdf.font_descriptor(shape)
        .name(name)
        .flags(FontFlags::SYMBOLIC | FontFlags::SERIF)
        .bbox(Rect::new(-25.0, -254.0, 1000.0, 880.0))
        .italic_angle(0.0)
        .ascent(880.0)
        .descent(-120.0)
        .cap_height(737.0)
        .stem_v(58.0);
    pdf.type1_font(latin)
        .base_font(Name(b"Times-Roman"))
        .encoding_predefined(Name(b"WinAnsiEncoding"));
}
