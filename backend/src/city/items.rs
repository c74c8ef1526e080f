//! Service items: `items/<code>.toml`, the file's name being the code.

use onehall_protocol::assurance::{AssuredAt, RequiredAssurance};
use onehall_protocol::catalog::{
    AuthorityLevel, FormReference, ItemKind, ItemSummary, Material, MaterialSource, Output, Promptness, ServiceItem,
};
use onehall_protocol::identity::AssuranceLevel;
use onehall_protocol::{ItemCode, MaterialCode, WorkflowCode};

use super::data::SitedProof;
use super::directory::Directory;
use super::document::{Entry, Source};
use super::finding::{Findings, Names, Place, Sited, once_each};
use super::{guide, pinyin};

/// What was read of one item's file. The references stand here even where the rest is wrong.
pub(super) struct ItemFile {
    pub(super) code: ItemCode,
    pub(super) item: Option<ServiceItem>,
    pub(super) form: Option<Sited<FormReference>>,
    pub(super) workflow: Option<Sited<WorkflowCode>>,
    pub(super) materials: Vec<Sited<Material>>,
    pub(super) material_codes: Names<MaterialCode>,
    pub(super) proof: SitedProof,
}

/// What may stand only once over all items.
pub(super) struct Once {
    pub(super) codes: Names<ItemCode>,
    catalog_codes: Names<String>,
    frequent: Names<u16>,
}

impl Once {
    pub(super) fn new() -> Once {
        Once {
            codes: Names::of("service item"),
            catalog_codes: Names::of("service item"),
            frequent: Names::of("service item"),
        }
    }
}

pub(super) fn read(
    stem: &str,
    source: &Source,
    directory: &Directory,
    once: &mut Once,
    findings: &Findings,
) -> Option<ItemFile> {
    let place = source.line(1);
    let code: ItemCode = match stem.parse() {
        Ok(code) => code,
        Err(error) => {
            findings.add(
                &place,
                format!("the file's name `{stem}` is the item's code, and {error}"),
            );
            return None;
        }
    };
    once.codes.take(code.clone(), &place, findings);
    let table = source.table(findings)?;
    let entry = Entry::of_file(source, &table, findings);
    let summary = summary(&code, &entry, directory, once);
    let (materials, material_codes) = guide::materials(&entry);
    let form: Option<Sited<FormReference>> = entry.optional("form");
    let workflow: Option<Sited<WorkflowCode>> = entry.optional("workflow");
    let proof = entry.entry("output").as_ref().map(SitedProof::read).unwrap_or_default();
    let item = rest(&entry, summary, &materials, &form, &workflow, directory, once);
    entry.close();
    Some(ItemFile {
        code,
        item,
        form,
        workflow,
        materials,
        material_codes,
        proof,
    })
}

fn summary(code: &ItemCode, entry: &Entry<'_>, directory: &Directory, once: &mut Once) -> Option<ItemSummary> {
    let findings = entry.findings();
    let name: Option<Sited<onehall_protocol::Text>> = entry.required("name");
    let text = entry.required("summary");
    let kind = entry.required("kind");
    let authority = entry.required("authority");
    if let Some(authority) = &authority {
        directory.authority_codes.expect(authority, findings);
    }
    let themes = entry.filled_list("themes");
    directory.theme_codes.expect_all(&themes, findings);
    let audience = entry.filled_list("audience");
    once_each("audience", &audience, findings);
    let channels = entry.filled_list("channels");
    once_each("channel", &channels, findings);
    let promptness: Option<Sited<Promptness>> = entry.required("promptness");
    let promised_days: Option<Sited<u16>> = entry.required("promised_days");
    if let (Some(promptness), Some(days)) = (&promptness, &promised_days) {
        match (promptness.value, days.value) {
            (Promptness::Immediate, 1..) => {
                entry.find(
                    "promised_days",
                    "`promised_days` must be 0 where the item is done at once (promptness 1)",
                );
            }
            (Promptness::Promised, 0) => {
                entry.find(
                    "promised_days",
                    "`promised_days` must be 1 or more where days are promised (promptness 2)",
                );
            }
            _ => {}
        }
    }
    let online: Option<Sited<bool>> = entry.required("online");
    let frequent: Option<Sited<u16>> = entry.optional("frequent");
    if let Some(frequent) = &frequent {
        if frequent.value == 0 {
            entry.find("frequent", "`frequent` counts from 1");
        }
        once.frequent.take(frequent.value, &frequent.place, findings);
    }
    let keywords: Vec<Sited<String>> = entry.list("keywords");
    once_each("keyword", &keywords, findings);
    let name = name?.value;
    Some(ItemSummary {
        code: code.clone(),
        pinyin: pinyin::spell_all(&name.zh_cn, keywords.iter().map(|keyword| keyword.value.as_str())),
        name,
        summary: text?.value,
        kind: kind?.value,
        authority: authority?.value,
        themes: values(themes),
        audience: values(audience),
        channels: values(channels),
        promptness: promptness?.value,
        promised_days: promised_days?.value,
        online: online?.value,
        frequent: frequent.map(|frequent| frequent.value),
        keywords: values(keywords),
    })
}

fn rest(
    entry: &Entry<'_>,
    summary: Option<ItemSummary>,
    materials: &[Sited<Material>],
    form: &Option<Sited<FormReference>>,
    workflow: &Option<Sited<WorkflowCode>>,
    directory: &Directory,
    once: &mut Once,
) -> Option<ServiceItem> {
    let findings = entry.findings();
    let catalog_code: Option<Sited<String>> = entry.required("catalog_code");
    let task_code: Option<Sited<String>> = entry.required("task_code");
    let level: Option<Sited<AuthorityLevel>> = entry.required("level");
    if let Some(code) = &catalog_code {
        once.catalog_codes.take(code.value.clone(), &code.place, findings);
    }
    if let (Some(summary), Some(catalog), Some(task), Some(level)) = (&summary, &catalog_code, &task_code, &level) {
        codes(entry, summary, &catalog.value, &task.value, level.value, directory);
    }
    let legal_days: u16 = entry.optional("legal_days").map_or(0, |days: Sited<u16>| days.value);
    let promised = summary.as_ref().map_or(0, |summary| summary.promised_days);
    if legal_days > 0 && promised > legal_days {
        entry.find(
            "promised_days",
            format!("`promised_days` promises more than the {legal_days} days that the law allows"),
        );
    }
    let onsite_visits = entry.required("onsite_visits");
    let area = entry.required("area");
    let conditions = entry.list("conditions");
    let fees = guide::fees(entry);
    let steps = guide::steps(entry);
    let output = output(entry);
    let halls = entry.list("halls");
    directory.hall_codes.expect_all(&halls, findings);
    let legal_basis = guide::legal_basis(entry);
    let questions = guide::questions(entry);
    let updated = entry.required("updated");
    let assurance = assurance(entry);
    if summary.as_ref().is_some_and(|summary| summary.online) {
        for key in ["conditions", "steps", "halls", "legal_basis"] {
            if !entry.holds_any(key) {
                let reason = format!("an item that is online needs its whole guide: `{key}` is empty");
                entry.find("online", reason);
            }
        }
    }
    if let Some(summary) = &summary {
        applicable(entry, summary.online, entry.has("form"), entry.has("workflow"));
    }
    Some(ServiceItem {
        summary: summary?,
        catalog_code: catalog_code?.value,
        task_code: task_code?.value,
        level: level?.value,
        legal_days,
        onsite_visits: onsite_visits?.value,
        area: area?.value,
        conditions: values(conditions),
        materials: materials.iter().map(|material| material.value.clone()).collect(),
        fees,
        steps,
        output: output?,
        halls: values(halls),
        legal_basis,
        questions,
        form: form.as_ref().map(|form| form.value.clone()),
        workflow: workflow.as_ref().map(|workflow| workflow.value.clone()),
        assurance,
        updated: updated?.value,
    })
}

/// What the item asks of who applies: `assurance = { level = "L2", at = "start" }`.
fn assurance(entry: &Entry<'_>) -> Option<RequiredAssurance> {
    let asked = entry.entry("assurance")?;
    let level: Option<Sited<AssuranceLevel>> = asked.required("level");
    let at: Option<Sited<AssuredAt>> = asked.optional("at");
    let proof: Option<Sited<bool>> = asked.optional("proof");
    asked.close();
    if !entry.has("form") {
        entry.find("assurance", "only an item with a form can ask for an `assurance`");
    }
    let level = level?.value;
    if level == AssuranceLevel::L1 {
        entry.find("assurance", "`level` is L2 or L3: whoever is logged in has L1");
    }
    Some(RequiredAssurance {
        level,
        at: at.map_or(AssuredAt::default(), |at| at.value),
        proof: proof.is_some_and(|proof| proof.value),
    })
}

/// Form, workflow and `online` go together.
fn applicable(entry: &Entry<'_>, online: bool, form: bool, workflow: bool) {
    if online && !form {
        entry.find("online", "an item that is online needs a `form`");
    }
    if form && !workflow {
        entry.find("form", "an item with a form needs a `workflow`");
    }
    if workflow && !form {
        entry.find("workflow", "an item with a workflow needs a `form`");
    }
    if form && !online {
        entry.find("online", "an item with a form must be online");
    }
}

/// The codes of GB/T 39554: the basic code begins with the item's kind, the implementation code is made of the
/// authority's organisation code, its level and the basic code.
fn codes(
    entry: &Entry<'_>,
    summary: &ItemSummary,
    catalog: &str,
    task: &str,
    level: AuthorityLevel,
    directory: &Directory,
) {
    let kind = two_digits(summary.kind);
    let digits = catalog.len() == 12 && catalog.bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        entry.find("catalog_code", "`catalog_code` must be 12 digits");
        // The implementation code can only be told from a right basic code.
        return;
    }
    if !catalog.starts_with(&format!("00{kind}")) {
        let reason = format!("`catalog_code` of an item of kind {kind} begins with 00{kind}");
        entry.find("catalog_code", reason);
    }
    let authority = directory
        .authorities
        .iter()
        .find(|authority| authority.code == summary.authority);
    if let Some(authority) = authority {
        let wanted = format!(
            "{}{}{catalog}",
            authority.organisation_code.as_str(),
            level_digit(level)
        );
        if task != wanted {
            entry.find(
                "task_code",
                format!(
                    "`task_code` must be the authority's organisation code, the level and the basic code: {wanted}"
                ),
            );
        }
    }
}

fn two_digits(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Licence => "01",
        ItemKind::Penalty => "02",
        ItemKind::Enforcement => "03",
        ItemKind::Levy => "04",
        ItemKind::Benefit => "05",
        ItemKind::Inspection => "06",
        ItemKind::Confirmation => "07",
        ItemKind::Award => "08",
        ItemKind::Ruling => "09",
        ItemKind::OtherPower => "10",
        ItemKind::PublicService => "20",
    }
}

fn level_digit(level: AuthorityLevel) -> char {
    match level {
        AuthorityLevel::National => '1',
        AuthorityLevel::Province => '2',
        AuthorityLevel::City => '3',
        AuthorityLevel::County => '4',
        AuthorityLevel::Township => '5',
        AuthorityLevel::Village => '6',
        AuthorityLevel::Other => '7',
    }
}

fn output(entry: &Entry<'_>) -> Option<Output> {
    let Some(output) = entry.entry("output") else {
        entry
            .findings()
            .add(&entry.place, "[output] is missing: what comes out of the service");
        return None;
    };
    let (name, delivery, months) = (
        output.required("name"),
        output.required("delivery"),
        output.optional("valid_months"),
    );
    // Read by `SitedProof::read`.
    for key in ["material", "own_when", "facts"] {
        output.has(key);
    }
    output.close();
    Some(Output {
        name: name?.value,
        delivery: delivery?.value,
        valid_months: months.map(|months: Sited<u16>| months.value),
    })
}

fn values<T>(list: Vec<Sited<T>>) -> Vec<T> {
    list.into_iter().map(|item| item.value).collect()
}

impl ItemFile {
    /// The material that a form names.
    pub(super) fn material(&self, code: &MaterialCode) -> Option<&Material> {
        let found = self.materials.iter().find(|material| material.value.code == *code);
        found.map(|material| &material.value)
    }

    /// The materials that only the form can bring: needed always, and not made by the hall.
    pub(super) fn needed(&self) -> impl Iterator<Item = (&MaterialCode, &Place)> {
        let needed = |material: &&Sited<Material>| {
            material.value.required && !material.value.sources.contains(&MaterialSource::Derived)
        };
        self.materials
            .iter()
            .filter(needed)
            .map(|material| (&material.value.code, &material.place))
    }
}
