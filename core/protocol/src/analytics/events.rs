//! Made by `cargo xtask analytics` from `core/protocol/analytics.json`. Change that file, not this one.

use super::{Declared, Detail, Title};
use crate::ItemCode;

/// An event, as the core records it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The guide of a service item was shown. Shown again without another guide in between, it is the same reading.
    ItemViewed {
        /// The service item.
        item: ItemCode,
    },
    /// Somebody searched the catalog, and stopped typing. The words are not sent, only how much was found.
    SearchMade {
        /// Services found.
        hits: Hits,
    },
    /// A citizen began an application, or went on with one, from the page of its service item.
    DraftOpened {
        /// The service item.
        item: ItemCode,
    },
    /// The hall took an application. The time is that since it was opened on this terminal.
    ApplicationSubmitted {
        /// The service item.
        item: ItemCode,
        /// Time to fill it in.
        minutes: Minutes,
    },
    /// A citizen looked at a case of theirs. Shown again without another case in between, it is the same look.
    CaseViewed {
        /// The service item.
        item: ItemCode,
    },
    /// A citizen downloaded the result of a case.
    ResultDownloaded {
        /// The service item.
        item: ItemCode,
    },
    /// A citizen rated a service. Only the stars: neither what they praised nor what they wrote.
    ServiceRated {
        /// The service item.
        item: ItemCode,
        /// Satisfaction.
        stars: Stars,
    },
}

impl Event {
    /// Its name, its item, and the value of its detail.
    #[must_use]
    pub fn into_parts(self) -> (&'static str, Option<ItemCode>, Option<&'static str>) {
        match self {
            Event::ItemViewed { item } => ("item_viewed", Some(item), None),
            Event::SearchMade { hits } => ("search_made", None, Some(hits.as_str())),
            Event::DraftOpened { item } => ("draft_opened", Some(item), None),
            Event::ApplicationSubmitted { item, minutes } => {
                ("application_submitted", Some(item), Some(minutes.as_str()))
            }
            Event::CaseViewed { item } => ("case_viewed", Some(item), None),
            Event::ResultDownloaded { item } => ("result_downloaded", Some(item), None),
            Event::ServiceRated { item, stars } => ("service_rated", Some(item), Some(stars.as_str())),
        }
    }
}

/// Services found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hits {
    /// Nothing found.
    None,
    /// 1 to 5.
    Few,
    /// 6 or more.
    Many,
}

impl Hits {
    /// The bucket that a number falls into.
    #[must_use]
    pub const fn of(number: u32) -> Hits {
        match number {
            0 => Hits::None,
            1..=5 => Hits::Few,
            _ => Hits::Many,
        }
    }

    /// The value on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Hits::None => "none",
            Hits::Few => "few",
            Hits::Many => "many",
        }
    }
}

/// Time to fill it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Minutes {
    /// Under 5 minutes.
    Under5,
    /// 5 to 15 minutes.
    Under15,
    /// 15 to 60 minutes.
    Under60,
    /// An hour or more.
    Over60,
}

impl Minutes {
    /// The bucket that a number falls into.
    #[must_use]
    pub const fn of(number: u32) -> Minutes {
        match number {
            0..=4 => Minutes::Under5,
            5..=14 => Minutes::Under15,
            15..=59 => Minutes::Under60,
            _ => Minutes::Over60,
        }
    }

    /// The value on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Minutes::Under5 => "under_5",
            Minutes::Under15 => "under_15",
            Minutes::Under60 => "under_60",
            Minutes::Over60 => "over_60",
        }
    }
}

/// Satisfaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stars {
    /// Very dissatisfied.
    VeryDissatisfied,
    /// Dissatisfied.
    Dissatisfied,
    /// Fairly satisfied.
    Neutral,
    /// Satisfied.
    Satisfied,
    /// Very satisfied.
    VerySatisfied,
}

impl Stars {
    /// The bucket that a number falls into.
    #[must_use]
    pub const fn of(number: u32) -> Stars {
        match number {
            0..=1 => Stars::VeryDissatisfied,
            2 => Stars::Dissatisfied,
            3 => Stars::Neutral,
            4 => Stars::Satisfied,
            _ => Stars::VerySatisfied,
        }
    }

    /// The value on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Stars::VeryDissatisfied => "very_dissatisfied",
            Stars::Dissatisfied => "dissatisfied",
            Stars::Neutral => "neutral",
            Stars::Satisfied => "satisfied",
            Stars::VerySatisfied => "very_satisfied",
        }
    }
}

/// All that may be counted.
pub const DECLARED: &[Declared] = &[
    Declared {
        name: "item_viewed",
        title: Title {
            zh_cn: "查看办事指南",
            en: "Guides read",
        },
        expires: "2027-11-30",
        item: true,
        detail: None,
    },
    Declared {
        name: "search_made",
        title: Title {
            zh_cn: "搜索事项",
            en: "Searches",
        },
        expires: "2027-11-30",
        item: false,
        detail: Some(Detail {
            title: Title {
                zh_cn: "搜到的事项",
                en: "Services found",
            },
            values: &[
                (
                    "none",
                    Title {
                        zh_cn: "没有结果",
                        en: "nothing found",
                    },
                ),
                (
                    "few",
                    Title {
                        zh_cn: "1 至 5 项",
                        en: "1 to 5",
                    },
                ),
                (
                    "many",
                    Title {
                        zh_cn: "6 项及以上",
                        en: "6 or more",
                    },
                ),
            ],
        }),
    },
    Declared {
        name: "draft_opened",
        title: Title {
            zh_cn: "开始或继续申请",
            en: "Applications begun or gone on with",
        },
        expires: "2027-11-30",
        item: true,
        detail: None,
    },
    Declared {
        name: "application_submitted",
        title: Title {
            zh_cn: "提交申请",
            en: "Applications handed in",
        },
        expires: "2027-11-30",
        item: true,
        detail: Some(Detail {
            title: Title {
                zh_cn: "填写用时",
                en: "Time to fill it in",
            },
            values: &[
                (
                    "under_5",
                    Title {
                        zh_cn: "5 分钟以内",
                        en: "under 5 minutes",
                    },
                ),
                (
                    "under_15",
                    Title {
                        zh_cn: "5 至 15 分钟",
                        en: "5 to 15 minutes",
                    },
                ),
                (
                    "under_60",
                    Title {
                        zh_cn: "15 至 60 分钟",
                        en: "15 to 60 minutes",
                    },
                ),
                (
                    "over_60",
                    Title {
                        zh_cn: "1 小时以上",
                        en: "an hour or more",
                    },
                ),
            ],
        }),
    },
    Declared {
        name: "case_viewed",
        title: Title {
            zh_cn: "查看办件进度",
            en: "Progress looked up",
        },
        expires: "2027-11-30",
        item: true,
        detail: None,
    },
    Declared {
        name: "result_downloaded",
        title: Title {
            zh_cn: "下载办理结果",
            en: "Results downloaded",
        },
        expires: "2027-11-30",
        item: true,
        detail: None,
    },
    Declared {
        name: "service_rated",
        title: Title {
            zh_cn: "评价服务",
            en: "Services rated",
        },
        expires: "2027-11-30",
        item: true,
        detail: Some(Detail {
            title: Title {
                zh_cn: "满意度",
                en: "Satisfaction",
            },
            values: &[
                (
                    "very_dissatisfied",
                    Title {
                        zh_cn: "非常不满意",
                        en: "very dissatisfied",
                    },
                ),
                (
                    "dissatisfied",
                    Title {
                        zh_cn: "不满意",
                        en: "dissatisfied",
                    },
                ),
                (
                    "neutral",
                    Title {
                        zh_cn: "基本满意",
                        en: "fairly satisfied",
                    },
                ),
                (
                    "satisfied",
                    Title {
                        zh_cn: "满意",
                        en: "satisfied",
                    },
                ),
                (
                    "very_satisfied",
                    Title {
                        zh_cn: "非常满意",
                        en: "very satisfied",
                    },
                ),
            ],
        }),
    },
];
