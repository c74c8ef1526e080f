// Releases of the pages as a hall of some months has them: on their way, for all, taken back, stopped by itself.
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Office, PHONES } from "../../shells/office.mjs";

/** What terminals tell of releases, by kind of terminal and release. */
const TOLD = {
  "ui-kiosk": { 1: { staged: 64, committed: 63, not_downloaded: 4 }, 2: { staged: 7, committed: 3, rolled_back: 4 }, 3: { staged: 9, committed: 8 } },
  "ui-desktop": {
    1: { staged: 1210, committed: 1204, rolled_back: 2, damaged: 1, not_downloaded: 31 },
    2: { staged: 160, committed: 151, revoked: 148 },
    3: { staged: 96, committed: 96, dropped: 3 },
  },
};

export class Releases {
  /** An office with three releases. */
  static async publish() {
    const releases = new Releases();
    releases.folder = await mkdtemp(join(tmpdir(), "onehall-releases-"));
    const pages = join(releases.folder, "few");
    await mkdir(pages);
    await writeFile(join(pages, "index.html"), '<!doctype html><html lang="zh-CN"><title>OneHall</title>');
    const office = await Office.found(releases.folder, PHONES);
    releases.office = office;
    for (let release = 1; release <= 3; release += 1) await office.stage(undefined, pages);
    await office.share(1, 100);
    await office.share(2, 10);
    await office.do("rollout", "ui-kiosk", "3", "--share", "100", "--channel", "early", "--hall", "central");
    await office.do("rollout", "ui-desktop", "3", "--share", "25", "--channel", "stable", "--channel", "early", "--forced");
    await office.do("revoke", "--yes", "ui-desktop", "2");
    await office.do("sign", "--key", office.key("halt"));
    await office.publish();
    return releases;
  }

  /** What a hall is told that has the office on its machine: it stops what enough terminals have tried and too many left. */
  get environment() {
    return { ...this.office.environment, ONEHALL_UPDATES_HALT_AFTER: "5" };
  }

  /** Lets terminals tell a hall what became of them. */
  async tell(hall, told = TOLD) {
    for (const [app, releases] of Object.entries(told)) {
      const reports = Object.entries(releases).flatMap(([release, outcomes]) =>
        Object.entries(outcomes).flatMap(([outcome, count]) =>
          Array.from({ length: count }, () => ({ id: randomUUID(), release: Number(release), outcome })),
        ),
      );
      for (let at = 0; at < reports.length; at += 50) {
        await hall.api("POST", "/api/v1/updates/reports", { app, reports: reports.slice(at, at + 50) }, { terminal: "kiosk" });
      }
    }
  }

  async close() {
    await rm(this.folder, { recursive: true, force: true });
  }
}
