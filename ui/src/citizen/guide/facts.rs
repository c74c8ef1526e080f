//! A guide at a glance.

use onehall_protocol::assurance::AssuredAt;
use onehall_protocol::catalog::{Audience, AuthorityLevel, Channel, ServiceItem};

use crate::citizen::account::assurance_name;
use crate::citizen::items::time_words;
use crate::design::content::Fact;
use crate::texts::{Phrase, Words, counted, format, guide, level, passkeys};

/// Several words in one line, as the language strings them together.
pub fn listed(words: Vec<Words>) -> Words {
    Words::made(move |language| {
        let separator = match language {
            onehall_protocol::Language::ZhCn => "、",
            onehall_protocol::Language::En => ", ",
        };
        words
            .iter()
            .map(|word| word.get(language))
            .collect::<Vec<_>>()
            .join(separator)
    })
}

fn audience_name(audience: Audience) -> Phrase {
    match audience {
        Audience::Citizen => guide::CITIZENS,
        Audience::LegalPerson => guide::LEGAL_PERSONS,
    }
}

fn channel_name(channel: Channel) -> Phrase {
    match channel {
        Channel::Window => guide::WINDOW,
        Channel::Desktop => guide::DESKTOP,
        Channel::Mobile => guide::MOBILE,
        Channel::Courier => guide::COURIER,
        Channel::Kiosk => guide::KIOSK,
    }
}

/// The name of a level.
pub fn level_name(level: AuthorityLevel) -> Phrase {
    match level {
        AuthorityLevel::National => guide::LEVEL_NATIONAL,
        AuthorityLevel::Province => guide::LEVEL_PROVINCE,
        AuthorityLevel::City => guide::LEVEL_CITY,
        AuthorityLevel::County => guide::LEVEL_COUNTY,
        AuthorityLevel::Township => guide::LEVEL_TOWNSHIP,
        AuthorityLevel::Village => guide::LEVEL_VILLAGE,
        AuthorityLevel::Other => guide::LEVEL_OTHER,
    }
}

/// The days of the promise and of the law. The law's are told only where it sets some.
fn time(item: &ServiceItem) -> Words {
    let promised = time_words(&item.summary);
    if item.legal_days == 0 {
        return promised;
    }
    let legal = counted(
        usize::from(item.legal_days),
        guide::LEGAL_DAYS_ONE,
        guide::LEGAL_DAYS_MORE,
    );
    Phrase::new("{}（{}）", "{} ({})").with([promised, legal])
}

fn visits(count: u8) -> Words {
    if count == 0 {
        guide::VISITS_NONE.into()
    } else {
        counted(usize::from(count), guide::VISITS_COUNT_ONE, guide::VISITS_COUNT_MORE)
    }
}

/// What one wants to know before anything else.
pub fn at_a_glance(item: &ServiceItem) -> Vec<Fact> {
    let summary = &item.summary;
    let audience = summary
        .audience
        .iter()
        .map(|audience| audience_name(*audience).into())
        .collect();
    let channels = summary
        .channels
        .iter()
        .map(|channel| channel_name(*channel).into())
        .collect();
    let cost: Words = match item.fees.as_slice() {
        [] => guide::FREE.into(),
        [only] => format::money_words(only.amount),
        _ => guide::SEE_FEES.into(),
    };
    let mut facts = vec![
        Fact::new(guide::WHO, listed(audience)),
        Fact::new(guide::TIME, time(item)),
        Fact::new(guide::COST, cost),
        Fact::new(guide::VISITS, visits(item.onsite_visits)),
        Fact::new(guide::CHANNELS, listed(channels)),
    ];
    if let Some(asked) = item.assurance {
        let when = match asked.at {
            AssuredAt::Start => level::NEEDED_AT_START,
            AssuredAt::Submission => level::NEEDED_AT_SUBMISSION,
        };
        facts.push(Fact::new(
            level::NEEDED,
            when.with([assurance_name(asked.level).into()]),
        ));
        if asked.proof {
            facts.push(Fact::new(passkeys::NEEDED, passkeys::NEEDED_TEXT));
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Language;

    use super::*;

    #[test]
    fn words_are_strung_together_as_each_language_does() {
        let words = listed(vec![guide::WINDOW.into(), guide::COURIER.into()]);
        assert_eq!(words.get(Language::ZhCn), "大厅窗口、邮寄");
        assert_eq!(words.get(Language::En), "At a window, By courier");
    }

    #[test]
    fn no_visit_is_said_as_such() {
        assert_eq!(visits(0).get(Language::ZhCn), "零跑动，全程网办");
        assert_eq!(visits(1).get(Language::En), "1 time");
        assert_eq!(visits(2).get(Language::En), "2 times");
    }
}
