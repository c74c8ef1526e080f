//! Form.io: a tree of components, some of which only lay others out.

mod boxes;
mod components;
mod conditions;
mod inputs;
mod lost;
mod rows;

use onehall_protocol::Text;

use crate::detect::only_form;
use crate::draft::Draft;
use crate::finding::{ImportFinding, refused};
use crate::json::At;
use crate::names::Names;
use components::{Sheet, Tree};
use inputs::explained;

/// The most levels of components.
pub(crate) const DEEP: usize = 40;

pub(crate) fn import(root: &At<'_>, draft: &mut Draft) -> Result<(), ImportFinding> {
    // Where the format is given, nobody has counted the forms yet.
    only_form(root)?;
    let listed = if root.is_list() {
        root.clone()
    } else {
        root.get("components")
    };
    let components = listed.items();
    if components.is_empty() {
        return Err(refused(&listed.path, "no_questions", "there are no components in it"));
    }
    draft.title = draft.texts.label(&root.any(&["title", "name"]));
    draft.code = root.any(&["path", "name", "machineName"]).word().map(str::to_owned);
    let mut tree = Tree::default();
    let wizard = root.get("display").word() == Some("wizard")
        || components
            .iter()
            .filter(|one| one.is_map())
            .all(|one| one.get("type").word() == Some("panel"));
    let mut loose: Vec<At<'_>> = Vec::new();
    for component in &components {
        let is_page = wizard && component.get("type").word() == Some("panel");
        if !is_page {
            loose.push(component.clone());
            continue;
        }
        page(&std::mem::take(&mut loose), None, &mut tree, draft)?;
        let inner = component.get("components").items();
        page(&inner, Some(component), &mut tree, draft)?;
    }
    page(&loose, None, &mut tree, draft)?;
    conditions::put(&mut tree, draft)?;
    for (name, code, message) in [
        ("settings", "settings", "settings of the source's own renderer"),
        (
            "i18n",
            "translations",
            "texts in other languages stand beside the form: they are not carried",
        ),
    ] {
        let given = root.get(name);
        if !given.fields().is_empty() {
            draft.report.lost(&given.path, code, message);
        }
    }
    Ok(())
}

fn page<'a>(
    components: &[At<'a>],
    panel: Option<&At<'a>>,
    tree: &mut Tree<'a>,
    draft: &mut Draft,
) -> Result<(), ImportFinding> {
    if components.is_empty() {
        return Ok(());
    }
    let title = panel.and_then(|panel| draft.texts.label(&panel.any(&["title", "label"])));
    let title = title
        .or_else(|| draft.title.clone())
        .unwrap_or_else(|| Text::new("申请表", "Form"));
    let path = panel.map_or(String::new(), |panel| panel.path.clone());
    let key = panel.and_then(|panel| panel.get("key").word()).unwrap_or("form");
    let place = draft.pages.len();
    let mut page = draft.page(key, title, &path);
    page.help = panel.and_then(|panel| explained(&[panel.get("description"), panel.get("tooltip")], draft));
    let mut names: Names = std::mem::take(&mut draft.question_names);
    let mut sheet = Sheet {
        groups: Vec::new(),
        steps: vec![place],
        path_of_keys: Vec::new(),
        names: &mut names,
        questions: Vec::new(),
        sections: 0,
    };
    let read = tree.components(components, &mut sheet, &[], draft, 0);
    page.questions = sheet.questions;
    draft.question_names = names;
    read?;
    if let Some(panel) = panel {
        tree.lost_of_layout(panel, draft);
        tree.wait_page(place, panel);
        let next = panel.get("nextPage");
        if next.word().is_some() {
            let message = "where the wizard goes on is JavaScript: its pages come in their order";
            draft.report.lost(&next.path, "javascript", message);
        }
    }
    draft.pages.push(page);
    Ok(())
}
