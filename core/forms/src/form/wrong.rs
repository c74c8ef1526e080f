//! What may be wrong with a definition: each with its stable code and a sentence that says what to change, in the languages
//! of the hall.
//!
//! A terminal that fills forms never says these sentences, so that its program does not carry them.

use onehall_protocol::{Language, Text};

/// Declares what may be wrong: what belongs to it, its code, and the sentence in Chinese and in English.
macro_rules! wrongs {
    ($($name:ident $({ $($field:ident: $of:ty),* })? = $code:literal ($($zh:tt)*) ($($en:tt)*);)*) => {
        /// What is wrong at a place of a definition.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(crate) enum Wrong {
            $($name $({ $($field: $of),* })?,)*
        }

        impl Wrong {
            /// Its stable code.
            pub(crate) fn code(&self) -> &'static str {
                match self {
                    $(Wrong::$name $({ $($field: _),* })? => $code,)*
                }
            }

            /// What to change.
            pub(crate) fn say(&self, language: Language) -> String {
                match (self, language) {
                    $(
                        (Wrong::$name $({ $($field),* })?, Language::ZhCn) => format!($($zh)*),
                        (Wrong::$name $({ $($field),* })?, Language::En) => format!($($en)*),
                    )*
                }
            }
        }
    };
}

wrongs! {
    // The text itself.
    NoJson { said: String } = "no_json"
        ("不是有效的 JSON：{said}")
        ("{said}");
    TooMany = "too_many_findings"
        ("问题太多，没有全部列出：请先修改以上各项")
        ("there is more to find: mend these first");

    // The shape of the JSON.
    NoObject = "wrong_type" ("应为对象 {{…}}") ("should be an object");
    NoList = "wrong_type" ("应为列表 […]") ("should be a list");
    NoTexts = "wrong_type"
        ("应写明各语言的文字：{{\"zh-CN\": \"…\", \"en\": \"…\"}}")
        ("should be the text in each language, {{\"zh-CN\": \"…\", \"en\": \"…\"}}");
    NoText = "wrong_type" ("应为文本") ("should be a text");
    NoFlag = "wrong_type" ("应为 true 或 false") ("should be true or false");
    NoCount = "wrong_type" ("应为不小于 0 的整数") ("should be a whole number from 0");
    NoVersion = "wrong_type" ("应为不小于 1 的整数") ("should be a whole number from 1");
    NoLevel = "wrong_type" ("应为 1 至 5 的级别") ("should be a level from 1 to 5");
    NoNumber = "wrong_type" ("应为数字") ("should be a number");
    NoAmount = "wrong_type" ("应为以文本书写的金额：\"20.00\"") ("should be an amount as a text: \"20.00\"");
    NoTime = "wrong_type" ("应为时间：\"14:30\"") ("should be a time, \"14:30\"");
    NoDay = "wrong_type"
        ("应为日期 \"2026-01-31\" 或 {{\"today_plus_days\": 0}}")
        ("should be a day, \"2026-01-31\", or {{\"today_plus_days\": 0}}");
    NoRule = "wrong_type" ("应为规则") ("should be a rule");
    NoCode = "wrong_type"
        ("应为代码：1 至 64 个小写字母、数字或连字符")
        ("should be a code of 1 to 64 lower-case letters, digits and hyphens");
    NoneOf { names: String } = "wrong_type" ("应为以下之一：{names}") ("should be one of {names}");
    NotSomeOf { names: String } = "wrong_type"
        ("应为列表，从以下各项中选取，每项至多一次：{names}")
        ("should be a list of some of {names}, each once");
    NoCodeTables = "wrong_type" ("应为由各代码表组成的对象") ("should be an object of code tables");
    NotAsRead { said: String } = "wrong_type" ("内容不符合格式：{said}") ("{said}");
    UnknownField { field: String, known: String } = "unknown_field"
        ("这里没有字段 `{field}`，只有 {known}")
        ("there is no field `{field}` here, only {known}");
    MissingField { field: &'static str } = "missing_field"
        ("缺少字段 `{field}`")
        ("the field `{field}` is missing");
    MissingKind = "missing_field" ("缺少字段 `kind`，或它不是文本") ("the field `kind` is missing or no text");
    UnknownKind { kind: String, known: String } = "unknown_kind"
        ("没有 `{kind}` 这种问题，只有 {known}")
        ("there is no kind of question `{kind}`, only {known}");
    LongName { most: usize } = "bad_name"
        ("代码表的名称最多 {most} 个字符")
        ("the name of a code table has at most {most} characters");

    // The form as a whole, its ids and texts.
    UnknownSchema { schema: &'static str } = "unknown_schema" ("应为 \"{schema}\"") ("should be \"{schema}\"");
    BadVersion = "bad_version" ("版本号从 1 开始") ("versions count from 1");
    MissingText { language: &'static str } = "missing_text"
        ("缺少该语言的文字：{language}")
        ("the text is missing in {language}");
    BadId = "bad_id"
        ("id 须为 1 至 64 个小写字母、数字或下划线，以字母开头")
        ("an id is 1 to 64 lower-case letters, digits and underscores, a letter first");
    ReservedId { id: String } = "reserved_id"
        ("`{id}` 是规则中所在行的名称，不能用作 id")
        ("rules use `{id}` for the row they stand in");
    PageTwice { id: String } = "duplicate_id" ("已有页面 `{id}`") ("a page `{id}` exists already");
    QuestionTwice { id: String } = "duplicate_id" ("已有问题 `{id}`") ("a question `{id}` exists already");
    QuestionTwiceInGroup { id: String } = "duplicate_id"
        ("本组中已有问题 `{id}`")
        ("a question `{id}` exists already in the group");
    NoPages = "empty" ("表单至少有一页") ("a form has at least one page");
    NoQuestions = "empty" ("一页至少有一个问题") ("a page has at least one question");
    NoQuestionsInGroup = "empty" ("一组至少有一个问题") ("a group has at least one question");
    NoQuestionsInSection = "empty" ("一个小节至少有一个问题") ("a section has at least one question");
    SectionsTooDeep { most: usize } = "sections_too_deep"
        ("小节的嵌套超过 {most} 层")
        ("sections nest more than {most} deep");
    GroupsTooDeep { most: usize } = "groups_too_deep"
        ("组的嵌套超过 {most} 层")
        ("groups nest more than {most} deep");

    // What belongs to a kind.
    NeverAnswered = "never_answered"
        ("这种问题不用回答，因此不能设为必填")
        ("this kind is never answered, so it cannot be required");
    SectionAsks { field: &'static str } = "never_answered"
        ("小节不用回答，因此没有 `{field}`")
        ("a section is never answered, so it has no `{field}`");
    NumbersReversed = "min_above_max" ("最小值大于最大值") ("the smallest is above the largest");
    DaysReversed = "min_above_max" ("最早日期晚于最晚日期") ("the first day is after the last");
    TimesReversed = "min_above_max" ("最早时间晚于最晚时间") ("the earliest time is after the latest");
    TooManyDaysNeeded = "min_above_max" ("要求的天数多于允许的天数") ("more days are needed than allowed");
    TooManyCharactersNeeded = "min_above_max"
        ("要求的字符数多于允许的字符数")
        ("more characters are needed than allowed");
    TooManyRowsNeeded = "min_above_max" ("要求的行数多于允许的行数") ("more rows are needed than allowed");
    NothingToChoose = "min_above_max" ("没有任何可选的数目") ("no number of options can be chosen");
    NumberTooLarge = "out_of_bounds" ("数值须小于 10^20") ("numbers are below 10^20");
    TooManyDigitsOfBound = "too_many_digits"
        ("带小数的数值最多 15 位数字")
        ("a number with a fraction has at most 15 digits");
    TooManyDecimals = "out_of_bounds" ("小数点后最多 10 位") ("at most 10 digits after the point");
    NoDays = "out_of_bounds" ("至少一天") ("at least one day");
    BadStep = "out_of_bounds" ("步长为 1 至 720 分钟") ("a step takes 1 to 720 minutes");
    BadDepth = "out_of_bounds" ("地区分为 1 至 5 级") ("regions have the levels 1 to 5");
    NoFiles = "out_of_bounds" ("至少一个文件") ("at least one file");
    BadFileSize { most: u64 } = "out_of_bounds"
        ("一个文件允许 1 至 {most} KB")
        ("a file has 1 to {most} kilobytes");
    BadRows = "out_of_bounds" ("一组允许 1 至 1,000 行") ("a group allows 1 to 1,000 rows");
    BadLength = "out_of_bounds" ("文本允许 1 至 20,000 个字符") ("a text allows 1 to 20,000 characters");
    NoDocument = "empty" ("至少选择一种证件") ("a person shows at least one document");
    NoSource = "empty" ("材料至少有一种来源") ("a material comes from somewhere");
    GradeOutOfReach = "grade_out_of_reach"
        ("只有来自签发机关的材料才是 A 级：来源须为 `e_certificate` 或 `derived`")
        ("only what comes from its issuing authority is of grade A: `e_certificate` or `derived`");
    NoRowTitle { id: String } = "dangling_reference"
        ("本组中没有可以回答的问题 `{id}`")
        ("there is no question `{id}` in the group that has an answer of its own");
    EmptyMask = "bad_mask"
        ("掩码至少要求一个字符：`9`、`A` 或 `*`")
        ("a mask asks for a sign at least: `9`, `A` or `*`");
    MaskOutOfLength = "bad_mask" ("这个长度的答案不被允许") ("no answer of this length is allowed");
    BadPattern { said: String } = "bad_pattern" ("正则表达式无法使用：{said}") ("{said}");
    NoCodeTable { table: String } = "dangling_reference"
        ("没有代码表 `{table}`")
        ("there is no code table `{table}`");
    TwoSources = "two_sources"
        ("选项写在这里或代码表中，不能两处都写")
        ("options stand here or in a code table, not in both");
    NoOptions = "empty" ("没有选项") ("there are no options");
    NoValue = "empty" ("选项须有值") ("an option has a value");
    OptionTwice { value: String } = "duplicate_option"
        ("已有选项 `{value}`")
        ("an option `{value}` exists already");

    // Pages and the way through them.
    NeverShown = "unreachable_question"
        ("规则永远不成立，因此谁也看不到这里")
        ("the rule never holds, so nobody ever sees this");
    PageNeverShown = "unreachable_page"
        ("规则永远不成立，因此谁也看不到这里")
        ("the rule never holds, so nobody ever sees this");
    JumpedOver = "unreachable_page"
        ("所有路径都跳过本页，因此谁也看不到它")
        ("every way jumps over this page, so nobody ever sees it");
    JumpsBack { page: String } = "bad_next"
        ("页面 `{page}` 不在后面：不能跳回去")
        ("`{page}` does not stand further down: nobody is sent back");
    NoPage { page: String } = "dangling_reference" ("没有页面 `{page}`") ("there is no page `{page}`");
    NeverJumped = "bad_next"
        ("前面的跳转总会执行，因此永远到不了这一个")
        ("a jump before it is always taken, so nobody comes to this one");
    Cycle { names: Text } = "cycle"
        ("以下各项互相依赖，形成循环：{}", names.zh_cn)
        ("these hang on each other in a circle: {}", names.en);

    // Rules.
    TooManyRules { most: usize } = "too_many_rules"
        ("一个表单最多 {most} 条规则；代码表的规则按每次使用计算")
        ("a form has at most {most} rules; those of a code table count for each use");
    TooDeep { most: usize } = "rule_too_deep" ("规则的嵌套超过 {most} 层") ("a rule nests more than {most} deep");
    NoDecision = "not_an_operation"
        ("规则是一个运算，即只有一个运算符的对象，或者是 true、false")
        ("a rule is an operation, an object with one operator, or it is true or false");
    NoOperation = "not_an_operation"
        ("运算是只有一个运算符的对象")
        ("an operation is an object with exactly one operator");
    UnknownOperator { name: String } = "unknown_operator"
        ("没有运算符 `{name}`")
        ("there is no operator `{name}`");
    TakesOne { name: String, given: usize } = "wrong_arguments"
        ("`{name}` 需要 1 个参数，这里有 {given} 个")
        ("`{name}` takes 1 argument, not {given}");
    Takes { name: String, count: usize, given: usize } = "wrong_arguments"
        ("`{name}` 需要 {count} 个参数，这里有 {given} 个")
        ("`{name}` takes {count} arguments, not {given}");
    TakesBetween { name: String, least: usize, most: usize, given: usize } = "wrong_arguments"
        ("`{name}` 需要 {least} 至 {most} 个参数，这里有 {given} 个")
        ("`{name}` takes {least} to {most} arguments, not {given}");
    TakesAtLeast { name: String, least: usize, given: usize } = "wrong_arguments"
        ("`{name}` 至少需要 {least} 个参数，这里有 {given} 个")
        ("`{name}` takes {least} or more arguments, not {given}");
    MissingSomeTakes = "wrong_arguments"
        ("`missing_some` 需要一个数字和一个 id 列表")
        ("`missing_some` takes a number and a list of ids");
    MissingTakesIds { name: String } = "bad_reference"
        ("在表单中 `{name}` 须直接列出 id")
        ("`{name}` takes the ids themselves in a form");
    VarTakes = "bad_reference"
        ("`var` 需要一个路径，必要时加一个默认值")
        ("`var` takes a path, and a default if need be");
    AnswerTakes = "bad_reference" ("`answer` 需要一个问题的 id") ("`answer` takes the id of one question");
    NotInReduce = "bad_reference"
        ("`reduce` 中只有 `current` 和 `accumulator`；读取表单的答案请用 `answer`")
        ("inside `reduce` there are `current` and `accumulator`; use `answer` for the form's");
    NullCompared = "compares_with_null"
        ("未回答的问题是未知，不是 null：请用 `answered`")
        ("an unanswered question is unknown, not null: use `answered`");
    TooManyDigits = "too_many_digits"
        ("数值须小于 10^20；带小数时最多 15 位数字，小数点后最多 16 位")
        ("numbers are below 10^20; with a fraction they have at most 15 digits, 16 places after the point");
    NoQuestion { path: String } = "dangling_reference"
        ("没有问题 `{path}`")
        ("there is no question `{path}`");
    NoQuestionBut { path: String, other: String } = "dangling_reference"
        ("没有问题 `{path}`，但有 `{other}`")
        ("there is no question `{path}`, but `{other}`");
    NoQuestionInRows { path: String, id: String } = "dangling_reference"
        ("这些行中没有问题 `{path}`；行外的那个写作 `{{\"answer\": \"{id}\"}}`")
        ("there is no question `{path}`, but `{{\"answer\": \"{id}\"}}` outside of these rows");
    NoteHasNone { path: String } = "dangling_reference"
        ("`{path}` 是说明文字，没有答案")
        ("`{path}` is a note and has no answer");
    SectionHasNone { path: String } = "dangling_reference"
        ("`{path}` 是小节，没有答案")
        ("`{path}` is a section and has no answer");
    NoPart { path: String } = "dangling_reference"
        ("`{path}`：答案没有这个部分")
        ("`{path}`: the answer has no such part");
    IntoGroup { path: String } = "reads_into_group"
        ("`{path}`：一组在每行各有一个答案，请用 `map`、`sum`、`some` 等")
        ("`{path}`: a group has one answer for each row: use `map`, `sum`, `some` …");
    NoRow { path: String } = "row_outside_group"
        ("`{path}`：规则不在这样的行中")
        ("`{path}`: there is no such row around the rule");
    UnknownOption { value: String } = "unknown_option"
        ("`{value}` 不是该问题的选项")
        ("`{value}` is no option of the question");
    NeverAFlag { value: String } = "incomparable"
        ("该问题的答案是 `true` 或 `false`，不能与 `{value}` 比较")
        ("`{value}` is compared with an answer that is `true` or `false`");
    NeverANumber { value: String } = "incomparable"
        ("该问题的答案是数字，不能与 `{value}` 比较")
        ("`{value}` is compared with an answer that is a number");
    NeverADay { value: String } = "incomparable"
        ("该问题的答案是日期，如 `2026-01-31`，不能与 `{value}` 比较")
        ("`{value}` is compared with an answer that is a day, such as `2026-01-31`");
    NeverATime { value: String } = "incomparable"
        ("该问题的答案是时间，如 `09:30`，不能与 `{value}` 比较")
        ("`{value}` is compared with an answer that is a time, such as `09:30`");
    NeverAList { value: String } = "incomparable"
        ("该问题的答案是所选各项的列表，不能与 `{value}` 比较：判断是否选了某项用 `{{\"in\": [值, 问题]}}`")
        ("`{value}` is compared with an answer that is the list of all that were chosen: `{{\"in\": [value, question]}}` \
          asks for one of them");
}
