"""Runs python-tuf's own tests of its client, and those of `interface.py`, against `onehall-tuf-client`: `python run.py FOLDER`,
where FOLDER has the source distribution of `tuf` unpacked, with its tests. `cargo xtask test --only tuf` prepares all of it.

More of what a repository may do (servers that lie, power that is lost) is in `core/updates/src/tests`.
"""

import sys
import unittest

sys.path[:0] = [sys.argv[1]]

import tuf.ngclient  # noqa: E402
from updater import Updater  # noqa: E402

MODULES = (
    "test_updater_top_level_update",
    "test_updater_delegation_graphs",
    "test_updater_key_rotations",
    "test_updater_consistent_snapshot",
    "test_updater_fetch_target",
    "test_updater_validation",
)

# What no command can be asked, with the reason. Each of them has a test of its own in `core/updates` where it matters to us.
LEFT_OUT = {
    "test_not_loading_targets_twice": "looks at how Python opens files",
    "test_load_metadata_from_cache": "looks at how Python opens files",
    "test_intermediate_root_cache": "looks at how Python opens files",
    "test_max_root_rotations": "sets a limit of Python's updater",
    "test_max_metadata_lengths": "sets a limit of Python's updater",
    "test_intermediate_root_cache_poisoning": "begins with the first root; the command with the last one that it verified",
    "test_succinct_roles_graph_traversal": "is about an extension (TAP 15) that neither our repository nor the verifier has",
    "test_download_targets_with_succinct_roles": "is about the same extension",
    "test_meta_missing_delegated_role": "wants an error for a role that no snapshot names; it is passed over, and names nothing",
    "test_local_target_storage_fail": "is about a file's name that Python's updater is given",
    "test_non_existing_metadata_dir": "is about a folder that Python's updater does not make",
}

# The same of single cases of a test.
CASES_LEFT_OUT = (
    ("test_updater_delegation_graphs", "TestDelegationsGraphs", "graphs", "max number of delegations"),
    (
        "test_updater_consistent_snapshot",
        "TestConsistentSnapshot",
        "targets_download_data",
        "consistent_snaphot enabled without prefixed targets",
    ),
)


def cases(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from cases(item)
        else:
            yield item


def main():
    tuf.ngclient.Updater = Updater
    loader = unittest.defaultTestLoader
    found = [case for module in MODULES for case in cases(loader.loadTestsFromName(f"tests.{module}"))]
    found += cases(loader.loadTestsFromName("interface"))
    if loader.errors:
        sys.exit("\n".join(loader.errors))
    for module, owner, data, case in CASES_LEFT_OUT:
        del getattr(getattr(sys.modules[f"tests.{module}"], owner), data)[case]
    names = {case.id().rsplit(".", 1)[-1] for case in found}
    gone = LEFT_OUT.keys() - names
    if gone:
        sys.exit(f"these tests are no longer there to be left out: {', '.join(sorted(gone))}")
    suite = unittest.TestSuite(case for case in found if case.id().rsplit(".", 1)[-1] not in LEFT_OUT)
    count = suite.countTestCases()
    if count < 40:
        sys.exit(f"only {count} tests were found")
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    failed = len({case.id().split(" ")[0] for case, _ in result.failures + result.errors})
    print(f"tests of a client of The Update Framework: {count - failed} passed, {failed} failed, {len(LEFT_OUT)} left out")
    sys.exit(0 if result.wasSuccessful() else 1)


main()
