//! What may be wrong with an answer.

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        /// What is wrong with an answer. Stable: people, clients and other systems rely on the text of a code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum AnswerCode { $($(#[$doc])* $name,)+ }

        impl AnswerCode {
            /// Every code.
            pub const ALL: &'static [AnswerCode] = &[$(AnswerCode::$name,)+];

            /// The code on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(AnswerCode::$name => $text,)+ }
            }

            /// The code of a text.
            #[must_use]
            pub fn named(text: &str) -> Option<AnswerCode> {
                match text { $($text => Some(AnswerCode::$name),)+ _ => None }
            }
        }
    };
}

codes! {
    /// An answer is needed.
    Required = "required";
    /// The JSON value is not of the type that the kind of question takes.
    WrongType = "wrong_type";
    /// Too many characters, days or strokes.
    TooLong = "too_long";
    /// Too few characters or days.
    TooShort = "too_short";
    /// The text does not match the pattern or the mask.
    Pattern = "pattern";
    /// A number or amount is outside its bounds.
    OutOfRange = "out_of_range";
    /// More digits after the point than allowed.
    TooManyDecimals = "too_many_decimals";
    /// A number with a fraction and more than 15 digits: read and written elsewhere it would be another one.
    TooManyDigits = "too_many_digits";
    /// There is no such day.
    InvalidDate = "invalid_date";
    /// There is no such time of day.
    InvalidTime = "invalid_time";
    /// The day or time is before the first one allowed.
    TooEarly = "too_early";
    /// The day or time is after the last one allowed.
    TooLate = "too_late";
    /// The time lies between two that can be chosen.
    WrongStep = "wrong_step";
    /// The first or the last day is missing.
    IncompleteRange = "incomplete_range";
    /// The last day is before the first.
    ReversedRange = "reversed_range";
    /// No mobile phone number.
    InvalidPhone = "invalid_phone";
    /// No e-mail address.
    InvalidEmail = "invalid_email";
    /// Not of the shape of a citizen id, or its day of birth does not exist.
    InvalidCitizenId = "invalid_citizen_id";
    /// Not of the shape of the number of such an identity document.
    InvalidIdNumber = "invalid_id_number";
    /// Not of the shape of a unified social credit code.
    InvalidOrganisationCode = "invalid_organisation_code";
    /// Not of the shape of a bank card number.
    InvalidBankCard = "invalid_bank_card";
    /// The check character does not fit: a slip in one of the others, most likely.
    InvalidChecksum = "invalid_checksum";
    /// A value that is no option, or one that is not offered here.
    UnknownOption = "unknown_option";
    /// Fewer options chosen than needed.
    TooFewOptions = "too_few_options";
    /// More options chosen than allowed.
    TooManyOptions = "too_many_options";
    /// The region or the detail of an address is missing.
    IncompleteAddress = "incomplete_address";
    /// Name, document or number of a person is missing, or the phone number where it is asked for.
    IncompletePerson = "incomplete_person";
    /// Nothing was drawn or typed.
    IncompleteSignature = "incomplete_signature";
    /// A file came from where this material may not come from.
    SourceNotAccepted = "source_not_accepted";
    /// A file is of a type that is not taken here.
    FileTypeNotAccepted = "file_type_not_accepted";
    /// A file is larger than allowed here.
    FileTooLarge = "file_too_large";
    /// More files than allowed.
    TooManyFiles = "too_many_files";
    /// Fewer rows than needed.
    TooFewRows = "too_few_rows";
    /// More rows than allowed.
    TooManyRows = "too_many_rows";
    /// The declaration was not agreed to.
    NotAgreed = "not_agreed";
    /// A check of the form does not hold; the check has its own sentence.
    CheckFailed = "check_failed";
    /// The form has no such question.
    UnknownPath = "unknown_path";
}

impl std::fmt::Display for AnswerCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is wrong with one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AnswerFault {
    /// What.
    pub code: AnswerCode,
    /// Which of the question's checks, for [`AnswerCode::CheckFailed`].
    pub check: Option<usize>,
}

impl From<AnswerCode> for AnswerFault {
    fn from(code: AnswerCode) -> AnswerFault {
        AnswerFault { code, check: None }
    }
}
