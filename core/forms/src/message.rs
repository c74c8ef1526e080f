//! What a person reads where an answer is wrong: one sentence for each code, with the limits of the question in it.

use onehall_protocol::{FieldError, Language};

use crate::context::Context;
use crate::definition::{Kind, Question};
use crate::display::{display_date, display_money};
use crate::filling::{AnswerCode, AnswerFault, Filling, bound};

/// The sentence that tells a person what to do about a fault.
///
/// ```
/// use onehall_forms::{AnswerCode, Context, Question, message};
/// use onehall_protocol::Language;
/// let question: Question = serde_json::from_str(
///     r#"{"id": "name", "kind": "text", "max_length": 20, "label": {"zh-CN": "姓名", "en": "Name"}}"#)?;
/// let context = Context::on("2026-11-23".parse()?);
/// let sentence = message(&question, AnswerCode::TooLong.into(), &context, Language::En);
/// assert_eq!(sentence, "Use at most 20 characters.");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn message(question: &Question, fault: AnswerFault, context: &Context, language: Language) -> String {
    let in_two = |zh_cn: &str, en: &str| match language {
        Language::ZhCn => zh_cn.to_owned(),
        Language::En => en.to_owned(),
    };
    match fault.code {
        AnswerCode::Required => match &question.kind {
            Kind::Choice { .. } | Kind::YesNo {} => in_two("请选择一项。", "Choose one."),
            Kind::Choices { .. } => in_two("请至少选择一项。", "Choose at least one."),
            Kind::Material { .. } => in_two("请上传材料。", "Upload a file."),
            Kind::Declaration { .. } => in_two("请阅读并同意后继续。", "Read and agree to continue."),
            Kind::Date { .. } => in_two("请填写日期。", "Enter a date."),
            Kind::Time { .. } => in_two("请填写时间。", "Enter a time."),
            Kind::DateRange { .. } => in_two("请填写起止日期。", "Enter the first and the last day."),
            Kind::ListChoice { .. } => in_two("请选择一项。", "Choose one."),
            Kind::Region { .. } => in_two("请选择地区。", "Choose a region."),
            Kind::Person { .. } => in_two("请填写人员信息。", "Enter the person's details."),
            Kind::Signature {} => in_two("请签名。", "Sign here."),
            Kind::Address {} => in_two("请填写地址。", "Enter an address."),
            _ => in_two("请填写此项。", "This needs an answer."),
        },
        AnswerCode::WrongType => match &question.kind {
            Kind::Number { .. } => in_two("请输入数字。", "Enter a number."),
            Kind::Money { .. } => in_two("请输入金额，例如 1200.00。", "Enter an amount, for example 1200.00."),
            _ => in_two(
                "填写的内容格式不正确，请重新填写。",
                "This cannot be read. Enter it again.",
            ),
        },
        AnswerCode::TooLong | AnswerCode::TooShort if matches!(question.kind, Kind::DateRange { .. }) => {
            number_of_days(question, fault.code, language)
        }
        AnswerCode::TooLong if matches!(question.kind, Kind::Signature {}) => in_two(
            "签名过于复杂，请清除后重新签名。",
            "This signature has too many strokes. Clear it and sign again.",
        ),
        AnswerCode::TooLong => {
            let most = match &question.kind {
                Kind::Text { max_length, .. } => max_length.unwrap_or(100),
                Kind::LongText { max_length } => max_length.unwrap_or(1_000),
                Kind::Person { .. } => 100,
                _ => 200,
            };
            in_two(
                &format!("最多填写 {most} 个字。"),
                &format!("Use at most {most} characters."),
            )
        }
        AnswerCode::TooShort => {
            let least = if let Kind::Text { min_length, .. } = &question.kind {
                min_length.unwrap_or(0)
            } else {
                0
            };
            in_two(
                &format!("至少填写 {least} 个字。"),
                &format!("Use at least {least} characters."),
            )
        }
        AnswerCode::Pattern if matches!(&question.kind, Kind::Text { mask: Some(_), .. }) => {
            let example = match &question.kind {
                Kind::Text { mask: Some(mask), .. } => crate::mask::example(mask),
                _ => String::new(),
            };
            in_two(
                &format!("格式不正确，应如 {example}。"),
                &format!("This is not in the expected format, for example {example}."),
            )
        }
        AnswerCode::Pattern => in_two("格式不正确，请按说明填写。", "This is not in the expected format."),
        AnswerCode::OutOfRange => out_of_range(question, language),
        AnswerCode::TooManyDecimals => {
            let most = if let Kind::Number { decimals, .. } = &question.kind {
                *decimals
            } else {
                2
            };
            match most {
                0 => in_two("请输入整数。", "Enter a whole number."),
                most => in_two(
                    &format!("最多保留 {most} 位小数。"),
                    &format!("Use at most {most} digits after the point."),
                ),
            }
        }
        AnswerCode::TooManyDigits => in_two("数字过长，最多 15 位。", "Use at most 15 digits."),
        AnswerCode::InvalidDate => in_two(
            "请输入正确的日期，例如 2026-01-31。",
            "Enter a real date, for example 2026-01-31.",
        ),
        AnswerCode::InvalidTime => in_two(
            "请输入正确的时间，例如 14:30。",
            "Enter a time of day, for example 14:30.",
        ),
        AnswerCode::WrongStep => {
            let step = match &question.kind {
                Kind::Time { step_minutes, .. } => step_minutes.unwrap_or(1),
                _ => 1,
            };
            in_two(
                &format!("时间须以 {step} 分钟为间隔。"),
                &format!("Choose a time in steps of {step} minutes."),
            )
        }
        AnswerCode::IncompleteRange => in_two("请填写开始日期和结束日期。", "Enter both the first and the last day."),
        AnswerCode::ReversedRange => in_two(
            "结束日期不能早于开始日期。",
            "The last day must not be before the first.",
        ),
        AnswerCode::TooEarly | AnswerCode::TooLate if matches!(question.kind, Kind::Time { .. }) => {
            let limit = match (&question.kind, fault.code) {
                (Kind::Time { min, .. }, AnswerCode::TooEarly) => *min,
                (Kind::Time { max, .. }, _) => *max,
                _ => None,
            };
            let limit = limit.map(|limit| limit.to_string()).unwrap_or_default();
            if fault.code == AnswerCode::TooEarly {
                in_two(
                    &format!("时间不能早于 {limit}。"),
                    &format!("The time must be {limit} or later."),
                )
            } else {
                in_two(
                    &format!("时间不能晚于 {limit}。"),
                    &format!("The time must be {limit} or earlier."),
                )
            }
        }
        AnswerCode::TooEarly | AnswerCode::TooLate => {
            let limit = match (&question.kind, fault.code) {
                (Kind::Date { min, .. } | Kind::DateRange { min, .. }, AnswerCode::TooEarly) => *min,
                (Kind::Date { max, .. } | Kind::DateRange { max, .. }, _) => *max,
                _ => None,
            };
            let day = display_date(
                limit.map_or(context.as_of, |limit| bound(limit, context.as_of)),
                language,
            );
            if fault.code == AnswerCode::TooEarly {
                in_two(
                    &format!("日期不能早于{day}。"),
                    &format!("The date must be {day} or later."),
                )
            } else {
                in_two(
                    &format!("日期不能晚于{day}。"),
                    &format!("The date must be {day} or earlier."),
                )
            }
        }
        AnswerCode::InvalidPhone => in_two("请输入 11 位手机号码。", "Enter a mobile phone number of 11 digits."),
        AnswerCode::InvalidEmail => in_two(
            "请输入正确的电子邮箱，例如 name@example.com。",
            "Enter an e-mail address, such as name@example.com.",
        ),
        AnswerCode::InvalidCitizenId => in_two(
            "请输入 18 位公民身份号码。",
            "Enter a citizen identity number of 18 characters.",
        ),
        AnswerCode::InvalidOrganisationCode => in_two(
            "请输入 18 位统一社会信用代码。",
            "Enter a unified social credit code of 18 characters.",
        ),
        AnswerCode::InvalidBankCard => in_two(
            "请输入 12 至 19 位银行卡号。",
            "Enter a bank card number of 12 to 19 digits.",
        ),
        AnswerCode::InvalidChecksum => in_two(
            "号码有误，请逐位核对。",
            "One of the characters is wrong. Check them one by one.",
        ),
        AnswerCode::UnknownOption => in_two("请从列出的选项中选择。", "Choose one of the options."),
        AnswerCode::TooFewOptions | AnswerCode::TooManyOptions => {
            let (min, max) = match &question.kind {
                Kind::Choices { min, max, .. } => (min.unwrap_or(0), max.unwrap_or(0)),
                _ => (0, 0),
            };
            if fault.code == AnswerCode::TooFewOptions {
                in_two(&format!("请至少选择 {min} 项。"), &format!("Choose at least {min}."))
            } else {
                in_two(&format!("最多选择 {max} 项。"), &format!("Choose at most {max}."))
            }
        }
        AnswerCode::IncompleteAddress => in_two(
            "请选择所在地区并填写详细地址。",
            "Choose the region and enter the detailed address.",
        ),
        AnswerCode::InvalidIdNumber => in_two(
            "证件号码不正确，请按证件填写。",
            "This is no number of such a document. Enter it as the document shows it.",
        ),
        AnswerCode::IncompletePerson => match &question.kind {
            Kind::Person { phone: true, .. } => in_two(
                "请填写姓名、证件类型、证件号码和手机号码。",
                "Enter the name, the document, its number and the mobile phone number.",
            ),
            _ => in_two(
                "请填写姓名、证件类型和证件号码。",
                "Enter the name, the document and its number.",
            ),
        },
        AnswerCode::IncompleteSignature => in_two("请签名。", "Sign here."),
        AnswerCode::SourceNotAccepted => in_two(
            "此材料不接受该来源的文件，请从列出的来源中选择。",
            "This material cannot come from there. Choose one of the sources that are offered.",
        ),
        AnswerCode::FileTypeNotAccepted => {
            let limits = question.kind.file_limits().unwrap_or_default();
            let names: Vec<&str> = limits.types.iter().map(|one| one.name()).collect();
            in_two(
                &format!("此处只接受 {} 文件，请更换。", names.join("、")),
                &format!("Only {} is accepted here. Use another file.", names.join(", ")),
            )
        }
        AnswerCode::FileTooLarge => {
            let most = question.kind.file_limits().unwrap_or_default().bytes;
            let most = match most.is_multiple_of(1024 * 1024) {
                true => format!("{} MB", most / (1024 * 1024)),
                false => format!("{} KB", most / 1024),
            };
            in_two(
                &format!("每个文件不超过 {most}，请压缩后更换。"),
                &format!("A file has at most {most} here. Use a smaller one."),
            )
        }
        AnswerCode::TooManyFiles => {
            let most = if let Kind::Material { max_files, .. } = &question.kind {
                max_files.unwrap_or(5)
            } else {
                5
            };
            in_two(
                &format!("最多上传 {most} 个文件。"),
                &format!("Upload at most {most} files."),
            )
        }
        AnswerCode::TooFewRows | AnswerCode::TooManyRows => {
            let (min, max) = match &question.kind {
                Kind::Group { min_rows, max_rows, .. } => ((*min_rows).max(1), max_rows.unwrap_or(50)),
                _ => (1, 50),
            };
            if fault.code == AnswerCode::TooFewRows {
                in_two(&format!("请至少添加 {min} 项。"), &format!("Add at least {min}."))
            } else {
                in_two(&format!("最多添加 {max} 项。"), &format!("Keep at most {max}."))
            }
        }
        AnswerCode::NotAgreed => in_two("请阅读并同意后继续。", "Read and agree to continue."),
        AnswerCode::CheckFailed => match fault.check.and_then(|check| question.valid_when.get(check)) {
            Some(check) => check.message.get(language).to_owned(),
            None => in_two(
                "填写的内容不符合要求，请检查。",
                "This does not meet the rules. Check it.",
            ),
        },
        AnswerCode::UnknownPath => in_two(
            "表单中没有此项，请刷新后重试。",
            "The form has no such question. Reload it and try again.",
        ),
    }
}

fn number_of_days(question: &Question, code: AnswerCode, language: Language) -> String {
    let (least, most) = match &question.kind {
        Kind::DateRange { min_days, max_days, .. } => (min_days.unwrap_or(1), max_days.unwrap_or(1)),
        _ => (1, 1),
    };
    match (language, code) {
        (Language::ZhCn, AnswerCode::TooShort) => format!("至少须为 {least} 天。"),
        (Language::ZhCn, _) => format!("最多为 {most} 天。"),
        (Language::En, AnswerCode::TooShort) => format!("This must be {least} days or more."),
        (Language::En, _) => format!("This must be {most} days or fewer."),
    }
}

fn out_of_range(question: &Question, language: Language) -> String {
    let (min, max) = match &question.kind {
        Kind::Number { min, max, .. } => (min.map(|min| min.to_string()), max.map(|max| max.to_string())),
        Kind::Money { min, max } => {
            let amount = |amount| display_money(amount, language);
            (min.map(amount), max.map(amount))
        }
        _ => (None, None),
    };
    match (language, min, max) {
        (Language::ZhCn, Some(min), Some(max)) => format!("请填写 {min} 至 {max} 之间的数值。"),
        (Language::ZhCn, Some(min), None) => format!("不能小于 {min}。"),
        (Language::ZhCn, None, Some(max)) => format!("不能大于 {max}。"),
        (Language::ZhCn, None, None) => "数值过大。".to_owned(),
        (Language::En, Some(min), Some(max)) => format!("Enter a value from {min} to {max}."),
        (Language::En, Some(min), None) => format!("Enter {min} or more."),
        (Language::En, None, Some(max)) => format!("Enter {max} or less."),
        (Language::En, None, None) => "This number is too large.".to_owned(),
    }
}

impl Filling {
    /// The sentence for an error of this filling, or for one that the backend sent for the same answers.
    #[must_use]
    pub fn message(&self, error: &FieldError, language: Language) -> String {
        let Some(question) = self.form().question(&error.path) else {
            return match language {
                Language::ZhCn => "表单中没有此项，请刷新后重试。".to_owned(),
                Language::En => "The form has no such question. Reload it and try again.".to_owned(),
            };
        };
        let code = AnswerCode::named(&error.code);
        let own = self.question(&error.path).and_then(|view| view.errors.first().copied());
        let fault = match (own, code) {
            (Some(own), Some(code)) if own.code == code => own,
            (_, Some(code)) => AnswerFault {
                code,
                check: (question.valid_when.len() == 1).then_some(0),
            },
            (_, None) => AnswerFault {
                code: AnswerCode::CheckFailed,
                check: None,
            },
        };
        message(question, fault, self.context(), language)
    }
}
