//! Sessions and delegations as they are kept.

use onehall_protocol::account::{
    DelegationEnd, DelegationRole, DelegationScope, DelegationState, DelegationView, SessionView, Side,
};
use onehall_protocol::contacts::{ClaimView, Contact};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{
    CitizenId, ClaimId, Date, DelegationId, FileId, HallCode, ItemCode, Language, PersonId, SessionId, StaffId,
    Timestamp,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::city::CityContent;
use crate::config::CodeLimits;
use crate::halls::AtKiosk;
use crate::identity::Person;
use crate::secrets::TokenHash;

/// The name of a session that its citizen may see. It follows from the hash of the token and leads back to neither.
#[must_use]
pub fn session_id(session: TokenHash) -> SessionId {
    let hash: [u8; 32] = Sha256::new()
        .chain_update(b"onehall session id")
        .chain_update(session.0)
        .finalize()
        .into();
    let (first, _) = hash.split_at(16);
    SessionId(Uuid::from_slice(first).unwrap_or_default())
}

/// A session as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// The hash of its token.
    pub session: TokenHash,
    /// The kind of terminal on which it began.
    pub terminal: TerminalKind,
    /// What that calls itself.
    pub name: Option<String>,
    /// The kiosk that it is, as its key has proven.
    pub kiosk: Option<AtKiosk>,
    /// The site in whose pages it is.
    pub site: Option<String>,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// When it ends if it is not used again.
    pub idle_ends_at: Timestamp,
}

impl StoredSession {
    /// As its citizen sees it from the session `here`.
    #[must_use]
    pub fn view(self, here: TokenHash, city: &CityContent, language: Language) -> SessionView {
        let kiosk = self.kiosk.map(|kiosk| kiosk.place(city, language));
        SessionView {
            id: session_id(self.session),
            terminal: self.terminal,
            name: self.site.or(kiosk).or(self.name),
            began_at: self.began_at,
            seen_at: self.seen_at,
            ends_at: self.idle_ends_at,
            here: self.session == here,
        }
    }
}

/// Which sessions end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhichSessions {
    /// This one.
    One(SessionId),
    /// All but this one.
    AllBut(TokenHash),
}

/// Ends sessions of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndSessions {
    /// Whose.
    pub person: PersonId,
    /// Which.
    pub which: WhichSessions,
    /// The kind of terminal from which.
    pub by: TerminalKind,
    /// When.
    pub now: Timestamp,
}

/// Closes an account, once the code that was sent for it is right.
#[derive(Debug, Clone)]
pub struct CloseAccount {
    /// Whose.
    pub person: PersonId,
    /// Keyed hash of the phone number, for this purpose.
    pub phone: [u8; 32],
    /// Keyed hash of the client's address.
    pub client: [u8; 32],
    /// Keyed hash of phone number and code, for this purpose.
    pub code: [u8; 32],
    /// How many wrong codes are allowed.
    pub limits: CodeLimits,
    /// From what kind of terminal.
    pub terminal: TerminalKind,
    /// Now.
    pub now: Timestamp,
}

/// What went with an account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Closed {
    /// The blobs that nothing names any more.
    pub blobs: Vec<FileId>,
    /// Those for whom they acted, and who acted for them.
    pub others: Vec<PersonId>,
}

/// For whom an open delegation waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waits {
    /// Who has this phone number: its keyed hash, and what is shown of it.
    Phone([u8; 32], String),
    /// Who shows this code: its keyed hash.
    Code([u8; 32]),
}

/// One of the two asks for a delegation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskFor {
    /// Its id.
    pub id: DelegationId,
    /// Which of the two asks.
    pub asked_by: Side,
    /// The one of the two who is known: whose matters they are, or who would act.
    pub known: PersonId,
    /// Who presses the button: of a company, one who acts for it.
    pub by: PersonId,
    /// For whom it waits.
    pub waits: Waits,
    /// As what, for what, how far, until when.
    pub scope: DelegationScope,
    /// The moment at which the last day is over.
    pub until: Timestamp,
    /// Until when it can be answered.
    pub answer_until: Timestamp,
    /// Keyed hash of who asks, for the limit, and how many in a day.
    pub counted: ([u8; 32], u32),
    /// From what kind of terminal.
    pub terminal: TerminalKind,
    /// Now.
    pub now: Timestamp,
}

/// Looks an invitation up by its code. A wrong one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookForCode {
    /// Keyed hash of the code.
    pub code: [u8; 32],
    /// Keyed hash of who looks, and how many wrong ones in an hour.
    pub counted: ([u8; 32], u32),
    /// Now.
    pub now: Timestamp,
}

/// Answers an open delegation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerTo {
    /// Which.
    pub id: DelegationId,
    /// Who answers.
    pub person: PersonId,
    /// Keyed hashes of their phone numbers.
    pub phones: Vec<[u8; 32]>,
    /// Keyed hash of the code that they showed.
    pub code: Option<[u8; 32]>,
    /// Whether they agree.
    pub agree: bool,
    /// From what kind of terminal.
    pub terminal: TerminalKind,
    /// Now.
    pub now: Timestamp,
}

/// One of the two ends a delegation, or takes an open question back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndDelegation {
    /// Which.
    pub id: DelegationId,
    /// Who ends it.
    pub person: PersonId,
    /// The companies for which they may.
    pub companies: Vec<PersonId>,
    /// From what kind of terminal.
    pub terminal: TerminalKind,
    /// Now.
    pub now: Timestamp,
}

/// A delegation as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDelegation {
    /// Its id.
    pub id: DelegationId,
    /// Whose matters; none while that is not known.
    pub principal: Option<PersonId>,
    /// The same, where the account is still there.
    pub principal_person: Option<Person>,
    /// Who acts; none while that is not known.
    pub actor: Option<PersonId>,
    /// The same, where the account is still there.
    pub actor_person: Option<Person>,
    /// Which of the two asked.
    pub asked_by: Side,
    /// What is shown of the phone number that was asked.
    pub phone: Option<String>,
    /// As what.
    pub role: DelegationRole,
    /// For which service items; none for all.
    pub items: Option<Vec<ItemCode>>,
    /// Whether the actor may hand in.
    pub submits: bool,
    /// The last day.
    pub last_day: Date,
    /// The moment at which that is over.
    pub until: Timestamp,
    /// Where it stands, but for what time alone changes.
    pub state: DelegationState,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// Until when it can be answered.
    pub answer_until: Timestamp,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// Its end before its last day.
    pub ended: Option<DelegationEnd>,
    /// Whether it is by the register of births and households.
    pub by_register: bool,
}

impl StoredDelegation {
    /// Where it stands now.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> DelegationState {
        match self.state {
            DelegationState::Open if self.answer_until <= now || self.until <= now => DelegationState::Withdrawn,
            DelegationState::Active if self.until <= now => DelegationState::Expired,
            state => state,
        }
    }

    /// Which of the two somebody is who may see it: by who they are, or because it waits for them.
    #[must_use]
    pub fn side_of(&self, person: PersonId, companies: &[PersonId]) -> Side {
        let own = |principal: PersonId| principal == person || companies.contains(&principal);
        match (self.principal, self.actor) {
            (Some(principal), _) if own(principal) => Side::Principal,
            (_, Some(actor)) if actor == person => Side::Actor,
            _ => match self.asked_by {
                Side::Principal => Side::Actor,
                Side::Actor => Side::Principal,
            },
        }
    }

    /// As one of the two sees it.
    #[must_use]
    pub fn view(&self, person: PersonId, companies: &[PersonId], now: Timestamp) -> DelegationView {
        let (side, state) = (self.side_of(person, companies), self.state_at(now));
        let open = state == DelegationState::Open;
        DelegationView {
            id: self.id,
            side,
            principal: self.principal_person.as_ref().map(Person::view),
            actor: self.actor_person.as_ref().map(Person::view),
            phone: self.phone.clone(),
            scope: DelegationScope {
                role: self.role,
                items: self.items.clone(),
                submits: self.submits,
                until: self.last_day,
            },
            state,
            asked_by: self.asked_by,
            asked_at: self.asked_at,
            answer_until: open.then_some(self.answer_until),
            answered_at: self.answered_at,
            ended: self.ended,
            to_answer: open && side != self.asked_by,
            by_register: self.by_register,
        }
    }
}

/// Two accounts turn out to be one person's: one becomes part of the other.
#[derive(Debug, Clone, Copy)]
pub struct Merge {
    /// The one that stays.
    pub into: PersonId,
    /// The one that becomes part of it.
    pub from: PersonId,
    /// From what kind of terminal.
    pub terminal: TerminalKind,
    /// Now.
    pub now: Timestamp,
}

/// What becomes of an account that would become part of another.
#[derive(Debug, Clone)]
pub struct MergeLook {
    /// The account.
    pub from: Person,
    /// What logs it in.
    pub contacts: Vec<Contact>,
    /// Whether the other is known by its identity document from then on.
    pub takes_identity: bool,
    /// How many drafts move.
    pub drafts: u32,
    /// How many cases move.
    pub cases: u32,
    /// How many passkeys move.
    pub passkeys: u32,
    /// How many delegations that are under way move.
    pub delegations: u32,
    /// How many sessions end.
    pub sessions: u32,
    /// How many applications of others have to ask anew.
    pub consents: u32,
    /// The service items of which both have a draft: as long as there are any, they stay two.
    pub in_both: Vec<ItemCode>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Merged {
    /// What logged the account in that is no more.
    pub contacts: Vec<Contact>,
    /// Who had something under way with it.
    pub others: Vec<PersonId>,
}

/// A guardian opens an account for a child, or comes to act for one that has an account by another guardian.
#[derive(Clone)]
pub struct OpenChild {
    /// The account, should it be new.
    pub person: PersonId,
    /// The child's name.
    pub name: String,
    /// The child's number.
    pub number: CitizenId,
    /// Who acts.
    pub guardian: PersonId,
    /// The delegation.
    pub delegation: DelegationId,
    /// The last day before the child is of age.
    pub last_day: Date,
    /// The moment at which that is over.
    pub until: Timestamp,
    /// From what kind of terminal.
    pub terminal: TerminalKind,
    /// Now.
    pub now: Timestamp,
}

/// Somebody asks for the account of an identity number.
#[derive(Clone)]
pub struct NewClaim {
    /// By which it is named.
    pub id: ClaimId,
    /// Who asks.
    pub by: PersonId,
    /// The number that document and face have shown to be theirs.
    pub number: CitizenId,
    /// From when on it can be taken up.
    pub ripe_at: Timestamp,
    /// From what kind of terminal.
    pub terminal: TerminalKind,
    /// The clerk who has seen their document at a window, the hall, and the code that they showed; it is used up.
    pub by_clerk: Option<(StaffId, Option<HallCode>, [u8; 32])>,
    /// Now.
    pub now: Timestamp,
}

/// As it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredClaim {
    /// By which it is named.
    pub id: ClaimId,
    /// The account that is asked for.
    pub person: PersonId,
    /// Who asks.
    pub by: PersonId,
    /// Since when.
    pub asked_at: Timestamp,
    /// From when on it can be taken up.
    pub ripe_at: Timestamp,
    /// Whether a clerk began it, who had the document of who asks in their hand.
    pub at_window: bool,
}

impl StoredClaim {
    /// As one of the two sees it.
    #[must_use]
    pub fn view(&self, person: PersonId) -> ClaimView {
        ClaimView {
            id: self.id,
            mine: self.by == person,
            asked_at: self.asked_at,
            ripe_at: self.ripe_at,
            at_window: self.at_window,
        }
    }
}

/// What came of asking.
#[derive(Debug, Clone)]
pub struct Claim {
    /// It, or the one that was open before.
    pub claim: StoredClaim,
    /// Who is to be told: what logs the account in. Nobody where it was open before.
    pub contacts: Vec<Contact>,
    /// Of an account that nothing logs in: what logs those in who acted for it when it was a child's.
    pub guardians: Vec<Contact>,
}

/// Either of the two stops it.
#[derive(Debug, Clone, Copy)]
pub struct StopClaim {
    /// Which.
    pub id: ClaimId,
    /// Who stops it.
    pub person: PersonId,
    /// From what kind of terminal.
    pub terminal: TerminalKind,
    /// Now.
    pub now: Timestamp,
}
