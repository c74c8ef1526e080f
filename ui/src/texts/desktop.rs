//! Words of the desktop's window.

use super::texts;

texts! {
    KEYS = "快捷键", "Keys";
    KEY_FIND = "查找事项", "Find a service";
    KEY_HOME = "回到首页", "Home";
    KEY_BACK = "后退", "Back";
    KEY_FORWARD = "前进", "Forward";
    KEY_PRINT = "打印本页", "Print this page";
    KEY_SIZE = "放大、缩小文字", "Larger and smaller text";
    KEY_OWN_SIZE = "恢复文字大小", "Text in its own size";
    UNKNOWN_LINK = "这个链接在政务服务大厅里没有对应的页面，已为您打开首页。", "This link leads to no page of the service hall. Here is its home page.";
}
