//! Words of the analytics: the question to citizens, and what the staff see of the answers.

use super::texts;

texts! {
    ASK_TITLE = "可以统计使用情况吗？", "May we count how the hall is used?";
    ASK_TEXT = "只记录次数，用来改进办事指南和表单。不记录您是谁，也不记录您填写的内容。不同意不影响办事。", "Only numbers, to improve guides and forms: never who you are or what you fill in. Without it everything works just the same.";
    ASK_KIOSK = "仅限本次办理。", " For this visit only.";
    ASK_YES = "同意统计", "Yes, count";
    ASK_NO = "不统计", "No, do not count";
    ASK_WHAT = "统计哪些内容", "What is counted";
    WHAT_TEXT = "以下操作各记一次，附事项名称、终端类型和时间（精确到分钟）：", "Each of these counts as one, with the service, the kind of terminal and the time to the minute:";
    KEPT_YES = "谢谢。您可以随时在“我的”页面更改。", "Thank you. You can change this under Account at any time.";
    KEPT_NO = "已记录，不会统计。您可以随时在“我的”页面更改。", "Nothing will be counted. You can change this under Account at any time.";

    SETTINGS_TITLE = "使用统计", "Counting use";
    SETTINGS_LABEL = "统计本机的使用情况", "Count how this terminal is used";
    SETTINGS_HINT = "关闭后，尚未发送的记录立即删除。", "When it is turned off, what was not sent yet is deleted at once.";

    TITLE = "使用统计", "Use of the hall";
    HONEST = "只包含同意统计的访问，不是全部办理量。", "Only visits whose citizen agreed to it: not all that is done.";
    HIDDEN = "少于 5 次的不显示具体数字。", " Counts below 5 are not shown as numbers.";
    EVENT = "统计内容", "What is counted";
    RANGE = "时间范围", "Range";
    DAYS_7 = "7 天", "7 days";
    DAYS_30 = "30 天", "30 days";
    DAYS_90 = "90 天", "90 days";
    BY = "分类方式", "Put together by";
    BY_DAY = "按日期", "Day";
    BY_TERMINAL = "按终端", "Terminal";
    BY_ITEM = "按事项", "Service";
    COLUMN_DAY = "日期", "Day";
    COLUMN_TERMINAL = "终端", "Terminal";
    COLUMN_ITEM = "事项", "Service";
    COLUMN_COUNT = "次数", "Count";
    FEW = "少于 5", "fewer than 5";
    TOTAL = "共 {} 次", "{} in all";
    TOTAL_LEAST = "至少 {} 次", "At least {}";
    EMPTY = "这段时间没有记录", "Nothing was counted in this range";
    EMPTY_TEXT = "换一个时间范围或统计内容。", "Choose another range, or something else that is counted.";
}
