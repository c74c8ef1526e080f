//! Words of the preview: what the author of a form reads beside it.

use super::texts;

texts! {
    TITLE = "表单预览", "Form preview";
    HEAD = "预览：文件与说明", "Preview: the file";
    DESK = "预览：表单与检查结果", "Preview: the form and what there is to know of it";
    SITE = "OneHall 表单预览", "OneHall form preview";
    OTHER_LANGUAGE = "English", "中文";
    SKIP_TO_SIDE = "跳到检查结果", "Skip to the findings";
    NOTHING_LEAVES = "仅在本机预览：不保存、不发送任何内容。", "On this machine only: nothing is stored or sent.";

    SOUND = "没有问题", "No findings";
    FINDING_ONE = "{} 个问题", "{} finding";
    FINDINGS = "{} 个问题", "{} findings";
    NOT_CONNECTED = "预览程序已停止", "The preview has been stopped";
    NOT_CONNECTED_TEXT = "请在终端重新运行 onehall form preview，本页会自动恢复。", "Start onehall form preview again; this page goes on by itself.";
    CONNECTING = "正在读取文件…", "Reading the file…";

    FINDINGS_TITLE = "需要修改", "To be changed in the file";
    LINE = "第 {} 行，第 {} 列", "Line {}, column {}";
    LAST_GOOD = "文件中有问题，下面显示的是最近一次没有问题的内容", "The file has findings: this is its last content without any";
    NO_FORM_YET = "表单还不能显示", "There is no form to show yet";
    NO_FORM_YET_TEXT = "修改右侧列出的问题并保存后，表单会显示在这里。", "Change what is listed beside this and save: the form then appears here.";
    OTHER_VERSION = "预览页面与 onehall 程序的版本不一致，请重新构建预览页面。", "These pages and the onehall program are of different versions: build the pages again.";
    NO_LIST = "列表“{}”不可用，选项无法显示：请用 --inputs 指定城市文件夹。", "The list “{}” is not at hand, so nothing can be chosen from it: name a city's folder by --inputs.";
    NO_CALENDAR = "没有工作日历，计算工作日的规则无法得出结果：请用 --inputs 指定城市文件夹。", "There is no calendar, so rules that count working days stay unknown: name a city's folder by --inputs.";

    LOOK = "查看方式", "How it is looked at";
    PROFILE = "终端", "Terminal";
    PROFILE_DESKTOP = "电脑", "Desktop";
    PROFILE_MOBILE = "手机", "Mobile";
    PROFILE_KIOSK = "自助终端", "Kiosk";
    PROFILE_MINI_APP = "小程序", "Mini-app";
    LANGUAGE = "表单语言", "Language of the form";
    LANGUAGE_ZH = "中文", "Chinese (中文)";
    LANGUAGE_EN = "英文 (English)", "English";
    AS_OF = "办理日期", "As of";
    ELDER = "长辈模式", "Elder mode";
    FILL = "填入示例", "Fill with examples";
    CLEAR = "清空", "Clear";
    FRAME = "市民看到的表单", "The form as a citizen sees it";
    FRAME_TITLE = "市民看到的表单（{}）", "The form as a citizen sees it ({})";

    PRETENDED = "预览：没有上传“{}”，也没有保存其内容。", "Preview: “{}” was not uploaded, and nothing of it is kept.";
    SUBMITTED = "市民在这里会提交申请", "Here a citizen would submit";
    SUBMITTED_TEXT = "这是预览，没有发送。随申请提交的内容：", "This is a preview: nothing was sent. With the answers would go:";
    CLOSE = "知道了", "Close";

    ENGINE_TITLE = "规则的结果", "What the rules say";
    PROGRESS = "{} / {} 页已完成，{} / {} 个必填项已填写", "{} of {} pages complete, {} of {} required answers given";
    PAGES = "页面与问题", "Pages and questions";
    GO = "打开“{}”", "Open “{}”";
    ON_PATH = "在流程中", "on the path";
    OFF_PATH = "不在流程中", "not on the path";
    COMPLETE = "已完成", "complete";
    SHOWN = "显示", "shown";
    HIDDEN = "隐藏", "hidden";
    REQUIRED = "必填", "required";
    OPTIONAL = "选填", "optional";
    ERRORS = "答案中的错误", "Errors in the answers";
    COMPUTED = "计算结果", "Computed values";
    UNKNOWN_VALUE = "未知", "unknown";
    UNKNOWN = "尚未确定的规则", "Rules that are unknown";
    WAITS = "等待：{}", "Waits for {}";
    WAITS_CALENDAR = "工作日历", "the calendar";
    WAITS_NOTHING = "没有可用的结果（例如除以零）", "It has no result (a division by zero, say)";
    KEPT = "已隐藏但保留的答案", "Answers that are hidden and kept";
    KEPT_HELP = "这些问题当前不显示，答案不会提交；再次显示时会恢复。", "Their questions are not shown: they are not submitted, and come back when they are shown again.";
    DOCUMENT = "核验文档", "Canonical document";
    DOCUMENT_HELP = "终端与后台以它的 SHA-256 核对规则结果：", "Terminal and backend compare its SHA-256:";
    NONE = "无", "None";
    MORE = "还有 {} 项", "and {} more";
}
