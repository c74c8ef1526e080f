//! Words of the home page.

use super::texts;

texts! {
    TITLE = "您要办什么事？", "What do you need to do?";
    SEARCH_HINT = "输入事项名称、关键词或拼音首字母", "Name, keyword, pinyin or its initials";
    SEARCH_MORE = "查看全部结果", "See all results";
    POPULAR = "大家常办：", "Often used:";
    FREQUENT = "常用事项", "Often used services";
    LIFE_EVENTS = "一件事一次办", "Life events";
    THEMES = "按主题找事项", "Browse by theme";
    HALLS = "到大厅办理", "Come to a hall";
    ALL = "查看全部", "See all";
    SERVICES_ONE = "{} 项", "{} service";
    SERVICES_MORE = "{} 项", "{} services";

    MATTERS = "我的办件", "My matters";
    MATTERS_NONE = "您还没有办件。找到事项后可以在线申请，进度会显示在这里。", "You have no matters yet. Apply online, and see here how it goes.";
    DRAFT_GO_ON = "继续填写", "Go on filling in";
    DRAFT_LAST = "上次保存于 {}", "Last saved {}";
    WAITS_FOR_YOU = "待您处理", "Waits for you";
    DUE = "{} 前", "by {}";

    TILE_SEARCH = "查找事项", "Find a service";
    TILE_SEARCH_TEXT = "搜索或按主题查找", "Search, or browse by theme";
    TILE_LIFE = "一件事一次办", "Life events";
    TILE_LIFE_TEXT = "生育、入学、开店、退休……", "A child, a school, a shop, a pension …";
    TILE_MATTERS = "我的办件", "My matters";
    TILE_MATTERS_TEXT = "查进度、补材料、领结果", "See progress, hand in, collect results";
    TILE_HALLS = "取号、预约签到", "Numbers and check-in";
    TILE_HALLS_TEXT = "排队取号、预约签到、开放时间", "Take a number, check in, opening hours";
}
