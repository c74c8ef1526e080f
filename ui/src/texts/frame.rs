//! Words of what surrounds every page: head, foot, preferences, the kiosk's bar.

use super::texts;

texts! {
    SKIP = "跳到主要内容", "Skip to main content";
    HALL = "政务服务大厅", "City service hall";
    MAIN_MENU = "主导航", "Main";
    SITE_TOOLS = "页面工具", "Page tools";

    HOME = "首页", "Home";
    THEMES = "办事主题", "Themes";
    LIFE_EVENTS = "一件事", "Life events";
    AUTHORITIES = "办事部门", "Authorities";
    HALLS = "服务大厅", "Service halls";
    MATTERS = "我的办件", "My matters";
    ACCOUNT = "我的", "Account";
    ALL_SERVICES = "全部事项", "All services";
    SEARCH_LABEL = "搜索服务事项", "Search for a service";

    LOG_IN = "登录", "Log in";
    LOG_OUT = "退出登录", "Log out";
    UNSENT_TITLE = "还有内容没有送达", "Not everything has been sent";
    UNSENT_TEXT = "现在无法连接，或有内容等您处理。退出登录会删除本机上未上传的填写内容，不能恢复。", "There is no connection, or something waits for your decision. Logging out deletes the answers that are only on this device.";
    UNSENT_QUEUED = "有等待提交的申请或材料还在本机。退出登录会删除它们，政务服务大厅不会收到，不能恢复。", "Applications or the like still wait on this device. Logging out deletes them, and the hall will not receive them.";
    UNSENT_TYPED = "补正的内容已填写但没有提交。退出登录会删除它们，不能恢复。", "What you filled in for a supplement has not been handed in. Logging out deletes it.";
    UNSENT_LEAVE = "仍要退出", "Log out all the same";
    SESSION_ENDED = "登录已失效，请重新登录。已保存的内容不会丢失。", "You have been logged out. What was saved is not lost: log in again.";

    LANGUAGE_OTHER = "English", "中文";
    LANGUAGE_OTHER_LABEL = "Switch to English", "切换到中文";
    ELDER_ON = "长辈版", "Large view";
    ELDER_OFF = "退出长辈版", "Standard view";
    PREFERENCES = "显示设置", "Display settings";
    LANGUAGE = "语言", "Language";
    THEME = "外观", "Appearance";
    THEME_AUTO = "跟随系统", "As my device";
    THEME_LIGHT = "浅色", "Light";
    THEME_DARK = "深色", "Dark";
    TEXT_SIZE = "文字大小", "Text size";
    ELDER = "长辈版", "Large view";
    ELDER_HINT = "文字和按钮更大，页面更简洁。", "Larger text and buttons, calmer pages.";

    HOTLINE = "服务热线", "Hotline";
    HOTLINE_HOURS = "每天 24 小时", "24 hours a day";
    FOOT_SERVICES = "办事", "Services";
    FOOT_HELP = "帮助", "Help";
    ACCESSIBILITY = "无障碍", "Accessibility";
    HOSTED_BY = "{}主办", "A service of {}";

    KIOSK_END = "结束办理", "End session";
    KIOSK_LEFT = "{} 秒后自动结束", "Ends in {} s";
    KIOSK_STILL_THERE = "您还在办理吗？", "Are you still there?";
    KIOSK_STILL_THERE_TEXT = "为保护您的信息，{} 秒后将自动退出并清除本机记录。", "To protect your data, this session ends in {} seconds and leaves nothing on this machine.";
    KIOSK_STAY = "继续办理", "I am still here";
}
