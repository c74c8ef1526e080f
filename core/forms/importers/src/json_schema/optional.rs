//! Objects that may be left out: what they demand is demanded once something in them is answered.

use serde_json::Value;

use super::{Builder, Context, Patch, Scope, Slot};
use crate::known::{Answer, Known};
use crate::rules::{self, all, any};

/// The most questions of an object of which each can ask whether another is answered.
const MOST: usize = 40;

impl Builder<'_, '_> {
    /// Frees what an object demands that may be left out, from when its patches begin on.
    pub(super) fn left_out(&mut self, inner: &mut Scope, patches: usize, context: &Context, path: &str) {
        let mut asked = Vec::new();
        gather(inner, &mut |known, steps| asked.push((steps.to_vec(), known.clone())));
        let mut demanded = Vec::new();
        demands(inner, &mut |known, steps| {
            demanded.push(steps.to_vec());
            known.required = false;
        });
        let own = self.patches.get(patches..).unwrap_or_default();
        let needs = |patch: &Patch| matches!(patch, Patch::Needed(_) | Patch::NeededOnly(..));
        if demanded.is_empty() && !own.iter().any(|(_, patch)| needs(patch)) {
            return;
        }
        if asked.len() > MOST {
            inner.of_everybody = true;
            let message = "the source lets the whole object be left out; here what it demands is demanded of everybody";
            self.draft.report.differs(path, "optional_object", message);
            return;
        }
        inner.demanded = demanded
            .iter()
            .map(|steps| (steps.clone(), Value::Bool(true)))
            .collect();
        for (steps, patch) in own {
            if let Patch::Needed(rule) | Patch::NeededOnly(rule, _) = patch {
                inner.demanded.push((steps.clone(), rule.clone()));
            }
        }
        // Once another question is answered: the object is there by the answer to this one alone.
        let others = |own: &[usize]| -> Value {
            let others = asked.iter().filter(|(steps, _)| steps != own);
            any(others.filter_map(|(_, known)| {
                known
                    .reference(&context.groups)
                    .ok()
                    .map(|other| rules::answered(&other))
            }))
        };
        for (steps, patch) in self.patches.iter_mut().skip(patches) {
            if let Patch::Needed(rule) | Patch::NeededOnly(rule, _) = patch {
                *rule = all([std::mem::take(rule), others(steps)]);
            }
        }
        let in_rows = !context.groups.is_empty();
        for steps in demanded {
            let rule = others(&steps);
            self.patches.push((steps, Patch::NeededOnly(rule, in_rows)));
        }
        let message = "the object may be left out: what it demands is demanded once something in it is answered";
        self.draft.report.differs(path, "optional_object", message);
    }
}

/// Every question in an object that a citizen answers.
fn gather(scope: &Scope, work: &mut dyn FnMut(&Known, &[usize])) {
    fn of(slot: &Slot, work: &mut dyn FnMut(&Known, &[usize])) {
        match slot {
            Slot::One {
                known, steps, fixed, ..
            } if !fixed && known.answer != Answer::Nothing => work(known, steps),
            Slot::Object(inner) => gather(inner, work),
            Slot::Several(slots) => slots.iter().for_each(|slot| of(slot, work)),
            Slot::One { .. } | Slot::Asked | Slot::Lost => {}
        }
    }
    scope.slots.values().for_each(|slot| of(slot, work));
}

/// What an object demands wherever it is there, also by objects in it that have to be there.
fn demands(scope: &mut Scope, work: &mut dyn FnMut(&mut Known, &[usize])) {
    fn of(slot: &mut Slot, work: &mut dyn FnMut(&mut Known, &[usize])) {
        match slot {
            Slot::One {
                known, steps, fixed, ..
            } if !*fixed && known.required => work(known, steps),
            Slot::Object(inner) if inner.needed => demands(inner, work),
            Slot::Several(slots) => slots.iter_mut().for_each(|slot| of(slot, work)),
            Slot::One { .. } | Slot::Object(_) | Slot::Asked | Slot::Lost => {}
        }
    }
    scope.slots.values_mut().for_each(|slot| of(slot, work));
}
