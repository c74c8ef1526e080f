//! The one error at the edge: the same through HTTP (RFC 9457), the bridge, UniFFI and JavaScript.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $zh:literal, $en:literal;)+) => {
        /// Every code that may leave OneHall. Stable: clients and people rely on the text of a code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ErrorCode { $($(#[$doc])* $name,)+ }

        impl ErrorCode {
            /// Every code, for the glossary.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name,)+];

            /// The code on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(ErrorCode::$name => $code,)+ }
            }

            /// The HTTP status that goes with it; 0 where it never comes from the backend.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(ErrorCode::$name => $status,)+ }
            }

            /// One sentence for a person, free of personal data, in each language ([`crate::Language`]). Always inlined: of a
            /// code that is known where it is asked for, a program carries this sentence and not that of every code.
            #[inline(always)]
            #[must_use]
            pub const fn texts(self) -> &'static [&'static str; 2] {
                match self { $(ErrorCode::$name => &[$zh, $en],)+ }
            }
        }
    };
}

error_codes! {
    /// The body is no JSON of the shape that the route takes: `details` says where.
    InvalidBody = "request/invalid_body", 400, "请求内容有误，请检查后重试。", "The request is not what this service takes.";
    /// A parameter of the address is not what it should be.
    InvalidParameter = "request/invalid_parameter", 400, "请求参数有误。", "A parameter of the request is not valid.";
    /// The body is larger than the route takes.
    BodyTooLarge = "request/body_too_large", 413, "提交的内容过大。", "What was sent is too large.";
    /// The body is of another media type than the route takes.
    UnsupportedMediaType = "request/unsupported_media_type", 415, "不支持这种内容类型。", "This content type is not supported.";
    /// The request comes from another site's page, or without the header that proves that it does not.
    CrossSite = "request/cross_site", 403, "已拦截来自其他网站的请求。", "A request from another site was refused.";
    /// No such thing, or not for you: the two are not told apart.
    NotFound = "request/not_found", 404, "没有找到相关内容。", "There is nothing here, or it is not yours to see.";
    /// The route does not take this method.
    MethodNotAllowed = "request/method_not_allowed", 405, "不支持这种操作。", "This is not possible here.";
    /// Too many requests; `details.retry_after` says how many seconds to wait.
    TooManyRequests = "request/too_many", 429, "操作过于频繁，请稍后再试。", "Too many attempts. Please wait a moment.";
    /// The same idempotency key came with another payload.
    IdempotencyConflict = "request/idempotency_conflict", 409, "该请求已使用其他内容提交过。", "This request was already made with other content.";

    /// Nobody is logged in, or the session has ended.
    NotLoggedIn = "identity/not_logged_in", 401, "请先登录。", "Please log in first.";
    /// The phone number is none.
    InvalidPhone = "identity/invalid_phone", 422, "请输入正确的手机号码。", "Enter a valid mobile phone number.";
    /// The one-time code is wrong or has expired; the two are not told apart.
    WrongCode = "identity/wrong_code", 422, "验证码不正确或已过期。", "The code is wrong or has expired.";
    /// Staff: account or password is wrong; the two are not told apart.
    WrongCredentials = "identity/wrong_credentials", 422, "账号或密码不正确。", "The account or the password is wrong.";
    /// The member of staff lacks the role.
    Forbidden = "identity/forbidden", 403, "您没有进行此操作的权限。", "You may not do this.";
    /// The password is too weak.
    WeakPassword = "identity/weak_password", 422, "密码强度不足，请使用至少 12 位的密码。", "The password is too weak: use at least 12 characters.";
    /// An account of this name exists.
    AccountTaken = "identity/account_taken", 409, "该账号已存在。", "This account exists already.";
    /// Nobody could administer the hall any more.
    LastAdministrator = "identity/last_administrator", 409, "至少须保留一名可用的管理员。", "At least one administrator must remain.";

    /// It cannot be done on this kind of terminal (a kiosk, a page of another site): from a terminal of one's own.
    OtherTerminal = "identity/other_terminal", 403, "请在您自己的手机或电脑上进行此操作。", "Do this on a phone or computer of your own.";
    /// The delegation by which this matter could be handled has expired or was ended.
    DelegationEnded = "identity/delegation_ended", 403, "委托已结束，您不能再代为办理。已保存的内容留给了申请人。", "You may no longer act here: the delegation has ended. What was saved is with the person it belongs to.";
    /// The delegation does not go so far: its scope leaves this to the principal.
    BeyondDelegation = "identity/beyond_delegation", 403, "您的委托权限不包括此操作，请由申请人本人办理。", "Your delegation does not cover this: the person it belongs to does it.";
    /// The account has cases that have not ended.
    OpenCases = "identity/open_cases", 409, "还有未办结的办件，请先等待办结或撤回。", "Some of your cases have not ended. Wait for their end or withdraw them first.";

    /// The service asks for a higher assurance level: `details.required` says which, `details.has` the citizen's.
    LevelTooLow = "identity/level_too_low", 403, "该事项需要更高的实名等级。", "This service needs to be surer of who you are.";
    /// Name and number, or picture and document, were not matched. Why is not told.
    NotMatched = "identity/not_matched", 422, "信息与登记的不一致，核验未通过。", "This does not match what is registered.";
    /// Who checks names, numbers and pictures cannot be reached.
    VerifierUnavailable = "identity/verifier_unavailable", 503, "身份核验暂不可用，请稍后再试或到大厅办理。", "Identities cannot be checked right now. Try later, or come to a hall.";
    /// The citizen has to show anew that they are there: `details.ways` says how (`passkey`, `code`).
    StepUpRequired = "identity/step_up_required", 403, "请再次确认是您本人在操作。", "Please confirm that it is you.";
    /// The passkey does not count here, or not any more. Why is not told.
    PasskeyRefused = "identity/passkey_refused", 422, "通行密钥无法使用，请改用验证码。", "This passkey cannot be used. Use a code instead.";
    /// The phone number or e-mail address logs an account in already: this one, or another.
    ContactInUse = "identity/contact_in_use", 409, "该手机号或邮箱已用于登录。", "This logs an account in already.";
    /// Nothing would be left to which a code could be sent.
    LastContact = "identity/last_contact", 409, "至少须保留一个可接收验证码的手机号或邮箱。", "One phone number or e-mail address must remain.";
    /// Two accounts have drafts for one service: one of them has to go before the two become one.
    MergeBlocked = "identity/merge_blocked", 409, "两个账号有同一事项的草稿，请先处理其中一份。", "Both accounts have a draft for one service. Finish or discard one of them first.";
    /// The account of this phone number was not used for long, and is of somebody whose identity was checked: who logs in says
    /// their identity number, or that the number is new to them. The code still counts.
    ConfirmIdentity = "identity/confirm_identity", 403, "该手机号的账号很久没有使用，请确认是您本人。", "The account of this number was not used for long. Confirm that it is yours.";
    /// The identity number belongs to another account.
    NumberInUse = "identity/number_in_use", 409, "该证件号码已用于另一个账号。", "This identity number belongs to another account.";
    /// The account belongs to a person with another identity number.
    OtherPerson = "identity/other_person", 409, "该账号已由其他人实名。", "This account belongs to somebody else.";

    /// The service item cannot be applied for online.
    NotApplicable = "catalog/not_online", 422, "该事项暂不支持网上申请。", "This service cannot be applied for online yet.";

    /// Answers are missing or wrong: `fields` names each with a code and a path.
    InvalidAnswers = "forms/invalid_answers", 422, "部分填写内容需要修改。", "Some answers need your attention.";
    /// The evaluation of the terminal and that of the backend differ.
    TranscriptDiffers = "forms/transcript_differs", 409, "表单规则已更新，请重新核对后提交。", "The rules of this form gave another result here. Check your answers again.";
    /// The backend evaluated by another version of the rules, the calendar or a list: `details` says what changed
    /// (`ChangesToConfirm`), and the citizen confirms it.
    ConfirmChanges = "forms/confirm_changes", 409, "表单规则已更新，部分内容有变化，请确认后提交。", "The rules of this form were updated and something changed. Confirm it, then submit.";

    /// The draft moved since the revision that was to be submitted: `details` says what changed
    /// ([`DraftMoved`](crate::drafts::DraftMoved)), and the citizen is asked again.
    DraftMoved = "drafts/moved", 409, "草稿在其他设备上有更新，请核对后再提交。", "The draft has changed on another device. Check it before you submit.";
    /// The draft holds as many answers as it may.
    DraftFull = "drafts/full", 413, "填写内容过多，无法保存。", "There are too many answers to save.";
    /// The draft has been submitted already.
    DraftSubmitted = "drafts/submitted", 409, "该申请已经提交。", "This application has been submitted already.";

    /// Something waits on this terminal that the backend does not hold: `details` says how many `answers`, submissions and the
    /// like (`queued`), `files`, and for how many `supplements` something is typed that is not handed in.
    UnsentAnswers = "drafts/unsent", 0, "还有填写内容未上传，退出后会丢失。", "Some answers have not been sent yet and would be lost.";

    /// It has left this terminal, and the backend cannot be asked whether it arrived.
    MayHaveArrived = "outbox/may_have_arrived", 0, "该提交可能已经送达，恢复网络后才能撤回。", "It may have arrived already. It can be taken back once there is a connection.";

    /// The file is larger than allowed.
    FileTooLarge = "files/too_large", 413, "文件过大。", "The file is too large.";
    /// The file type is not allowed here.
    FileTypeNotAllowed = "files/type_not_allowed", 415, "不支持这种文件类型。", "This type of file is not accepted here.";
    /// The content is not what name and type say.
    FileContentMismatch = "files/content_mismatch", 422, "文件内容与其类型不符。", "The file is not what its name says.";
    /// The scanner found something.
    FileInfected = "files/infected", 422, "文件未通过安全检查。", "The file did not pass the safety check.";
    /// The scanner cannot be reached; the file was not taken.
    ScannerUnavailable = "files/scanner_unavailable", 503, "安全检查暂不可用，请稍后再试。", "The safety check is not available right now.";
    /// The draft holds as many files as it may.
    FilesTooMany = "files/too_many", 409, "文件数量已达上限，请先删除不需要的文件。", "There are as many files here as there may be. Remove one first.";
    /// The file is empty.
    FileEmpty = "files/empty", 422, "文件是空的。", "The file is empty.";
    /// The bytes of an upload go on at another place: `details.offset` says where.
    UploadOffset = "files/upload_offset", 409, "上传位置不一致，将从正确位置继续。", "The upload goes on from another place.";
    /// What arrived is not what was announced: another hash.
    FileDamaged = "files/damaged", 422, "文件在传输中损坏，请重新上传。", "The file was damaged on its way. Please send it again.";

    /// The action is not possible in the case's state.
    ActionOutOfState = "cases/out_of_state", 409, "当前状态下不能进行此操作。", "This is not possible in the state the case is in.";
    /// Somebody else acted on the case since it was read.
    CaseMoved = "cases/moved", 409, "该办件已被他人处理，请刷新查看。", "Somebody else has acted on this case. Look at it again.";
    /// The action needs something that was not given: `fields` says what.
    ActionIncomplete = "cases/incomplete", 422, "请补全办理所需内容。", "Something that this step needs is missing.";
    /// The case has been rated already.
    AlreadyRated = "cases/already_rated", 409, "您已评价过该办件。", "You have rated this case already.";

    /// It cannot be done in a hall now: `details.why` says why ([`HallRefusal`](crate::halls::HallRefusal)).
    NotPossibleInHall = "halls/not_possible", 409, "大厅现在不能这样办理。", "This is not possible in the hall right now.";

    /// The cursor is older than what the hall keeps of changes: the terminal reads a snapshot.
    SnapshotRequired = "sync/snapshot_required", 410, "本机数据已过期，正在重新获取。", "What this terminal holds is too old to be brought up to date. It is read anew.";
    /// The cursor was not made by this hall, or not for this citizen.
    InvalidCursor = "sync/invalid_cursor", 400, "同步位置无效。", "This place in the changes is not one that the hall gave.";

    /// The backend is stopping or cannot reach its storage.
    Unavailable = "backend/unavailable", 503, "服务暂时不可用，请稍后再试。", "The service is not available right now.";
    /// The request took too long.
    TimedOut = "backend/timed_out", 504, "处理超时，请稍后再试。", "This took too long. Please try again.";
    /// A fault of the backend; the log knows it by the request id.
    Internal = "backend/internal", 500, "系统出现问题，请稍后再试。", "Something went wrong on our side.";

    /// The UI and the core inside the application speak no common protocol.
    BridgeProtocol = "bridge/protocol_mismatch", 0, "页面与本应用的版本不匹配，请更新应用。", "This page and this application do not fit together. Please update the application.";
    /// What came over the bridge could not be read: `details.reason` says where.
    InvalidEnvelope = "bridge/invalid_envelope", 0, "应用内部请求有误。", "The application did not understand this request.";

    /// The terminal has no connection to the backend.
    Offline = "network/offline", 0, "网络连接不可用。", "There is no connection.";
    /// The backend's answer could not be read.
    InvalidReply = "network/invalid_reply", 0, "服务返回了无法识别的内容。", "The answer could not be read.";
    /// The caller withdrew the request.
    Cancelled = "client/cancelled", 0, "操作已取消。", "This was cancelled.";
    /// What the shell said when it opened the core cannot be used: a fault of the application, not of its user.
    InvalidConfiguration = "client/invalid_configuration", 0, "应用配置有误。", "This application is not set up correctly.";
    /// Another process has this terminal's store open.
    StoreInUse = "client/store_in_use", 0, "本应用已在运行。", "This application is running already.";
    /// This terminal's store cannot be opened or written.
    StoreUnavailable = "client/store_unavailable", 0, "无法使用本机存储空间。", "The storage of this terminal cannot be used.";
    /// There is no room on this terminal for what was to be kept.
    StoreFull = "store/full", 0, "本机存储空间不足。", "There is no room left on this device.";
    /// A fault of the application itself; its log says where.
    ClientFault = "client/fault", 0, "应用出现问题，请重试。", "Something went wrong in this application.";
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for ErrorCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .enum_values(Some(ErrorCode::ALL.iter().map(|code| code.as_str())))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for ErrorCode {}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    /// A code of a newer backend reads as [`ErrorCode::Internal`]: an old client must not break on it.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<ErrorCode, D::Error> {
        let code = String::deserialize(deserializer)?;
        Ok(ErrorCode::from_code(&code).unwrap_or(ErrorCode::Internal))
    }
}

/// One thing that is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Where: an answer path (`shareholders/r1/name`) or a field of the request.
    pub path: String,
    /// What: a stable code, `required`, `too_long`, `invalid_checksum` ...
    pub code: String,
}

/// The body of every error of the HTTP API: RFC 9457 problem details, `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `https://onehall.dev/errors/` and the code: an identifier, not an address to fetch.
    #[serde(rename = "type")]
    pub kind: String,
    /// One sentence for a person, in the language of the request.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: ErrorCode,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// The id of the request, to find it in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What is wrong, field by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
    /// More, by code; never personal data of anybody but the caller.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub details: serde_json::Value,
}

/// What a UI, a shell or an embedder sees when a command fails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct CoreError {
    /// The stable code.
    pub code: ErrorCode,
    /// One sentence for a person.
    pub message: String,
    /// Whether the same command may succeed later.
    pub retryable: bool,
    /// What is wrong, field by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
    /// More, by code.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub details: serde_json::Value,
}

impl CoreError {
    /// An error with the code's own sentence in `language`.
    #[must_use]
    pub fn new(code: ErrorCode, language: crate::Language) -> CoreError {
        CoreError::saying(code, code.texts(), language)
    }

    /// As [`CoreError::new`], for who looked the sentence up already ([`ErrorCode::texts`]).
    #[must_use]
    pub fn saying(code: ErrorCode, texts: &[&str; 2], language: crate::Language) -> CoreError {
        CoreError {
            code,
            message: said(texts, language).to_owned(),
            retryable: code.is_retryable(),
            fields: Vec::new(),
            details: serde_json::Value::Null,
        }
    }
}

const fn said<'a>(texts: &[&'a str; 2], language: crate::Language) -> &'a str {
    match language {
        crate::Language::ZhCn => texts[0],
        crate::Language::En => texts[1],
    }
}

impl ErrorCode {
    /// One sentence for a person, free of personal data.
    #[must_use]
    pub const fn text(self, language: crate::Language) -> &'static str {
        said(self.texts(), language)
    }

    fn from_code(code: &str) -> Option<ErrorCode> {
        // Looked up, not matched: that would be a comparison in code for each.
        ErrorCode::ALL.iter().copied().find(|known| known.as_str() == code)
    }

    /// Whether the same request may succeed later without being changed.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            ErrorCode::Offline
                | ErrorCode::Unavailable
                | ErrorCode::TimedOut
                | ErrorCode::Internal
                | ErrorCode::TooManyRequests
                | ErrorCode::ScannerUnavailable
                | ErrorCode::VerifierUnavailable
                | ErrorCode::InvalidReply
        )
    }
}

impl From<Problem> for CoreError {
    fn from(problem: Problem) -> CoreError {
        CoreError {
            code: problem.code,
            message: problem.title,
            retryable: problem.retryable,
            fields: problem.fields,
            details: problem.details,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Language;

    #[test]
    fn every_code_is_unique_and_speaks_both_languages() {
        let codes: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), ErrorCode::ALL.len());
        for code in ErrorCode::ALL {
            for language in Language::ALL {
                assert!(!code.text(language).is_empty(), "{code}");
            }
        }
    }

    #[test]
    fn a_code_of_a_newer_backend_does_not_break_an_old_client() {
        let code: Result<ErrorCode, _> = serde_json::from_str(r#""future/unheard_of""#);
        assert_eq!(code.ok(), Some(ErrorCode::Internal));
    }
}
