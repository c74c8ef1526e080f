//! The addresses of the citizen's pages. Links are made here and nowhere else.

use onehall_protocol::identity::AssuranceLevel;
use onehall_protocol::{
    AppointmentId, AuthorityCode, CaseId, DraftId, HallCode, IdempotencyKey, ItemCode, LifeEventCode, QueueCode,
    ThemeCode,
};

/// The home page.
pub const HOME: &str = "/";
/// Search results: `?q=` holds the words.
pub const SEARCH: &str = "/search";
/// Every service.
pub const SERVICES: &str = "/services";
/// The themes.
pub const THEMES: &str = "/themes";
/// The life events.
pub const LIFE_EVENTS: &str = "/life-events";
/// The authorities.
pub const AUTHORITIES: &str = "/authorities";
/// The halls.
pub const HALLS: &str = "/halls";
/// One's numbers of today and one's appointments.
pub const VISITS: &str = "/visits";
/// The screens of the halls are below this.
const DISPLAY: &str = "/display/";
/// Login: `?next=` holds the address to go to afterwards.
pub const LOGIN: &str = "/login";
/// Login by a phone that confirms it, in a shell: `?next=` as there.
#[cfg(feature = "shell")]
pub const PHONE_LOGIN: &str = "/login/phone";
/// Login with an identity card, at a kiosk: `?next=` as there.
#[cfg(feature = "shell")]
pub const CARD_LOGIN: &str = "/login/card";
/// The account and the display settings.
pub const ACCOUNT: &str = "/account";
/// The terminals on which one is logged in.
pub const SESSIONS: &str = "/account/sessions";
/// Who acts for whom.
pub const DELEGATIONS: &str = "/account/delegations";
/// Lets somebody act for one.
pub const DELEGATE: &str = "/account/delegations/invite";
/// Asks to act for somebody.
pub const OFFER_TO_ACT: &str = "/account/delegations/ask";
/// An invitation by its code: `?code=` may hold it.
pub const INVITATION: &str = "/account/delegations/code";
/// One's own data, and the end of the account.
pub const OWN_DATA: &str = "/account/data";
/// Whom one has allowed what.
pub const CONSENTS: &str = "/account/consents";
/// A machine is let in by one's phone: `?code=` may hold what its screen shows.
pub const DEVICE: &str = "/device";
/// An application of somebody else asks to log one in: `?request=` names its question.
pub const AUTHORIZE: &str = "/authorize";
/// An application of somebody else wants one logged out: `?request=` names its wish.
pub const LOGOUT: &str = "/logout";
/// Gets an account back to which one can no longer log in.
pub const CLAIM: &str = "/account/claim";
/// Opens an account for a child.
pub const CHILD: &str = "/account/delegations/child";
/// What logs one in.
pub const CONTACTS: &str = "/account/contacts";
/// One's passkeys.
pub const PASSKEYS: &str = "/account/passkeys";
/// The assurance level: `?next=` holds the address to go back to, `?need=` the level that is asked for there.
pub const LEVEL: &str = "/account/level";
/// One's drafts and cases.
pub const MATTERS: &str = "/matters";
/// What is done for people with disabilities.
pub const ACCESSIBILITY: &str = "/accessibility";

/// Whether somebody is at work on this page (logging in, filling, mending), and must not be asked about other things.
#[must_use]
pub fn is_work(path: &str) -> bool {
    #[cfg(feature = "shell")]
    if matches!(path, PHONE_LOGIN | CARD_LOGIN) {
        return true;
    }
    [
        LOGIN,
        LEVEL,
        AUTHORIZE,
        DEVICE,
        LOGOUT,
        DELEGATE,
        OFFER_TO_ACT,
        INVITATION,
    ]
    .contains(&path)
        || is_screen(path)
        || path.starts_with("/apply/")
        || path.starts_with("/drafts/")
        || path.ends_with("/supplement")
}

/// Whether this page is a screen that hangs in a hall: it has nothing around it, and asks nothing.
#[must_use]
pub fn is_screen(path: &str) -> bool {
    path.starts_with(DISPLAY)
}

/// A hall as it is now.
#[must_use]
pub fn hall(code: &HallCode) -> String {
    format!("{HALLS}/{code}")
}

/// The halls that handle a service item.
#[must_use]
pub fn halls_for(item: &ItemCode) -> String {
    format!("{HALLS}?item={item}")
}

/// Checks in at a hall.
#[must_use]
pub fn check_in(hall: &HallCode) -> String {
    format!("{HALLS}/{hall}/check-in")
}

/// Makes an appointment.
#[must_use]
pub fn book(hall: &HallCode, queue: &QueueCode, item: Option<&ItemCode>) -> String {
    let item = item.map(|item| format!("?item={item}")).unwrap_or_default();
    format!("{HALLS}/{hall}/book/{queue}{item}")
}

/// Moves an appointment.
#[must_use]
pub fn rebook(hall: &HallCode, queue: &QueueCode, id: AppointmentId) -> String {
    format!("{HALLS}/{hall}/book/{queue}?move={id}")
}

/// A number.
#[must_use]
pub fn ticket(follow: &str) -> String {
    format!("/tickets/{}", encode(follow))
}

/// Search results for `words`.
#[must_use]
pub fn search(words: &str) -> String {
    format!("{SEARCH}?q={}", encode(words))
}

/// The guide of a service item.
#[must_use]
pub fn item(code: &ItemCode) -> String {
    format!("/services/{code}")
}

/// The services of a theme.
#[must_use]
pub fn theme(code: &ThemeCode) -> String {
    format!("/themes/{code}")
}

/// A life event.
#[must_use]
pub fn life_event(code: &LifeEventCode) -> String {
    format!("/life-events/{code}")
}

/// An authority and its services.
#[must_use]
pub fn authority(code: &AuthorityCode) -> String {
    format!("/authorities/{code}")
}

/// Starts (or goes on with) an application for a service item.
#[must_use]
pub fn apply(code: &ItemCode) -> String {
    format!("/apply/{code}")
}

/// A draft, at the page where its citizen left it.
#[must_use]
pub fn draft(id: DraftId) -> String {
    format!("/drafts/{id}")
}

/// A page of a draft.
#[must_use]
pub fn draft_page(id: DraftId, page: &str) -> String {
    format!("/drafts/{id}/{}", encode(page))
}

/// A case.
#[must_use]
pub fn case(id: CaseId) -> String {
    format!("/matters/{id}")
}

/// The receipt of a case.
#[must_use]
pub fn receipt(id: CaseId) -> String {
    format!("/matters/{id}/receipt")
}

/// Hands in what a case waits for.
#[must_use]
pub fn supplement(id: CaseId) -> String {
    format!("/matters/{id}/supplement")
}

/// Something that waits on this device until the hall can be reached.
#[must_use]
pub fn queued(id: IdempotencyKey) -> String {
    format!("/queue/{id}")
}

/// An invitation to act for somebody.
#[must_use]
pub fn invitation(code: &str) -> String {
    format!("{INVITATION}?code={}", encode(code))
}

/// The question of an application.
#[must_use]
pub fn authorize(request: &str) -> String {
    format!("{AUTHORIZE}?request={}", encode(request))
}

/// Where one raises one's assurance level, and back to `next` afterwards.
#[must_use]
pub fn level(next: &str) -> String {
    format!("{LEVEL}?next={}", encode(next))
}

/// As [`level`], where `next` asks for this one.
#[must_use]
pub fn level_for(next: &str, need: AssuranceLevel) -> String {
    format!("{}&need={need:?}", level(next))
}

/// Login, and back to `next` afterwards.
#[must_use]
pub fn login(next: &str) -> String {
    and_back(LOGIN, next)
}

/// Login by a phone that confirms it, and back to `next` afterwards.
#[cfg(feature = "shell")]
#[must_use]
pub fn phone_login(next: &str) -> String {
    and_back(PHONE_LOGIN, next)
}

/// Login with an identity card, and back to `next` afterwards.
#[cfg(feature = "shell")]
#[must_use]
pub fn card_login(next: &str) -> String {
    and_back(CARD_LOGIN, next)
}

fn and_back(page: &str, next: &str) -> String {
    if next == HOME {
        page.to_owned()
    } else {
        format!("{page}?next={}", encode(next))
    }
}

/// The address to go to after a login. Only an address of this hall: a link must not lead somebody who has just logged in
/// to another site.
#[must_use]
pub fn safe_next(next: Option<&str>) -> &str {
    match next {
        Some(next) if next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r', '\t']) => {
            next
        }
        _ => HOME,
    }
}

/// Writes a value into an address.
#[must_use]
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_never_leads_to_another_site() {
        assert_eq!(safe_next(Some("/matters?tab=1")), "/matters?tab=1");
        for address in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "javascript:x",
            "",
        ] {
            assert_eq!(safe_next(Some(address)), HOME, "{address}");
        }
        assert_eq!(safe_next(None), HOME);
    }

    #[test]
    fn a_link_from_outside_leads_to_the_page_that_is_meant() {
        let id = "0192e4c1-7a55-7c10-8f00-000000000001";
        let leads = |link: &str| onehall_client::Link::address_of(link);
        assert_eq!(Some(leads(&format!("onehall://cases/{id}"))), id.parse().ok().map(case));
        assert_eq!(
            Some(leads(&format!("onehall://drafts/{id}"))),
            id.parse().ok().map(draft)
        );
        let item: Option<ItemCode> = "identity-card-renewal".parse().ok();
        assert_eq!(
            Some(leads("onehall://apply/identity-card-renewal")),
            item.as_ref().map(apply)
        );
    }

    #[test]
    fn words_of_a_search_survive_the_address() {
        assert_eq!(search("身份证 a&b"), "/search?q=%E8%BA%AB%E4%BB%BD%E8%AF%81%20a%26b");
    }

    #[test]
    fn the_home_page_needs_no_next() {
        assert_eq!(login(HOME), LOGIN);
        assert_eq!(login("/matters"), "/login?next=%2Fmatters");
    }
}
