//! Workflows: `workflows/<code>.toml`, checked by the case engine.

use std::collections::BTreeMap;
use std::sync::Arc;

use onehall_protocol::WorkflowCode;

use super::document::Source;
use super::finding::{Findings, Names};
use crate::cases::workflow::Workflow;

/// Every workflow that could be read, and the codes of all that have a file.
pub(super) fn read(
    sources: &[(String, Source)],
    findings: &Findings,
) -> (BTreeMap<WorkflowCode, Arc<Workflow>>, Names<WorkflowCode>) {
    let mut workflows = BTreeMap::new();
    let mut codes = Names::of("workflow");
    for (stem, source) in sources {
        let code: WorkflowCode = match stem.parse() {
            Ok(code) => code,
            Err(error) => {
                findings.add(
                    &source.line(1),
                    format!("the file's name `{stem}` is the workflow's code, and {error}"),
                );
                continue;
            }
        };
        codes.take(code.clone(), &source.line(1), findings);
        match Workflow::parse(&source.text) {
            Ok(workflow) => {
                workflows.insert(code, Arc::new(workflow));
            }
            Err(faults) => {
                for (line, reason) in faults {
                    findings.add(&source.line(line), reason);
                }
            }
        }
    }
    (workflows, codes)
}
