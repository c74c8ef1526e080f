//! The schema as a page for people.

use std::fmt::Write as _;

use super::schema::Schema;

const HEAD: &str = "\
<!-- Made by `cargo xtask analytics` from core/protocol/analytics.json and xtask/src/analytics/page.rs. -->

# What OneHall counts

The hall counts how it is used, so that guides, search and forms get better where people struggle. This page lists all
that is counted. It is made from `core/protocol/analytics.json`, from which the program's own types are made too: what is
not here cannot be counted.

## The rules

- **Asked first.** Nothing is noted on a terminal before its citizen said yes, and nothing is sent. No is as easy as yes,
  is not asked about again, and can be changed on the account page. Taking a yes back empties what was not sent yet, and
  holds for every open tab. On a kiosk a yes holds for one visit.
- **No persons.** An event names at most a service item and one value of a short list. There is no field for a person, a
  case, a draft, a device or a text. Events of one terminal are not tied together: there is no installation id. A batch is
  sent without the session's token; the cookie that a browser adds to every request is not looked at.
- **Times to the minute.** Also the time inside an event's id.
- **The terminal's kind** (browser, desktop, mobile, kiosk, mini-app) is taken from the request, as with every request.
- **Sent in batches** of at most 50: when 20 wait, 15 seconds after the first, at the next start, and at the end of a
  visit on a kiosk. A terminal keeps at most 500; then the oldest go, and how many is told with the next batch. What is
  not answered is sent again later, and counted once.
- **Kept for 30 days**: single events, by which a repeated one is known. Older ones are refused. What stays are numbers by
  day, kind of terminal, item, event and value.
- **Small numbers are hidden.** Administrators see counts by day, terminal, item or value, those of their own authority
  where they belong to one. A count of 1 to 4 is shown as \"fewer than 5\". Whoever subtracts two ranges from each other
  may still learn a smaller number; it says that something was done on a day, never by whom.
- **The address** of a request is used for its rate limit only, as a keyed hash that is deleted within two hours, in
  another table than the events.
- **Everything ends.** Each event has an owner, a day on which it was last reviewed and a day on which it ends. On the day
  after, the backend refuses it, and `cargo xtask check` fails until somebody decides.

## Events
";

/// The page `docs/analytics.md`.
pub fn write(schema: &Schema) -> String {
    let mut out = HEAD.to_owned();
    for event in &schema.events {
        let _ = write!(
            out,
            "\n### `{}`: {}（{}）\n\n{}\n\n- Why: {}\n- Owner: {} · reviewed {} · counted until {}\n- Service item: {}\n",
            event.name,
            event.title.en,
            event.title.zh_cn,
            event.means,
            event.why,
            event.owner,
            event.reviewed,
            event.expires,
            if event.item { "yes" } else { "no" },
        );
        if let Some(detail) = &event.detail {
            let _ = write!(
                out,
                "\n| `{}` | {} | {} |\n|---|---|---|\n",
                detail.name, detail.title.en, detail.title.zh_cn
            );
            for bucket in &detail.buckets {
                let _ = writeln!(
                    out,
                    "| `{}` | {} | {} |",
                    bucket.value, bucket.title.en, bucket.title.zh_cn
                );
            }
        }
    }
    out
}
