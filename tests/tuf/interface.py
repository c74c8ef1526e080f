"""What a client has to do besides, over the simulated repository of python-tuf's tests: every kind of key, unusual names,
delegated roles that end, several targets at once, and a folder of metadata that is what came."""

import datetime
import os
import subprocess
import tempfile
import unittest
from datetime import timedelta, timezone
from unittest.mock import patch

from securesystemslib.signer import CryptoSigner
from tests.repository_simulator import RepositorySimulator
from tuf.api.metadata import TOP_LEVEL_ROLE_NAMES, DelegatedRole, Targets

from updater import COMMAND, Server

KEYS = {
    "ed25519": CryptoSigner.generate_ed25519,
    "ecdsa-sha2-nistp256": CryptoSigner.generate_ecdsa,
    "rsassa-pss-sha256": lambda: CryptoSigner.generate_rsa(scheme="rsassa-pss-sha256"),
}


class Client(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.metadata = os.path.join(self.folder.name, "metadata")
        self.targets = os.path.join(self.folder.name, "targets")
        self.repository = RepositorySimulator()

    def tearDown(self):
        self.folder.cleanup()

    def run_client(self, *words, days=0):
        time = ["env", "TZ=UTC", "faketime", "-f", f"+{days}d"] if days else []
        line = [*time, COMMAND, "--metadata-dir", self.metadata, *words]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.error = done.stderr
        return done.returncode

    def init(self):
        root = os.path.join(self.folder.name, "root.json")
        with open(root, "wb") as file:
            file.write(self.repository.signed_roots[0])
        return self.run_client("init", root)

    def refresh(self, days=0):
        with Server(self.repository) as address:
            return self.run_client("--metadata-url", f"{address}/metadata", "refresh", days=days)

    def download(self, *names, days=0):
        words = [word for name in names for word in ("--target-name", name)]
        with Server(self.repository) as address:
            return self.run_client(
                "--metadata-url",
                f"{address}/metadata",
                *words,
                "--target-base-url",
                f"{address}/targets",
                "--target-dir",
                self.targets,
                "download",
                days=days,
            )

    def downloaded(self):
        if not os.path.isdir(self.targets):
            return {}
        content = {}
        for name in os.listdir(self.targets):
            with open(os.path.join(self.targets, name), "rb") as file:
                content[name] = file.read()
        return content

    def trusted(self):
        return sorted(name for name in os.listdir(self.metadata) if name.endswith(".json"))

    def delegate(self, name, paths=("*",), expires=None):
        role = DelegatedRole(name, [], 1, False, list(paths))
        targets = Targets(expires=expires or self.repository.safe_expiry)
        self.repository.add_delegation("targets", role, targets)

    def publish(self):
        self.repository.targets.version += 1
        self.repository.update_snapshot()

    def test_every_kind_of_key_counts_and_another_one_of_its_kind_does_not(self):
        for scheme, make in KEYS.items():
            with self.subTest(scheme):
                self.tearDown()
                self.setUp()
                repository = self.repository
                for role in TOP_LEVEL_ROLE_NAMES:
                    old = list(repository.signers[role])
                    signer = make()
                    self.assertEqual(signer.public_key.scheme, scheme)
                    repository.root.add_key(signer.public_key, role)
                    for keyid in old:
                        repository.root.revoke_key(keyid, role)
                    repository.signers[role] = {signer.public_key.keyid: signer}
                repository.signed_roots.clear()
                repository.publish_root()
                self.assertEqual((self.init(), self.refresh()), (0, 0), self.error)
                for role in ("timestamp", "snapshot", "targets"):
                    right = repository.signers[role]
                    self.publish()
                    thief = make()
                    # The thief says that its key is the right one.
                    thief.public_key.keyid = next(iter(right))
                    repository.signers[role] = {thief.public_key.keyid: thief}
                    self.assertEqual(self.refresh(), 1, role)
                    repository.signers[role] = right
                    self.assertEqual(self.refresh(), 0, self.error)

    def test_what_is_trusted_is_kept_byte_for_byte_under_names_without_versions(self):
        self.delegate("ui-kiosk", ["ui-kiosk.*"])
        self.repository.add_target("ui-kiosk", b"content", "ui-kiosk.rollout.json")
        self.publish()
        self.assertEqual((self.init(), self.download("ui-kiosk.rollout.json")), (0, 0), self.error)
        self.assertEqual(
            self.trusted(), ["root.json", "snapshot.json", "targets.json", "timestamp.json", "ui-kiosk.json"]
        )
        for role in ("timestamp", "snapshot", "targets", "ui-kiosk"):
            with open(os.path.join(self.metadata, f"{role}.json"), "rb") as file:
                self.assertEqual(file.read(), self.repository.fetch_metadata(role), role)

    def test_names_that_lead_elsewhere_are_one_part_of_a_request_and_of_a_file(self):
        for name, quoted in (("?", "%3F"), ("#", "%23"), ("/role", "%2Frole"), ("../role", "..%2Frole")):
            with self.subTest(name):
                self.tearDown()
                self.setUp()
                self.delegate(name)
                self.publish()
                self.assertEqual((self.init(), self.download("nothing")), (0, 1))
                self.assertIn((quoted, 1), self.repository.fetch_tracker.metadata)
                self.assertEqual(len(self.trusted()), 5)
                self.assertEqual(sorted(os.listdir(self.folder.name)), ["metadata", "root.json"])

    def test_a_target_whose_name_leads_elsewhere_stays_in_its_folder(self):
        self.repository.add_target("targets", b"content", "../../evil")
        self.publish()
        self.init()
        self.download("../../evil")
        self.assertLessEqual(set(os.listdir(self.folder.name)), {"metadata", "root.json", "targets"})

    def test_several_targets_come_in_their_order_and_one_that_is_here_does_not_come_again(self):
        self.delegate("role", ["b*"])
        for name in ("a", "c"):
            self.repository.add_target("targets", name.encode(), name)
        self.repository.add_target("role", b"b", "b")
        self.publish()
        self.assertEqual((self.init(), self.download("c", "b", "a")), (0, 0), self.error)
        tracker = self.repository.fetch_tracker
        self.assertEqual([name for name, _ in tracker.targets], ["c", "b", "a"])
        self.assertEqual([role for role, _ in tracker.metadata].count("timestamp"), 1, "one updater")
        self.assertEqual(self.downloaded(), {"a": b"a", "b": b"b", "c": b"c"})
        tracker.targets.clear()
        self.assertEqual(self.download("b"), 0)
        self.assertEqual(tracker.targets, [])
        with open(os.path.join(self.targets, "b"), "wb") as file:
            file.write(b"x")
        self.assertEqual((self.download("b"), self.downloaded()["b"]), (0, b"b"))
        self.assertEqual(self.download("a", "nothing"), 1)

    def test_a_role_that_has_ended_names_no_target_and_its_successor_does(self):
        now = datetime.datetime.now(timezone.utc).replace(microsecond=0)
        for role in (self.repository.md_root, self.repository.md_timestamp, self.repository.md_snapshot):
            role.signed.expires = now + timedelta(days=60)
        self.repository.targets.expires = now + timedelta(days=60)
        self.repository.signed_roots.clear()
        self.repository.publish_root()
        self.delegate("role", ["first", "second"], expires=now + timedelta(days=7))
        for name in ("first", "second"):
            self.repository.add_target("role", name.encode(), name)
        self.publish()
        self.assertEqual((self.init(), self.download("first")), (0, 0), self.error)
        self.assertEqual(self.download("second", days=18), 1)
        self.assertEqual(list(self.downloaded()), ["first"])
        self.repository.md_delegates["role"].signed.version += 1
        self.repository.md_delegates["role"].signed.expires = now + timedelta(days=30)
        self.publish()
        self.assertEqual(self.download("second", days=18), 0, self.error)

    def test_a_repository_that_stands_still_is_refused_once_its_time_is_over(self):
        self.assertEqual((self.init(), self.refresh(), self.refresh(days=29)), (0, 0, 0), self.error)
        self.assertEqual(self.refresh(days=31), 1)
        self.assertIn("expired", self.error)

    def test_hashes_of_another_length_count(self):
        with patch("tests.repository_simulator._HASH_ALGORITHM", "sha512"):
            self.repository.compute_metafile_hashes_length = True
            self.publish()
        self.assertEqual((self.init(), self.refresh()), (0, 0), self.error)

    def test_an_address_elsewhere_needs_tls(self):
        self.init()
        self.assertEqual(self.run_client("--metadata-url", "http://192.0.2.1/", "refresh"), 1)
        self.assertIn("https", self.error)

    def test_words_that_are_none_are_said(self):
        for words in ((), ("refresh",), ("init",), ("--channel", "beta", "refresh"), ("download",)):
            self.assertEqual(self.run_client(*words), 1)
            self.assertTrue(self.error.startswith("onehall-tuf-client: "), self.error)
