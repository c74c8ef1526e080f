//! Messages to people's phones and mailboxes: two ports, and two ways behind each.
//!
//! The kinds of message that leave the hall (a one-time code, a notice) are written here, in every language; how one travels is
//! the business of a [`MessageSender`] or a [`MailSender`].

mod command;
mod development;
pub mod routes;

use async_trait::async_trait;
use onehall_protocol::contacts::{Contact, EmailAddress};
use onehall_protocol::{ErrorCode, Language, PhoneNumber, Text};

pub use command::CommandSender;
pub use development::DevelopmentSender;

use crate::error::{Error, Result};
use crate::state::AppState;

/// Sends text messages.
#[async_trait]
pub trait MessageSender: Send + Sync + std::fmt::Debug {
    /// Hands one message over to the carrier.
    ///
    /// # Errors
    /// `backend/unavailable` if it was not taken.
    async fn send(&self, to: &PhoneNumber, text: &str) -> Result<()>;
}

/// Sends e-mail.
#[async_trait]
pub trait MailSender: Send + Sync + std::fmt::Debug {
    /// Hands one message over to a mail server.
    ///
    /// # Errors
    /// `backend/unavailable` if it was not taken.
    async fn mail(&self, to: &EmailAddress, subject: &str, text: &str) -> Result<()>;
}

/// Sends a message to where somebody can be reached.
///
/// # Errors
/// `backend/unavailable` if it was not taken, or the hall sends no mail.
pub async fn send(state: &AppState, to: &Contact, text: &str, language: Language) -> Result<()> {
    match (to, &state.mail) {
        (Contact::Phone(phone), _) => state.messages.send(phone, text).await,
        (Contact::Email(address), Some(mail)) => mail.mail(address, state.hall_name().get(language), text).await,
        (Contact::Email(_), None) => Err(Error::new(ErrorCode::Unavailable)),
    }
}

/// The message with a one-time code for a login at a kiosk, where the identity card of whoever gets it lies on the reader. It says
/// where: who is not there has lost the card.
#[must_use]
pub fn card_code(hall: &Text, kiosk: &Kiosk<'_>, code: &str, minutes: i64, language: Language) -> String {
    let (hall, place, number) = (hall.get(language), kiosk.hall.get(language), kiosk.number);
    match language {
        Language::ZhCn => {
            format!(
                "【{hall}】有人正在{place} {number} 号自助终端刷您的身份证登录，验证码：{code}，{minutes}分钟内有效。如非本人操作，请勿告诉任何人，并检查身份证是否遗失。"
            )
        }
        Language::En => {
            format!(
                "[{hall}] {code} logs you in with your identity card at kiosk {number} of {place}. It is valid for {minutes} \
                 minutes. If you are not there, give it to nobody, and look whether you still have your card."
            )
        }
    }
}

/// A kiosk, for those who stand in front of it.
#[derive(Debug, Clone, Copy)]
pub struct Kiosk<'a> {
    /// Its hall.
    pub hall: &'a Text,
    /// Its number there.
    pub number: u16,
}

/// The message with a one-time code that shows whose a phone number or an e-mail address is.
#[must_use]
pub fn contact_code(hall: &Text, code: &str, minutes: i64, language: Language) -> String {
    let hall = hall.get(language);
    match language {
        Language::ZhCn => {
            format!(
                "【{hall}】您正在将此手机号或邮箱添加为登录方式，验证码：{code}，{minutes}分钟内有效。如非本人操作请忽略，勿告诉他人。"
            )
        }
        Language::En => {
            format!(
                "[{hall}] {code} adds this number or address to an account. It is valid for {minutes} minutes. If you did not \
                 ask for it, ignore it and give it to nobody."
            )
        }
    }
}

/// What is told of a change of what logs somebody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactNotice {
    /// Something was added; told to what was there before.
    Added,
    /// Something was removed; told to what is left.
    Removed,
    /// What was removed is told so itself.
    RemovedHere,
    /// Another phone number comes first; told to all.
    First,
    /// The account that it logged in became part of another one; told to both.
    Merged,
}

/// The notice of a change of what logs somebody in, about the one that is `shown`.
#[must_use]
pub fn contact_notice(hall: &Text, what: ContactNotice, shown: &str, language: Language) -> String {
    let hall = hall.get(language);
    match language {
        Language::ZhCn => {
            let told = match what {
                ContactNotice::Added => format!("您的账号已添加登录方式 {shown}"),
                ContactNotice::Removed => format!("您的账号已移除登录方式 {shown}"),
                ContactNotice::RemovedHere => format!("{shown} 已从账号中移除，不能再用于登录"),
                ContactNotice::First => format!("您账号的首选手机号已改为 {shown}"),
                ContactNotice::Merged => format!("{shown} 的账号已与您的另一个账号合并"),
            };
            format!("【{hall}】{told}。如非本人操作，请立即登录查看，或拨打政务服务热线。")
        }
        Language::En => {
            let told = match what {
                ContactNotice::Added => format!("{shown} now logs in to your account"),
                ContactNotice::Removed => format!("{shown} no longer logs in to your account"),
                ContactNotice::RemovedHere => {
                    format!("{shown} was removed from an account and no longer logs in to it")
                }
                ContactNotice::First => format!("{shown} is the first phone number of your account now"),
                ContactNotice::Merged => format!("the account of {shown} became part of another account of yours"),
            };
            format!("[{hall}] {told}. If it was not you, log in and look, or call us.")
        }
    }
}

/// The notice that somebody asks for an account, to everything that logs it in.
#[must_use]
pub fn claim_notice(hall: &Text, language: Language) -> String {
    let hall = hall.get(language);
    match language {
        Language::ZhCn => format!(
            "【{hall}】有人通过身份证件和人脸核验申请找回您的账号，3天后生效。如非本人操作，请立即登录，在“登录方式”中停止，或拨打政务服务热线。"
        ),
        Language::En => format!(
            "[{hall}] Somebody who showed your identity document and face asks for your account and gets it in 3 days. If it was \
             not you, log in now and stop it under “How you log in”, or call us."
        ),
    }
}

/// The notice that somebody who came of age asks for the account that the reader handled when they were a child.
#[must_use]
pub fn child_claim_notice(hall: &Text, language: Language) -> String {
    let hall = hall.get(language);
    match language {
        Language::ZhCn => format!(
            "【{hall}】您曾为未成年子女开通的账号已由本人凭身份证件申请接管，3天后生效。如有疑问，请拨打政务服务热线。"
        ),
        Language::En => format!(
            "[{hall}] The account that you opened for a child is asked for by the one whose it is, with their identity document; they \
             get it in 3 days. If that cannot be, call us."
        ),
    }
}

/// The message to an address with which somebody asked to log in, and which logs nobody in.
#[must_use]
pub fn unknown_address(hall: &Text, language: Language) -> String {
    let hall = hall.get(language);
    match language {
        Language::ZhCn => {
            format!(
                "【{hall}】有人用此邮箱请求登录，但它没有添加到任何账号。请用手机号登录后在“登录方式”中添加。如非本人操作请忽略。"
            )
        }
        Language::En => format!(
            "[{hall}] Somebody asked to log in with this address, which no account has. Log in with your phone and add it \
             there. If it was not you, ignore this."
        ),
    }
}

/// The message with a one-time code by which somebody who is logged in shows that they are there.
#[must_use]
pub fn proof_code(hall: &Text, code: &str, minutes: i64, language: Language) -> String {
    let hall = hall.get(language);
    match language {
        Language::ZhCn => {
            format!(
                "【{hall}】身份确认验证码：{code}，{minutes}分钟内有效。如非本人操作，请勿告诉他人并尽快退出其他设备上的登录。"
            )
        }
        Language::En => {
            format!(
                "[{hall}] {code} confirms that it is you. It is valid for {minutes} minutes. If you did not ask for it, give \
                 it to nobody and log your other devices out."
            )
        }
    }
}

/// The message with a one-time code.
#[must_use]
pub fn login_code(hall: &Text, code: &str, minutes: i64, language: Language) -> String {
    let hall = hall.get(language);
    match language {
        Language::ZhCn => {
            format!("【{hall}】登录验证码：{code}，{minutes}分钟内有效。工作人员不会向您索要验证码，请勿告诉他人。")
        }
        Language::En => {
            format!("[{hall}] Your login code is {code}. It is valid for {minutes} minutes. Do not give it to anyone.")
        }
    }
}
