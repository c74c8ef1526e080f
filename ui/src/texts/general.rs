//! Words that many pages use: buttons, states, errors of fields.

use super::texts;

texts! {
    BACK = "返回", "Back";
    CANCEL = "取消", "Cancel";
    CLOSE = "关闭", "Close";
    CONTINUE = "继续", "Continue";
    DOWNLOAD = "下载", "Download";
    EDIT = "修改", "Change";
    REMOVE = "删除", "Remove";
    RETRY = "重试", "Try again";
    SEARCH = "搜索", "Search";
    YES = "是", "Yes";
    NO = "否", "No";
    OPTIONAL = "（选填）", "(optional)";
    PLEASE_CHOOSE = "请选择", "Please choose";
    OPENS_NEW_WINDOW = "在新窗口打开", "opens in a new window";

    LOADING = "正在加载…", "Loading…";
    WORKING = "正在处理…", "Working…";
    COPIED = "已复制", "Copied";

    ERROR_SUMMARY = "请核对以下内容", "There is a problem";
    ERROR_PREFIX = "错误：", "Error: ";
    FAILED_TITLE = "没有加载出来", "This could not be loaded";
    FAILED_HINT = "请稍后重试。如果一直不行，可以拨打服务热线 {}。", "Please try again in a moment. If it keeps failing, call {}.";
    NEWER_TITLE = "页面有新版本。", "There is a newer version of these pages.";
    NEWER_TEXT = "您可以继续办理，也可以现在刷新，已填写的内容会保留。", "You can go on, or open them now: what you have filled in is kept.";
    NEWER_OPEN = "刷新页面", "Open the newer version";
    OFFLINE_TITLE = "网络连接已断开", "You are offline";
    OFFLINE_GO_ON = "您可以继续浏览和填写，恢复后自动上传。", "You can go on: what you do is sent when you are back online.";
    OFFLINE_HINT = "连接恢复后会自动继续。您已保存的内容不会丢失。", "This goes on by itself when you are back online. What you have saved is not lost.";
    SHOWN_AS_OF = "显示的是 {} 的内容。", "What you see is as of {}.";

    SHELL_MISMATCH = "界面无法启动", "The interface cannot start";

    YEAR = "年", "Year";
    MONTH = "月", "Month";
    DAY = "日", "Day";
    HOUR = "时", "Hour";
    MINUTE = "分", "Minute";
    FROM_DAY = "开始日期", "First day";
    TO_DAY = "结束日期", "Last day";

    FILE_CHOOSE = "选择文件", "Choose files";
    FILE_CHOOSE_OTHER = "选择其他文件", "Choose another file";
    FILE_ELSEWHERE = "本机不能选取文件。请用手机登录，在“我的办件”中打开这份申请上传；上传后这里会自动更新。", "Files cannot be chosen on this machine. Log in on your phone, open this application under My matters and upload there; this page follows by itself.";
    FILE_DROP = "或将文件拖到这里", "or drop files here";
    FILE_UPLOADING = "正在上传 {}", "Uploading {}";
    FILE_PROGRESS = "已上传 {}%", "{} % uploaded";
    FILE_WAITING = "等待网络，恢复后自动继续（已上传 {}%）", "Waiting for the network; it goes on by itself ({} % uploaded)";
    FILE_REMOVE = "删除文件 {}", "Remove file {}";
    FILE_RETRY = "重新上传 {}", "Upload {} again";

    PAGE_PREVIOUS = "上一页", "Previous";
    PAGE_NEXT = "下一页", "Next";
    PAGE_OF = "第 {} 页，共 {} 页", "Page {} of {}";
    PAGES = "翻页", "Pages";
    CRUMBS = "当前位置", "You are here";
    STEPS = "步骤", "Steps";
    STEP_DONE = "已完成：", "Done: ";
    STEP_CURRENT = "当前：", "Now: ";

    KEYBOARD = "屏幕键盘", "On-screen keyboard";
    KEY_BACKSPACE = "退格", "Backspace";
    KEY_SPACE = "空格", "Space";
    KEY_DONE = "完成", "Done";
    KEY_SHIFT = "大写", "Capitals";
    KEY_LETTERS = "字母", "Letters";
    KEY_CHINESE = "中文", "Chinese";
    KEYBOARD_PINYIN = "输入拼音，点选汉字", "Type pinyin, then touch the character";
    KEYBOARD_CHARACTERS = "候选汉字", "Characters";
    QR_CODE = "二维码：{}", "QR code: {}";
}
