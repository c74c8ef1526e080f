//! Words of search results and of the lists by which one finds a service.

use super::texts;

texts! {
    SEARCH_TITLE = "搜索事项", "Search services";
    SEARCH_FOR = "“{}”的搜索结果", "Results for “{}”";
    NEAR = "没有完全相符的事项，以下是相近的", "Nothing matches exactly. These come close";
    FOUND_ONE = "找到 {} 项", "{} service found";
    FOUND_MORE = "找到 {} 项", "{} services found";
    START = "请输入要找的事项", "Type what you are looking for";
    START_TEXT = "支持中文、英文、拼音和拼音首字母，例如“身份证”“sfz”“residence”。", "Chinese, English, pinyin and its initials: “身份证”, “sfz”, “residence”.";
    NOTHING = "没有找到“{}”相关事项", "Nothing found for “{}”";
    NOTHING_TEXT = "换个说法试试，少输几个字，或从下面的主题查找。也可以拨打 {} 咨询。", "Try other or fewer words, or browse by theme below. You can also call {}.";
    CASE_LOG_IN = "登录后查看办件 {}", "Log in to see case {}";
    CASE_LOG_IN_TEXT = "办件的进度和结果只有本人和代办人能看到。", "Only you, and whoever acts for you, can see how a case stands.";
    CASE_NONE = "您的办件中没有编号 {}", "None of your cases has the number {}";
    CASE_NONE_TEXT = "请逐位核对受理凭证上的编号。这里只显示您本人的办件和您代办的办件。", "Check it digit by digit against your receipt. Here are your own cases, and those of whom you act for.";
    TRY_THEMES = "按主题查找", "Browse by theme";
    CLEAR = "清空", "Clear";

    ALL_TITLE = "全部服务事项", "All services";
    FOR_ALL = "全部", "All";
    FOR_CITIZENS = "个人", "For people";
    FOR_LEGAL_PERSONS = "企业", "For businesses";
    ONLINE_ONLY = "只看可在线申请的", "Only those that can be applied for online";
    NO_SERVICES = "这里暂时没有事项", "There are no services here yet";

    THEMES_TITLE = "办事主题", "Themes";
    THEMES_TEXT = "按您关心的方面查找事项。", "Find services by what they are about.";
    AUTHORITIES_TITLE = "办事部门", "Authorities";
    AUTHORITIES_TEXT = "各部门的职责、联系方式和办理事项。", "What each authority does, how to reach it, and its services.";
    AUTHORITY_CODE = "统一社会信用代码", "Unified social credit code";
    PHONE = "电话", "Telephone";
    ADDRESS = "地址", "Address";
    AUTHORITY_SERVICES = "办理事项", "Services";

    LIFE_EVENTS_TITLE = "一件事一次办", "Life events";
    LIFE_EVENTS_TEXT = "把一件事涉及的多个事项放在一起，按顺序办。", "All the services that one occasion needs, in the order in which people need them.";
    LIFE_EVENT = "一件事", "Life event";
    LIFE_EVENT_ITEMS = "需要办理的事项", "What to do";

    HALLS_TITLE = "服务大厅", "Service halls";
    HALLS_TEXT = "来大厅之前，先看看能不能在网上办。", "Before you come: many services are online.";
    HOURS = "开放时间", "Opening hours";
    TRANSPORT = "交通", "How to get there";
    KIOSKS = "自助终端", "Kiosks";
    KIOSKS_COUNT = "{} 台", "{}";
    ACCESS = "无障碍设施", "Access";

    ONLINE = "可在线申请", "Online";
    NOT_ONLINE = "需到大厅办理", "At a hall";
    IMMEDIATE = "当场办结", "Done at once";
    PROMISED_ONE = "{} 个工作日办结", "Within {} working day";
    PROMISED_MORE = "{} 个工作日办结", "Within {} working days";

    NOT_FOUND_TITLE = "没有找到这个页面", "This page does not exist";
    NOT_FOUND_TEXT = "地址可能有误，或页面已经移动。您可以搜索，或回到首页。", "The address may be wrong, or the page has moved. Search, or go to the home page.";
    GO_HOME = "回到首页", "Go to the home page";
}
