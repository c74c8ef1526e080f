//! The catalog: service items and their guides, authorities, halls, life events.
//!
//! Follows CPSV-AP 3.2 in shape (PublicService, Requirement, Evidence, Output, Channel, Cost, LegalResource, LifeEvent)
//! and carries the codes of GB/T 39046.

use serde::{Deserialize, Serialize};

use crate::assurance::RequiredAssurance;
use crate::{
    AuthorityCode, Date, FormCode, HallCode, ItemCode, LifeEventCode, MaterialCode, Money, OrganisationCode, Text,
    ThemeCode, WorkflowCode,
};

/// The kind of a service item (事项类型), GB/T 39046 A.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ItemKind {
    /// 行政许可
    #[serde(rename = "01")]
    Licence,
    /// 行政处罚
    #[serde(rename = "02")]
    Penalty,
    /// 行政强制
    #[serde(rename = "03")]
    Enforcement,
    /// 行政征收
    #[serde(rename = "04")]
    Levy,
    /// 行政给付
    #[serde(rename = "05")]
    Benefit,
    /// 行政检查
    #[serde(rename = "06")]
    Inspection,
    /// 行政确认
    #[serde(rename = "07")]
    Confirmation,
    /// 行政奖励
    #[serde(rename = "08")]
    Award,
    /// 行政裁决
    #[serde(rename = "09")]
    Ruling,
    /// 其他行政权力
    #[serde(rename = "10")]
    OtherPower,
    /// 公共服务
    #[serde(rename = "20")]
    PublicService,
}

/// The level at which an authority acts (行使层级), GB/T 39046 A.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AuthorityLevel {
    /// 国家级
    #[serde(rename = "1")]
    National,
    /// 省级
    #[serde(rename = "2")]
    Province,
    /// 市级
    #[serde(rename = "3")]
    City,
    /// 县级
    #[serde(rename = "4")]
    County,
    /// 镇（乡、街道）级
    #[serde(rename = "5")]
    Township,
    /// 村（社区）级
    #[serde(rename = "6")]
    Village,
    /// 其他
    #[serde(rename = "7")]
    Other,
}

/// Promptness (办件类型), GB/T 39046 A.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Promptness {
    /// 即办件: done while one waits.
    #[serde(rename = "1")]
    Immediate,
    /// 承诺件: done within the promised days.
    #[serde(rename = "2")]
    Promised,
}

/// Where a service can be used (办理形式), GB/T 39046 A.5, and the kiosk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Channel {
    /// A window of a hall.
    Window,
    /// The desktop.
    Desktop,
    /// The phone.
    Mobile,
    /// By courier.
    Courier,
    /// A self-service kiosk.
    Kiosk,
}

/// Who may apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Audience {
    /// 个人
    Citizen,
    /// 法人
    LegalPerson,
}

/// How far a material can be trusted (材料可信等级), from 国办函〔2016〕108.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TrustGrade {
    /// From the issuing authority.
    A,
    /// Checked at a window.
    B,
    /// Uploaded by the citizen.
    C,
    /// Made by the citizen.
    D,
}

/// Where a material comes from: the same words in an item's file and in a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MaterialSource {
    /// A file of the citizen's.
    Upload,
    /// An e-certificate (电子证照).
    ECertificate,
    /// A file of an earlier case of the same principal.
    Case,
    /// The hall makes it or gets it itself: there is nothing to hand in, so it is never required.
    Derived,
}

/// A competent authority (实施主体).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Authority {
    /// Its code in addresses.
    pub code: AuthorityCode,
    /// Its name.
    pub name: Text,
    /// Its unified social credit code.
    pub organisation_code: OrganisationCode,
    /// What it is there for, one sentence.
    pub duty: Text,
    /// Its telephone.
    pub phone: String,
    /// Its address.
    pub address: Text,
}

/// A service hall (政务服务大厅).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hall {
    /// Its code in addresses.
    pub code: HallCode,
    /// Its name.
    pub name: Text,
    /// Its address.
    pub address: Text,
    /// How to get there.
    pub transport: Text,
    /// Its telephone.
    pub phone: String,
    /// When it is open, for people.
    pub hours: Text,
    /// Number of self-service kiosks.
    pub kiosks: u16,
    /// What helps people with disabilities there.
    pub accessibility: Text,
}

/// A life event (一件事): several service items that one occasion in life needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LifeEvent {
    /// Its code in addresses.
    pub code: LifeEventCode,
    /// Its name: "having a child".
    pub name: Text,
    /// What it covers, one or two sentences.
    pub summary: Text,
    /// An icon of the UI's set.
    pub icon: String,
    /// The service items, in the order in which people need them.
    pub items: Vec<ItemCode>,
}

/// A theme by which people look for services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Theme {
    /// Its code in addresses.
    pub code: ThemeCode,
    /// Its name.
    pub name: Text,
    /// An icon of the UI's set.
    pub icon: String,
}

/// A service item as lists and search know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemSummary {
    /// Its code in addresses.
    pub code: ItemCode,
    /// Its name.
    pub name: Text,
    /// What it is, one sentence.
    pub summary: Text,
    /// Its kind.
    pub kind: ItemKind,
    /// Its authority.
    pub authority: AuthorityCode,
    /// Its themes, the first the main one.
    pub themes: Vec<ThemeCode>,
    /// Who may apply.
    pub audience: Vec<Audience>,
    /// Where it can be used.
    pub channels: Vec<Channel>,
    /// Immediate or promised.
    pub promptness: Promptness,
    /// Promised working days; 0 where it is immediate.
    pub promised_days: u16,
    /// Whether it can be applied for online.
    pub online: bool,
    /// Place in the list of frequent services, 1 first; none where it is not in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequent: Option<u16>,
    /// Other words by which people look for it, in any language.
    pub keywords: Vec<String>,
    /// The Chinese name in pinyin, syllables apart by spaces, without tones: `shen fen zheng`; then the keywords, each
    /// after a bar: `shen fen zheng | huan zheng | er dai zheng`. Made when the catalog is loaded.
    pub pinyin: String,
}

/// All that lists, search and navigation need. The guides themselves are fetched one by one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Catalog {
    /// A hash over the content: equal versions are equal catalogs. Also the ETag.
    pub version: String,
    /// The city.
    pub city: City,
    /// The authorities.
    pub authorities: Vec<Authority>,
    /// The halls.
    pub halls: Vec<Hall>,
    /// The life events.
    pub life_events: Vec<LifeEvent>,
    /// The themes.
    pub themes: Vec<Theme>,
    /// The service items.
    pub items: Vec<ItemSummary>,
}

/// What makes one version of the catalog into another. Answers `GET /api/v1/catalog/delta`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CatalogDelta {
    /// The version that it leads to; where it is the one that the terminal has, nothing changed.
    pub version: String,
    /// The whole catalog, where the hall does not know the version that the terminal has any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Catalog>))]
    pub whole: Option<serde_json::Value>,
    /// What changed otherwise.
    #[serde(default)]
    pub delta: ContentDelta,
}

/// All documents that the catalog leads to. Answers `GET /api/v1/catalog/contents`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contents {
    /// The address of each below `/api/v1`, and its entity tag as it is there.
    pub documents: std::collections::BTreeMap<String, String>,
}

/// The documents of [`Contents`] at once. Answers `GET /api/v1/catalog/contents/pack`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContentsPack {
    /// Guides first, then forms.
    pub documents: Vec<PackedDocument>,
}

/// A document as its address gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PackedDocument {
    /// The address below `/api/v1`.
    pub path: String,
    /// Its entity tag there.
    pub tag: String,
    /// Its content.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub body: serde_json::Value,
}

/// What changed in a document of content.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContentDelta {
    /// Fields of the document that have another value.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::HashMap<String, Object>))]
    pub set: serde_json::Map<String, serde_json::Value>,
    /// Fields that the document has no longer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unset: Vec<String>,
    /// Its lists of things with a code, of which some changed, came or went.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::HashMap<String, ListDelta>))]
    pub lists: std::collections::BTreeMap<String, ListDelta>,
}

/// What changed in a list of things with a code.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListDelta {
    /// The things that changed or came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
    pub put: Vec<serde_json::Value>,
    /// The codes of all that the list holds now, in its order; absent where they are those of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Vec<String>>,
}

/// The city (or county, or province) that this hall serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct City {
    /// Its name.
    pub name: Text,
    /// The name of its service hall as it stands in the page's head.
    pub hall_name: Text,
    /// Prefix of its case numbers, two or three capital letters.
    pub case_prefix: String,
    /// Its offset from UTC in minutes: 480 for Beijing time.
    pub utc_offset_minutes: i32,
    /// The hotline of the hall: 12345.
    pub hotline: String,
}

/// A material that an application needs (申请材料).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Material {
    /// Its code, unique in the item; the form's question of kind `material` names it.
    pub code: MaterialCode,
    /// Its name.
    pub name: Text,
    /// What it must look like, and where one gets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// Whether it is always needed. Where it depends, `when` says on what.
    pub required: bool,
    /// For people: in which case it is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Text>,
    /// The lowest trust grade that is accepted.
    pub trust_grade: TrustGrade,
    /// Where it may come from.
    pub sources: Vec<MaterialSource>,
    /// Number of originals to show.
    #[serde(default)]
    pub originals: u8,
    /// Number of copies to hand in.
    #[serde(default)]
    pub copies: u8,
}

/// A fee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fee {
    /// What is paid for.
    pub name: Text,
    /// How much.
    pub amount: Money,
    /// On what it depends, or who is exempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// The basis in law.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Text>,
}

/// One step of the way, as the guide tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GuideStep {
    /// The step.
    pub name: Text,
    /// What happens in it, and who does it.
    pub what: Text,
    /// How many working days it takes at most, where that is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
}

/// A legal basis (设定依据).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LegalBasis {
    /// The law or regulation.
    pub title: Text,
    /// The article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<Text>,
}

/// A question that people ask, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FrequentQuestion {
    /// The question.
    pub question: Text,
    /// The answer.
    pub answer: Text,
}

/// What comes out of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Output {
    /// The name of the result: "identity card".
    pub name: Text,
    /// How one gets it.
    pub delivery: Text,
    /// For how many months it is valid, where it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_months: Option<u16>,
}

/// A service item with its whole guide (办事指南).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceItem {
    /// What lists know of it.
    #[serde(flatten)]
    pub summary: ItemSummary,
    /// Basic code (基本编码).
    pub catalog_code: String,
    /// Implementation code (实施编码).
    pub task_code: String,
    /// The level at which the authority acts.
    pub level: AuthorityLevel,
    /// Legal working days; 0 where the law sets none.
    pub legal_days: u16,
    /// How often one has to come in person.
    pub onsite_visits: u8,
    /// Where it can be used from elsewhere (通办范围).
    pub area: Text,
    /// The conditions under which an application is taken.
    pub conditions: Vec<Text>,
    /// What must be handed in.
    pub materials: Vec<Material>,
    /// What it costs; nothing where empty.
    pub fees: Vec<Fee>,
    /// The way, step by step.
    pub steps: Vec<GuideStep>,
    /// What comes out.
    pub output: Output,
    /// The halls that offer it.
    pub halls: Vec<HallCode>,
    /// The basis in law.
    pub legal_basis: Vec<LegalBasis>,
    /// What people ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<FrequentQuestion>,
    /// The form to fill, where it can be applied for online.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<FormReference>,
    /// The workflow that its cases follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<WorkflowCode>,
    /// How sure the hall must be of who applies; whoever is logged in may where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assurance: Option<RequiredAssurance>,
    /// The day on which the guide was last checked.
    pub updated: Date,
}

/// One version of one form. A version never changes once it is published.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FormReference {
    /// The form.
    pub code: FormCode,
    /// Its version, from 1.
    pub version: u32,
}

/// Entries of a list of which forms let choose one: found by words, or those below another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListPage {
    /// The version of the list: where it is the same, the entries are.
    pub version: String,
    /// The entries, the best first.
    pub entries: Vec<ListedEntry>,
    /// Whether there are more than were asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

/// An entry of a list, as a search finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListedEntry {
    /// What an answer holds.
    pub code: String,
    /// Its name.
    pub label: Text,
    /// The entry above it; absent at the top, and in a list that is no hierarchy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The whole way to it, as the answer to a region has it for its label; absent where that is `label`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<Text>,
    /// Whether there is nothing below it.
    pub leaf: bool,
}
