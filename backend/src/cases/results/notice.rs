//! What a notice says.

use onehall_protocol::cases::ResultKind;
use onehall_protocol::{Date, Language, Text};

use super::pdf::{Block, document};

/// A notice of a result (办结通知书), one PDF in both languages of the hall: Chinese first, English
/// on a page of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its title, by the workflow.
    pub title: Text,
    /// How the matter ended.
    pub result: ResultKind,
    /// The number of the certificate or decision.
    pub document_number: Option<String>,
    /// The number of the case.
    pub case_number: String,
    /// The service item.
    pub item: Text,
    /// Whose matter it is.
    pub principal: String,
    /// The authority.
    pub authority: Text,
    /// The hall and its hotline.
    pub hall: Text,
    /// The telephone number for questions.
    pub hotline: String,
    /// The day of the submission.
    pub submitted: Date,
    /// The day of the end.
    pub ended: Date,
    /// Why, in the words of the clerk.
    pub reason: Option<String>,
    /// What follows for the citizen, by the workflow.
    pub next: Text,
}

impl Notice {
    /// The notice as a PDF.
    #[must_use]
    pub fn pdf(&self) -> Vec<u8> {
        let mut blocks = self.blocks(Language::ZhCn);
        blocks.push(Block::Page);
        blocks.extend(self.blocks(Language::En));
        blocks.push(Block::Space);
        blocks.push(Block::Line(
            "This page is for information only; the Chinese text on the page before counts.".to_owned(),
        ));
        document(&self.title.zh_cn, &blocks)
    }

    fn blocks(&self, language: Language) -> Vec<Block> {
        let chinese = language == Language::ZhCn;
        let say = |zh: &str, en: &str| if chinese { zh.to_owned() } else { en.to_owned() };
        let row = |zh: &str, en: &str, value: &str| {
            Block::Line(if chinese {
                format!("{zh}：{value}")
            } else {
                format!("{en}: {value}")
            })
        };
        let mut blocks = vec![
            Block::Head(self.hall.get(language).to_owned()),
            Block::Title(self.title.get(language).to_owned()),
            row("办件编号", "Case", &self.case_number),
        ];
        if let Some(number) = &self.document_number {
            blocks.push(row("文书（证照）编号", "Document", number));
        }
        blocks.push(Block::Space);
        blocks.push(Block::Line(format!("{}{}", self.principal, say("：", ":"))));
        let item = self.item.get(language);
        blocks.push(Block::Paragraph(if chinese {
            format!(
                "您于{}提交的“{item}”申请，{}",
                date(self.submitted, language),
                outcome(self.result, language)
            )
        } else {
            let submitted = date(self.submitted, language);
            format!(
                "Your application for \"{item}\" of {submitted} {}",
                outcome(self.result, language)
            )
        }));
        if let Some(reason) = &self.reason {
            blocks.push(Block::Paragraph(format!("{}{reason}", say("理由：", "Reason: "))));
        }
        blocks.push(Block::Paragraph(self.next.get(language).to_owned()));
        blocks.push(Block::Paragraph(if chinese {
            format!("如有疑问，请拨打{}咨询。", self.hotline)
        } else {
            format!("Questions? Call {}.", self.hotline)
        }));
        blocks.push(Block::Space);
        blocks.push(Block::Signature(self.authority.get(language).to_owned()));
        blocks.push(Block::Signature(date(self.ended, language)));
        blocks
    }
}

/// The name of a notice's file: title and case number, without what a file name may not hold.
#[must_use]
pub fn file_name(title: &Text, case_number: &str) -> String {
    let plain = |character: &char| !character.is_control() && !"/\\:*?\"<>|".contains(*character);
    let title: String = title.zh_cn.chars().filter(plain).take(60).collect();
    format!("{title}_{case_number}.pdf")
}

fn date(day: Date, language: Language) -> String {
    let day = day.calendar();
    match language {
        Language::ZhCn => format!("{}年{}月{}日", day.year(), u8::from(day.month()), day.day()),
        Language::En => format!("{} {} {}", day.day(), day.month(), day.year()),
    }
}

fn outcome(result: ResultKind, language: Language) -> &'static str {
    let (zh, en) = match result {
        ResultKind::Issued => (
            "经审查符合规定，现已办结，办理结果已发放。",
            "was approved and is done. The result has been issued.",
        ),
        ResultKind::Rejected => ("经审查不符合规定，决定不予批准。", "was examined and is not approved."),
        ResultKind::NotAccepted => (
            "经审查不符合受理条件，决定不予受理。",
            "does not meet the conditions and is not accepted.",
        ),
        ResultKind::SupplementLapsed => (
            "因未在期限内补正，现已终止。",
            "has ended, because nothing was handed in by the last day.",
        ),
        ResultKind::Withdrawn => ("已按您的要求撤回。", "was withdrawn at your request."),
        ResultKind::Terminated => ("现终止办理。", "is no longer handled."),
        ResultKind::Transferred => (
            "已转报有权机关办理。",
            "was passed on to the authority that decides it.",
        ),
    };
    match language {
        Language::ZhCn => zh,
        Language::En => en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(reason: Option<String>) -> Notice {
        let day = |text: &str| text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        Notice {
            title: Text::new("办结通知书", "Notice of completion"),
            result: ResultKind::Issued,
            document_number: Some("兰公户证〔2026〕0042号".to_owned()),
            case_number: "LC-20261123-000042-7".to_owned(),
            item: Text::new("居民身份证换领", "Identity card renewal"),
            principal: "林晓梅".to_owned(),
            authority: Text::new("兰川市公安局", "Lanchuan Public Security Bureau"),
            hall: Text::new("兰川市政务服务大厅", "Lanchuan Government Service Hall"),
            hotline: "12345".to_owned(),
            submitted: day("2026-11-23"),
            ended: day("2026-11-30"),
            reason,
            next: Text::new("办理结果已出，您可以下载结果。", "The result is ready to download."),
        }
    }

    /// What a reader of PDFs sees; none where poppler is not installed.
    fn read(pdf: &[u8]) -> Option<String> {
        let file = std::env::temp_dir().join(format!("onehall-notice-{}.pdf", uuid::Uuid::now_v7()));
        std::fs::write(&file, pdf).unwrap_or_else(|error| panic!("{error}"));
        let read = std::process::Command::new("pdftotext")
            .arg("-layout")
            .arg(&file)
            .arg("-")
            .output();
        let _ = std::fs::remove_file(&file);
        match read {
            Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn a_reader_finds_every_fact_of_the_notice_in_both_languages() {
        let Some(text) = read(&notice(Some("材料齐全，符合法定形式。".to_owned())).pdf()) else {
            eprintln!("skipped: pdftotext is not installed");
            return;
        };
        for fact in [
            "办结通知书",
            "LC-20261123-000042-7",
            "兰公户证〔2026〕0042号",
            "林晓梅",
            "居民身份证换领",
            "2026年11月23日",
            "兰川市公安局",
            "2026年11月30日",
            "材料齐全，符合法定形式。",
            "Notice of completion",
            "Identity card renewal",
            "30 November 2026",
        ] {
            assert!(text.contains(fact), "{fact} is missing in:\n{text}");
        }
    }

    #[test]
    fn a_long_reason_goes_on_over_as_many_pages_as_it_needs() {
        let reason: String = "因申请材料与所述事实不一致，".chars().cycle().take(1000).collect();
        let long = notice(Some(reason.clone())).pdf();
        let Some(text) = read(&long) else {
            eprintln!("skipped: pdftotext is not installed");
            return;
        };
        let squeezed: String = text.chars().filter(|character| !character.is_whitespace()).collect();
        assert!(squeezed.contains(&reason), "part of the reason is missing");
        assert!(squeezed.matches("因申请材料").count() > 100, "said in both languages");
        assert!(text.matches('\u{c}').count() >= 2, "more than one page");
    }

    #[test]
    fn the_name_of_the_file_holds_nothing_that_a_file_name_may_not() {
        let name = file_name(&Text::new("关于\"A/B\"的\n通知", "x"), "LC-20261123-000042-7");
        assert_eq!(name, "关于AB的通知_LC-20261123-000042-7.pdf");
    }
}
