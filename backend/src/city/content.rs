//! A city, loaded: everything that the backend serves of it, checked and ready.

use std::collections::BTreeMap;
use std::sync::Arc;

use onehall_forms::{Calendar, Context, Form, Lists};
use onehall_protocol::catalog::{Catalog, FormReference, ServiceItem};
use onehall_protocol::identity::AssuranceLevel;
use onehall_protocol::staff::Role;
use onehall_protocol::{
    AuthorityCode, CitizenId, ClientId, Date, FormCode, HallCode, ItemCode, OrganisationCode, PhoneNumber, WorkflowCode,
};

use super::data::Proof;
use super::lists::CityList;
use super::served::Served;
use crate::cases::workflow::Workflow;
use crate::halls::Floor;
use crate::oidc::Client;

/// What a city's folder holds. Made by [`load`](super::load) only, so every reference in it leads somewhere.
#[derive(Debug)]
pub struct CityContent {
    /// What lists, search and navigation need.
    pub catalog: Arc<Catalog>,
    /// Which days the authorities work.
    pub calendar: Arc<Calendar>,
    /// Who has an account from the first start on: a demonstration's people. Empty in a real city.
    pub people: People,
    /// Staff accounts of a demonstration. Empty in a real city.
    pub staff: Vec<StaffMember>,
    /// Whom the verifier of a demonstration knows. Empty in a real city.
    pub residents: Vec<Resident>,
    pub(super) catalog_document: Served,
    pub(super) items: BTreeMap<ItemCode, ItemContent>,
    pub(super) forms: BTreeMap<FormReference, Arc<FormContent>>,
    pub(super) lists: BTreeMap<String, Arc<CityList>>,
    pub(super) workflows: BTreeMap<WorkflowCode, Arc<Workflow>>,
    pub(super) clients: BTreeMap<ClientId, Arc<Client>>,
    pub(super) floors: BTreeMap<HallCode, Arc<Floor>>,
    pub(super) proofs: BTreeMap<ItemCode, Proof>,
}

impl CityContent {
    /// The catalog as it is served.
    #[must_use]
    pub fn catalog_document(&self) -> &Served {
        &self.catalog_document
    }

    /// A service item with its guide.
    #[must_use]
    pub fn item(&self, code: &ItemCode) -> Option<&Arc<ServiceItem>> {
        self.items.get(code).map(|item| &item.item)
    }

    /// What the certificate at the end of a service item is good for afterwards; nothing where the city says nothing.
    #[must_use]
    pub fn proof(&self, code: &ItemCode) -> Option<&Proof> {
        self.proofs.get(code)
    }

    /// A service item as it is served.
    #[must_use]
    pub fn item_document(&self, code: &ItemCode) -> Option<&Served> {
        self.items.get(code).map(|item| &item.document)
    }

    /// The service items, by code.
    pub fn items(&self) -> impl Iterator<Item = &Arc<ServiceItem>> {
        self.items.values().map(|item| &item.item)
    }

    /// One version of a form. Old versions stay for the cases that were filled with them.
    #[must_use]
    pub fn form(&self, code: &FormCode, version: u32) -> Option<&Arc<FormContent>> {
        self.forms.get(&FormReference {
            code: code.clone(),
            version,
        })
    }

    /// Every version of every form.
    pub fn forms(&self) -> impl Iterator<Item = (&FormReference, &Arc<FormContent>)> {
        self.forms.iter()
    }

    /// A list of which forms let choose an entry.
    #[must_use]
    pub fn list(&self, code: &str) -> Option<&Arc<CityList>> {
        self.lists.get(code)
    }

    /// What a form of the city is evaluated with on a day: the working days and the lists that it needs, whole. The one
    /// place that says so: a submission, a supplement and a clerk's view evaluate alike.
    #[must_use]
    pub fn context(&self, form: &Form, as_of: Date) -> Context {
        let lists = form.lists().into_iter().filter_map(|code| self.lists.get(code));
        Context {
            as_of,
            calendar: form.uses_calendar().then(|| Arc::clone(&self.calendar)),
            lists: Lists::new(lists.map(|list| list.list.clone())),
        }
    }

    /// A client of the hall's login.
    #[must_use]
    pub fn client(&self, id: &ClientId) -> Option<&Arc<Client>> {
        self.clients.get(id)
    }

    /// How a hall is run; none where it gives no numbers and makes no appointments.
    #[must_use]
    pub fn floor(&self, code: &HallCode) -> Option<&Arc<Floor>> {
        self.floors.get(code)
    }

    /// A workflow.
    #[must_use]
    pub fn workflow(&self, code: &WorkflowCode) -> Option<&Arc<Workflow>> {
        self.workflows.get(code)
    }

    /// Every workflow.
    pub fn workflows(&self) -> impl Iterator<Item = (&WorkflowCode, &Arc<Workflow>)> {
        self.workflows.iter()
    }
}

#[derive(Debug)]
pub(super) struct ItemContent {
    pub(super) item: Arc<ServiceItem>,
    pub(super) document: Served,
}

/// One version of a form: as it is served, and as it is evaluated.
#[derive(Debug)]
pub struct FormContent {
    /// The definition: what a terminal gets.
    pub document: Served,
    /// What a terminal needs besides to evaluate it: `Inputs` of the form engine.
    pub inputs: Served,
    /// The engine's form, which checks submissions.
    pub form: Arc<Form>,
}

/// The people of a demonstration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// Citizens.
    pub citizens: Vec<Citizen>,
    /// Companies and other legal persons.
    pub legal_persons: Vec<LegalPerson>,
}

/// A citizen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citizen {
    /// Names the citizen in the file; never shown.
    pub key: String,
    /// The name.
    pub name: String,
    /// The identity number.
    pub citizen_id: CitizenId,
    /// The phone number to log in with; no two citizens have one.
    pub phone: PhoneNumber,
    /// The postal address.
    pub address: PostalAddress,
    /// How sure the hall is of who it is.
    pub assurance: AssuranceLevel,
}

/// Somebody whom the register of a demonstration knows, as its verifier answers about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resident {
    /// The name.
    pub name: String,
    /// The identity number.
    pub citizen_id: CitizenId,
    /// What comes of a look into the register.
    pub document: SimulatedAnswer,
    /// What comes of a comparison of faces.
    pub face: SimulatedAnswer,
    /// Whose child it is, as the register of births and households says.
    pub guardians: Vec<CitizenId>,
}

/// How the simulated verifier answers about somebody who is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SimulatedAnswer {
    /// As they are.
    #[default]
    Match,
    /// It is not them: an old picture, a name that was changed.
    Mismatch,
    /// The authority that keeps their records cannot be reached.
    Unavailable,
}

/// A legal person, which acts through its agents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalPerson {
    /// Names it in the file; never shown.
    pub key: String,
    /// The name.
    pub name: String,
    /// The unified social credit code.
    pub organisation_code: OrganisationCode,
    /// The postal address.
    pub address: PostalAddress,
    /// Keys of the citizens who act for it; at least one.
    pub agents: Vec<String>,
}

/// A postal address, in the two parts of a form's address question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalAddress {
    /// City and district.
    pub region: String,
    /// Street, house and door.
    pub detail: String,
}

/// A member of staff of a demonstration, with the credentials that the development page shows.
#[derive(Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// The account name.
    pub account: String,
    /// The name.
    pub name: String,
    /// What they may do; at least one.
    pub roles: Vec<Role>,
    /// Their authority; none for an administrator of the whole hall.
    pub authority: Option<AuthorityCode>,
    /// The hall in which they sit.
    pub hall: Option<HallCode>,
    /// The password, in the clear.
    pub password: String,
    /// The secret of the second factor, in base32.
    pub totp_secret: String,
}

impl std::fmt::Debug for StaffMember {
    /// Without the credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StaffMember")
            .field("account", &self.account)
            .field("roles", &self.roles)
            .field("authority", &self.authority)
            .finish_non_exhaustive()
    }
}
