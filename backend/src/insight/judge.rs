//! Whether an event is one that is counted.

use std::collections::HashSet;

use onehall_protocol::analytics::{Declared, EventRecord, RefusedBecause};
use onehall_protocol::{Date, ItemCode, Timestamp};

use super::first_day;
use super::model::CountedEvent;

/// How far a terminal's clock may be ahead, in seconds.
const AHEAD: i64 = 3600;

/// What events are judged by.
pub(super) struct Judge<'a> {
    pub items: HashSet<&'a ItemCode>,
    /// The city's offset from UTC, in minutes.
    pub offset: i32,
    pub today: Date,
    pub now: Timestamp,
}

impl Judge<'_> {
    /// The event as it is counted, or why it is not.
    pub(super) fn judge(&self, record: EventRecord) -> Result<CountedEvent, RefusedBecause> {
        let declared = Declared::of(&record.event).ok_or(RefusedBecause::UnknownEvent)?;
        let day = record.at.at_offset(self.offset).0;
        if !declared.counts_on(day) {
            return Err(RefusedBecause::Expired);
        }
        if day < first_day(self.today) {
            return Err(RefusedBecause::TooOld);
        }
        if record.at > self.now.plus_seconds(AHEAD) {
            return Err(RefusedBecause::TooNew);
        }
        if record.item.is_some() != declared.item || record.detail.is_some() != declared.detail.is_some() {
            return Err(RefusedBecause::WrongFields);
        }
        let detail = match &record.detail {
            None => None,
            Some(detail) => Some(declared.value(detail).ok_or(RefusedBecause::WrongFields)?.0),
        };
        if record.item.as_ref().is_some_and(|item| !self.items.contains(item)) {
            return Err(RefusedBecause::UnknownItem);
        }
        Ok(CountedEvent {
            id: record.id,
            // Also a terminal that does not keep to the minute tells no finer time.
            at: Timestamp::from_unix_millis(record.at.unix_millis().div_euclid(60_000) * 60_000),
            day,
            event: declared.name,
            item: record.item,
            detail,
        })
    }
}

#[cfg(test)]
mod tests {
    use onehall_protocol::EventId;
    use onehall_protocol::analytics::DECLARED;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap_or_else(|_| panic!("no time"))
    }

    fn judge(change: impl FnOnce(&mut EventRecord)) -> Result<CountedEvent, RefusedBecause> {
        let item: ItemCode = "passport".parse().unwrap_or_else(|_| panic!("no code"));
        let now = at("2026-11-26T04:00:00.000Z");
        let judge = Judge {
            items: [&item].into(),
            offset: 480,
            today: now.at_offset(480).0,
            now,
        };
        let mut record = EventRecord {
            id: EventId(uuid::Uuid::nil()),
            at: at("2026-11-26T03:59:31.123Z"),
            event: "item_viewed".to_owned(),
            item: Some(item.clone()),
            detail: None,
        };
        change(&mut record);
        judge.judge(record)
    }

    #[test]
    fn an_event_is_counted_on_the_citys_day_and_to_the_minute() {
        let counted = judge(|_| {}).unwrap_or_else(|why| panic!("{why:?}"));
        assert_eq!(counted.at, at("2026-11-26T03:59:00.000Z"));
        let late = judge(|record| record.at = at("2026-11-25T16:00:00.000Z"));
        assert_eq!(late.map(|event| event.day.to_string()), Ok("2026-11-26".to_owned()));
        let early = judge(|record| record.at = at("2026-11-25T15:59:59.999Z"));
        assert_eq!(early.map(|event| event.day.to_string()), Ok("2026-11-25".to_owned()));
    }

    #[test]
    fn what_is_not_declared_is_not_counted() {
        use RefusedBecause as Why;
        let why = |change: fn(&mut EventRecord)| judge(change).err();
        assert_eq!(
            why(|record| record.event = "person_seen".to_owned()),
            Some(Why::UnknownEvent)
        );
        assert_eq!(why(|record| record.item = None), Some(Why::WrongFields));
        assert_eq!(
            why(|record| record.detail = Some("none".to_owned())),
            Some(Why::WrongFields)
        );
        assert_eq!(
            why(|record| record.event = "search_made".to_owned()),
            Some(Why::WrongFields)
        );
        let search = |record: &mut EventRecord, detail: &str| {
            record.event = "search_made".to_owned();
            record.item = None;
            record.detail = Some(detail.to_owned());
        };
        assert!(judge(|record| search(record, "none")).is_ok());
        assert_eq!(judge(|record| search(record, "my name")).err(), Some(Why::WrongFields));
        let other = |record: &mut EventRecord| record.item = "no-such-item".parse().ok();
        assert_eq!(judge(other).err(), Some(Why::UnknownItem));
    }

    #[test]
    fn what_is_too_old_too_new_or_expired_is_not_counted() {
        let why = |time: &str| judge(|record| record.at = at(time)).err();
        assert_eq!(why("2026-10-26T16:00:00.000Z"), None, "thirty days ago");
        assert_eq!(why("2026-10-26T15:59:00.000Z"), Some(RefusedBecause::TooOld));
        assert_eq!(why("2026-11-26T05:00:00.000Z"), None, "an hour ahead");
        assert_eq!(why("2026-11-26T05:01:00.000Z"), Some(RefusedBecause::TooNew));
        let last = DECLARED
            .iter()
            .find(|declared| declared.name == "item_viewed")
            .map(|declared| declared.expires);
        let after = format!("{}T16:00:00.000Z", last.unwrap_or_default());
        assert_eq!(why(&after), Some(RefusedBecause::Expired), "the day after the last");
    }
}
