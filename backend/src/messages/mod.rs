//! Messages to people's phones: a port, and two ways behind it.
//!
//! The kind of message that leaves the hall (a one-time code) is written here, in every language; how it travels is
//! the business of a [`MessageSender`].

mod command;
mod development;
pub mod routes;

use async_trait::async_trait;
use onehall_protocol::{Language, PhoneNumber, Text};

pub use command::CommandSender;
pub use development::DevelopmentSender;

use crate::error::Result;

/// Sends text messages.
#[async_trait]
pub trait MessageSender: Send + Sync + std::fmt::Debug {
    /// Hands one message over to the carrier.
    ///
    /// # Errors
    /// `backend/unavailable` if it was not taken.
    async fn send(&self, to: &PhoneNumber, text: &str) -> Result<()>;
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
