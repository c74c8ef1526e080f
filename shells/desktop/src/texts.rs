//! What the shell says itself, outside of its pages.

use onehall_protocol::Language;

/// The words of one language.
pub struct Words {
    /// Presses a notification.
    pub open: &'static str,
    /// Shows the window.
    pub show: &'static str,
    /// Ends the program.
    pub quit: &'static str,
    /// Nothing moved.
    pub no_news: &'static str,
    /// The window was closed, and the program goes on.
    pub stays: &'static str,
    /// How that is, and how it ends.
    pub stays_text: &'static str,
}

const ZH_CN: Words = Words {
    open: "查看",
    show: "打开政务服务大厅",
    quit: "退出",
    no_news: "办件没有新进展",
    stays: "政务服务大厅仍在运行",
    stays_text: "办件有进展时会通知您。要完全退出，请在托盘图标的菜单中选择“退出”。",
};

const EN: Words = Words {
    open: "Open",
    show: "Open the service hall",
    quit: "Quit",
    no_news: "No news of your matters",
    stays: "The service hall is still running",
    stays_text: "It tells you when a matter moves. To end it, choose “Quit” in the menu of its icon in the tray.",
};

/// The words of a language.
pub fn of(language: Language) -> &'static Words {
    match language {
        Language::ZhCn => &ZH_CN,
        Language::En => &EN,
    }
}

impl Words {
    /// So many cases moved.
    pub fn news(&self, cases: usize, language: Language) -> String {
        match (cases, language) {
            (0, _) => self.no_news.to_owned(),
            (_, Language::ZhCn) => format!("{cases} 项办件有新进展"),
            (1, Language::En) => "1 matter has moved".to_owned(),
            (_, Language::En) => format!("{cases} matters have moved"),
        }
    }
}
