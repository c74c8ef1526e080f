//! The schema as it is read: strict, because what slips in here is counted of people.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

/// Everything that may be counted.
#[derive(Debug)]
pub struct Schema {
    pub events: Vec<Event>,
}

/// One event.
#[derive(Debug)]
pub struct Event {
    pub name: String,
    pub title: Title,
    pub means: String,
    pub why: String,
    /// The centre that answers for it.
    pub owner: String,
    pub reviewed: String,
    /// The last day on which it is counted.
    pub expires: String,
    /// Whether it names a service item.
    pub item: bool,
    pub detail: Option<Detail>,
}

/// What an event may say beside its item: a number, as the bucket that it falls into. There is no other kind of field.
#[derive(Debug)]
pub struct Detail {
    pub name: String,
    pub title: Title,
    pub buckets: Vec<Bucket>,
}

/// Numbers from `from` to the next bucket's.
#[derive(Debug)]
pub struct Bucket {
    pub value: String,
    pub from: u32,
    pub title: Title,
}

/// A text in both languages.
#[derive(Debug)]
pub struct Title {
    pub zh_cn: String,
    pub en: String,
}

/// The centres that can answer for an event.
const OWNERS: [&str; 3] = ["catalog", "drafts", "cases"];

impl Schema {
    /// Reads the file.
    ///
    /// # Errors
    /// Anything that is missing, too much, or not what it should be.
    pub fn parse(text: &str) -> Result<Schema> {
        let whole: Value = serde_json::from_str(text)?;
        let mut whole = Fields::of(&whole)?;
        let list = whole.list("events")?;
        whole.close()?;
        let mut events: Vec<Event> = Vec::new();
        for value in list {
            let event = event(value).with_context(|| format!("event {}", events.len() + 1))?;
            if events.iter().any(|other| other.name == event.name) {
                bail!("{} is declared twice", event.name);
            }
            let shared = |detail: &Detail| {
                events
                    .iter()
                    .any(|other| other.detail.as_ref().is_some_and(|one| one.name == detail.name))
            };
            if event.detail.as_ref().is_some_and(shared) {
                bail!("{}: another event has a detail of this name", event.name);
            }
            events.push(event);
        }
        Ok(Schema { events })
    }

    /// The events that were to be counted until before `today`.
    pub fn expired(&self, today: &str) -> Vec<String> {
        let expired = self.events.iter().filter(|event| event.expires.as_str() < today);
        expired
            .map(|event| format!("{} (until {})", event.name, event.expires))
            .collect()
    }
}

fn event(value: &Value) -> Result<Event> {
    let mut fields = Fields::of(value)?;
    let event = Event {
        name: word(fields.text("name")?)?,
        title: title(fields.take("title")?)?,
        means: fields.text("means")?,
        why: fields.text("why")?,
        owner: fields.text("owner")?,
        reviewed: day(fields.text("reviewed")?)?,
        expires: day(fields.text("expires")?)?,
        item: fields.take("item")?.as_bool().context("item is true or false")?,
        detail: fields.optional("detail").map(detail).transpose().context("detail")?,
    };
    fields.close()?;
    if !OWNERS.contains(&event.owner.as_str()) {
        bail!("owner is one of {}", OWNERS.join(", "));
    }
    // Glean's rule: nothing is counted for good, somebody looks at it again.
    if event.expires <= event.reviewed || event.expires > two_years_after(&event.reviewed) {
        bail!("expires lies within two years after reviewed");
    }
    Ok(event)
}

fn two_years_after(day: &str) -> String {
    let (year, rest) = day.split_at(4);
    format!("{}{rest}", year.parse::<u32>().unwrap_or(0) + 2)
}

fn detail(value: &Value) -> Result<Detail> {
    let mut fields = Fields::of(value)?;
    let detail = Detail {
        name: word(fields.text("name")?)?,
        title: title(fields.take("title")?)?,
        buckets: fields.list("buckets")?.iter().map(bucket).collect::<Result<_>>()?,
    };
    fields.close()?;
    if !(2..=8).contains(&detail.buckets.len()) {
        bail!("a detail has two to eight buckets");
    }
    let starts = detail.buckets.iter().map(|bucket| bucket.from);
    if detail.buckets[0].from != 0 || !starts.is_sorted_by(|one, next| one < next) {
        bail!("buckets begin at 0 and rise");
    }
    Ok(detail)
}

fn bucket(value: &Value) -> Result<Bucket> {
    let mut fields = Fields::of(value)?;
    let bucket = Bucket {
        value: word(fields.text("value")?)?,
        from: u32::try_from(fields.take("from")?.as_u64().context("from is a whole number")?)?,
        title: title(fields.take("title")?)?,
    };
    fields.close()?;
    Ok(bucket)
}

fn title(value: &Value) -> Result<Title> {
    let mut fields = Fields::of(value)?;
    let title = Title {
        zh_cn: fields.text("zh-CN")?,
        en: fields.text("en")?,
    };
    fields.close()?;
    Ok(title)
}

/// A name that is one in Rust, in JSON and in SQL: `item_viewed`.
fn word(text: String) -> Result<String> {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if text.len() <= 40 && text.as_bytes()[0].is_ascii_lowercase() && text.bytes().all(letters) {
        Ok(text)
    } else {
        bail!("{text:?} is not a name such as item_viewed")
    }
}

fn day(text: String) -> Result<String> {
    let shape = text.bytes().enumerate().all(|(at, byte)| {
        if at == 4 || at == 7 {
            byte == b'-'
        } else {
            byte.is_ascii_digit()
        }
    });
    if text.len() == 10 && shape {
        Ok(text)
    } else {
        bail!("{text:?} is no day such as 2027-11-30")
    }
}

/// The fields of an object, of which none may be left over.
struct Fields<'a> {
    left: Map<String, Value>,
    whole: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    fn of(value: &'a Value) -> Result<Fields<'a>> {
        let whole = value.as_object().context("an object is expected")?;
        Ok(Fields {
            left: whole.clone(),
            whole,
        })
    }

    fn optional(&mut self, name: &str) -> Option<&'a Value> {
        self.left.remove(name);
        self.whole.get(name)
    }

    fn take(&mut self, name: &str) -> Result<&'a Value> {
        self.optional(name).with_context(|| format!("{name} is missing"))
    }

    fn text(&mut self, name: &str) -> Result<String> {
        let text = self.take(name)?.as_str().unwrap_or_default().trim().to_owned();
        if text.is_empty() || text.contains(['\n', '"', '|', '\\']) {
            bail!("{name} is a line of text");
        }
        Ok(text)
    }

    fn list(&mut self, name: &str) -> Result<&'a [Value]> {
        let list = self.take(name)?.as_array().map_or(&[][..], Vec::as_slice);
        if list.is_empty() {
            bail!("{name} is a list");
        }
        Ok(list)
    }

    fn close(self) -> Result<()> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => bail!("{name} is nothing that can be declared"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Schema;

    const GOOD: &str = r#"{ "events": [{ "name": "search_made", "title": { "zh-CN": "搜索", "en": "Searches" },
        "means": "A search.", "why": "To find more.", "owner": "catalog", "reviewed": "2026-11-26",
        "expires": "2027-11-30", "item": false, "detail": { "name": "hits", "title": { "zh-CN": "结果", "en": "Found" },
        "buckets": [{ "value": "none", "from": 0, "title": { "zh-CN": "无", "en": "none" } },
                    { "value": "some", "from": 1, "title": { "zh-CN": "有", "en": "some" } }] } }] }"#;

    #[test]
    fn an_event_that_could_carry_more_than_a_count_cannot_be_declared() {
        assert!(Schema::parse(GOOD).is_ok());
        for (good, bad) in [
            (r#""item": false"#, r#""item": false, "person": true"#),
            (r#""item": false"#, r#""item": "text""#),
            (r#""buckets": ["#, r#""text": true, "buckets": ["#),
            (r#""from": 1"#, r#""from": 0"#),
            (r#""owner": "catalog""#, r#""owner": "nobody""#),
            (r#""owner": "catalog","#, ""),
            (r#""en": "Searches""#, r#""en": """#),
            ("search_made", "Search made"),
            ("2027-11-30", "2029-11-30"),
            ("2027-11-30", "never"),
        ] {
            assert!(GOOD.contains(good));
            assert!(Schema::parse(&GOOD.replace(good, bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_event_expires_after_its_last_day() -> anyhow::Result<()> {
        let schema = Schema::parse(GOOD)?;
        assert!(schema.expired("2027-11-30").is_empty());
        assert_eq!(schema.expired("2027-12-01"), ["search_made (until 2027-11-30)"]);
        Ok(())
    }
}
