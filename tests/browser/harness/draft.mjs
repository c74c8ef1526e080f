// Saving to a draft past any terminal.
import { randomUUID } from "node:crypto";

/** The body that saves changes by somebody who has a revision in sight: then they stand, whatever the clock says. */
export function saveBody(revision, changes) {
  const writer = randomUUID();
  const stamped = changes.map((change, count) => ({ ...change, stamp: `1.${count}.${writer}`, seen: revision }));
  return { base_revision: revision, changes: stamped };
}
