"""Servers that are slow, endless, lie, fail or break off, at each file of the chain from the root to a target, before the real
command. Whatever they do, the command ends with 1 in its time and keeps nothing that was not verified; once the server is well
again the same command goes on to the end."""

import gzip
import os
import shutil
import socket
import struct
import time

from client import Client

ROLE = "ui-kiosk"
FIRST, SECOND = f"{ROLE}.1.json", f"{ROLE}.2.json"

# The chain, in the order in which it is asked for.
LINKS = ("root", "the root after it", "timestamp", "snapshot", "targets", ROLE, SECOND)

# For servers that are to be found too slow. Whoever is well is heard with the usual patience.
IMPATIENT = ("--stall-seconds", "1")

# The seconds within which the command has to end: some times the stall, and room for a machine that is busy.
BOUND = 20

# The seconds between two bytes of a server that sends one at a time: it is never silent for long.
APART = 0.02

# What would be 64 MB if somebody unpacked it.
BOMB = gzip.compress(bytes(64 << 20))


def head(handler, *fields, status="200 OK"):
    lines = (f"HTTP/1.1 {status}", *fields, "Connection: close", "", "")
    handler.wfile.write("\r\n".join(lines).encode())


def length(content):
    return f"Content-Length: {len(content)}"


def wait_for_the_end(handler):
    """Sends nothing more, and does not hang up either."""
    handler.connection.recv(1)


def drip(handler, content):
    for byte in content:
        handler.wfile.write(bytes([byte]))
        time.sleep(APART)
    wait_for_the_end(handler)


def is_silent(handler, _):
    wait_for_the_end(handler)


def stops_after_the_head(handler, content):
    head(handler, f"Content-Length: {len(content) + 1}")
    wait_for_the_end(handler)


def stops_in_the_middle(handler, content):
    head(handler, f"Content-Length: {len(content) + 1}")
    handler.wfile.write(content)
    wait_for_the_end(handler)


def sends_a_byte_at_a_time(handler, content):
    head(handler, f"Content-Length: {len(content) + 1000}")
    drip(handler, content + bytes(1000))


def sends_its_head_a_byte_at_a_time(handler, _):
    drip(handler, b"HTTP/1.1 200 OK\r\nServer: " + b"x" * 10_000)


def announces_again_and_again(handler, _):
    while True:
        handler.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
        time.sleep(APART)


def never_ends(handler, _):
    head(handler)
    while True:
        handler.wfile.write(bytes(16 * 1024))


def never_ends_in_chunks(handler, content):
    head(handler, "Transfer-Encoding: chunked")
    handler.wfile.write(b"%x\r\n%s\r\n" % (len(content) + 1, content + b" "))
    while True:
        handler.wfile.write(b"4000\r\n" + b" " * 0x4000 + b"\r\n")


def never_ends_its_head(handler, _):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X-More: " + b"x" * 1000 + b"\r\n")


def announces_more_than_there_is_room_for(handler, _):
    head(handler, "Content-Length: 1000000000000000")
    wait_for_the_end(handler)


def announces_more_than_it_sends(handler, content):
    head(handler, f"Content-Length: {len(content) + 100}")
    handler.wfile.write(content)


def announces_less_than_it_sends(handler, content):
    head(handler, f"Content-Length: {len(content) // 2}")
    handler.wfile.write(content)


def announces_two_lengths(handler, content):
    head(handler, length(content), f"Content-Length: {len(content) // 2}")
    handler.wfile.write(content[: len(content) // 2])


def breaks_off(handler, content):
    head(handler, f"Content-Length: {len(content) + 1}")
    handler.wfile.write(content)
    # The connection is not ended but reset.
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def fails(handler, _):
    head(handler, "Content-Length: 0", status="500 Internal Server Error")


def is_busy(handler, _):
    head(handler, "Content-Length: 0", "Retry-After: 1", status="503 Service Unavailable")


def has_a_page_for_everything(handler, _):
    page = b"<!doctype html><title>Welcome to this network</title>"
    head(handler, "Content-Type: text/html", length(page))
    handler.wfile.write(page)


def has_nothing_in_it(handler, _):
    head(handler, "Content-Length: 0")


def gives_a_part(handler, content):
    part = content[: len(content) // 2]
    head(handler, f"Content-Range: bytes 0-{len(part)}/{len(content)}", length(part), status="206 Partial Content")
    handler.wfile.write(part)


def packs_a_bomb(handler, _):
    head(handler, "Content-Encoding: gzip", length(BOMB))
    handler.wfile.write(BOMB)


def speaks_another_language(handler, _):
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.9\r\n")


# How a server may behave, and whether it is found out by the time that it takes.
HOSTILE = {
    is_silent: True,
    stops_after_the_head: True,
    stops_in_the_middle: True,
    sends_a_byte_at_a_time: True,
    sends_its_head_a_byte_at_a_time: True,
    announces_again_and_again: True,
    never_ends: False,
    never_ends_in_chunks: False,
    never_ends_its_head: False,
    announces_more_than_there_is_room_for: False,
    announces_more_than_it_sends: False,
    announces_less_than_it_sends: False,
    announces_two_lengths: False,
    breaks_off: False,
    fails: False,
    is_busy: False,
    has_a_page_for_everything: False,
    has_nothing_in_it: False,
    gives_a_part: False,
    packs_a_bomb: False,
    speaks_another_language: False,
}


class Hostile(Client):
    """A command that has verified one day of a repository, and the next day, of which each file is new."""

    def setUp(self):
        super().setUp()
        repository = self.repository
        self.delegate(ROLE, [f"{ROLE}.*"])
        repository.add_target(ROLE, b"the first", FIRST)
        self.publish()
        self.assertEqual((self.init(), self.download(FIRST)), (0, 0), self.error)
        self.before = self.files()
        self.saved = os.path.join(self.folder.name, "saved")
        for folder in (self.metadata, self.targets):
            shutil.copytree(folder, os.path.join(self.saved, os.path.basename(folder)))
        self.next_day()

    def next_day(self):
        repository = self.repository
        repository.root.version += 1
        repository.publish_root()
        repository.add_target(ROLE, b"the second", SECOND)
        repository.md_delegates[ROLE].signed.version += 1
        self.publish()
        self.after = {f"{role}.json": repository.fetch_metadata(role) for role in (*LINKS[2:5], ROLE)}
        self.after["root.json"] = repository.signed_roots[-1]
        root = repository.root.version
        self.names = {
            "root": f"{root}.root.json",
            "the root after it": f"{root + 1}.root.json",
            "timestamp": "timestamp.json",
            "snapshot": f"{repository.snapshot.version}.snapshot.json",
            "targets": f"{repository.targets.version}.targets.json",
            ROLE: f"{repository.md_delegates[ROLE].signed.version}.{ROLE}.json",
            SECOND: SECOND,
        }

    def files(self):
        return {"metadata": self.contents(), "targets": self.downloaded()}

    def begin_again(self):
        for folder in (self.metadata, self.targets):
            shutil.rmtree(folder)
            shutil.copytree(os.path.join(self.saved, os.path.basename(folder)), folder)
        self.assertEqual(self.files(), self.before)

    def refuses(self, link, fault, slow=False):
        """The command ends with 1 in its time, and goes on once the server is well."""
        began = time.monotonic()
        faults = {self.names[link]: fault}
        ended = self.download(SECOND, faults=faults, options=IMPATIENT if slow else ())
        took = time.monotonic() - began
        self.assertEqual(ended, 1)
        self.assertTrue(self.error.startswith("onehall-tuf-client: "), self.error)
        self.assertLess(took, BOUND)
        self.keeps_what_was_verified(link)
        self.assertEqual(self.download(SECOND), 0, self.error)
        self.assertEqual(self.downloaded(), {FIRST: b"the first", SECOND: b"the second"})
        kept = self.contents()
        for name, content in self.after.items():
            self.assertEqual(kept[name], content, name)

    def keeps_what_was_verified(self, link):
        """From the broken link on nothing has changed, before it only to what was verified; and no file is left half written."""
        self.assertEqual(self.downloaded(), self.before["targets"])
        kept, before = self.contents(), self.before["metadata"]
        roots = {f"root_history/{number + 1}.root.json": root for number, root in enumerate(self.repository.signed_roots)}
        self.assertLessEqual(kept.keys(), before.keys() | self.after.keys() | roots.keys())
        self.assertLessEqual(before.keys(), kept.keys())
        for role in ("root", "timestamp", "snapshot", "targets", ROLE):
            name = f"{role}.json"
            verified = LINKS.index(role) < LINKS.index(link)
            self.assertIn(kept[name], (before[name], self.after[name]) if verified else (before[name],), name)
        for name in kept.keys() & roots.keys():
            self.assertEqual(kept[name], roots[name])

    def test_at_each_file_of_the_chain_it_ends_in_time_and_keeps_nothing_that_was_not_verified(self):
        for link in LINKS:
            for fault, slow in HOSTILE.items():
                with self.subTest(f"{link} {fault.__name__}"):
                    self.begin_again()
                    self.refuses(link, fault, slow)

    def test_nobody_is_sent_elsewhere(self):
        asked = []

        def elsewhere(handler, content):
            asked.append(handler.path)
            head(handler, length(content))
            handler.wfile.write(content)

        for link in LINKS:
            for status in ("301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"):
                with self.subTest(f"{link} {status}"):
                    self.begin_again()

                    def sends_elsewhere(handler, content, status=status):
                        # What is there would be the right content.
                        host = handler.headers["Host"]
                        head(handler, f"Location: http://{host}/metadata/99.root.json", "Content-Length: 0", status=status)

                    faults = {self.names[link]: sends_elsewhere, "99.root.json": elsewhere}
                    self.assertEqual(self.download(SECOND, faults=faults), 1)
                    self.keeps_what_was_verified(link)
        self.assertEqual(asked, [])
        self.assertEqual(self.download(SECOND), 0, self.error)

    def test_a_file_of_another_day_or_of_another_role_is_refused(self):
        before, after = self.before["metadata"], self.after
        roots = self.repository.signed_roots
        for link, given, content in (
            ("root", "the root that is known", roots[0]),
            ("root", "the timestamp", after["timestamp.json"]),
            ("the root after it", "the one before it again", roots[1]),
            ("timestamp", "the snapshot", after["snapshot.json"]),
            ("snapshot", "that of the day before", before["snapshot.json"]),
            ("snapshot", "the timestamp", after["timestamp.json"]),
            ("targets", "those of the day before", before["targets.json"]),
            ("targets", "those of a role", after[f"{ROLE}.json"]),
            (ROLE, "that of the day before", before[f"{ROLE}.json"]),
            (ROLE, "the targets of all", after["targets.json"]),
            (SECOND, "the target of the day before", b"the first"),
            (SECOND, "another one of its length", b"the secund"),
        ):
            with self.subTest(f"{link}: {given}"):
                self.begin_again()

                def swapped(handler, _, content=content):
                    head(handler, length(content))
                    handler.wfile.write(content)

                self.refuses(link, swapped)

    def test_a_timestamp_of_the_day_before_is_refused_by_who_knows_the_new_one(self):
        self.assertEqual(self.download(SECOND), 0, self.error)
        old, kept = self.before["metadata"]["timestamp.json"], self.files()

        def of_the_day_before(handler, _):
            head(handler, length(old))
            handler.wfile.write(old)

        self.assertEqual(self.download(SECOND, faults={"timestamp.json": of_the_day_before}), 1)
        self.assertIn("older than what was seen before", self.error)
        self.assertEqual(self.files(), kept)

    def test_a_repository_that_is_published_between_two_requests_is_not_taken_half(self):
        for link in ("timestamp", "snapshot", "targets"):
            with self.subTest(link):
                self.begin_again()

                def is_published(handler, content):
                    # What is asked for next is of another day, under the names of this one.
                    self.next_day()
                    head(handler, length(content))
                    handler.wfile.write(content)

                self.assertEqual(self.download(SECOND, faults={self.names[link]: is_published}), 1)
                self.assertEqual(self.downloaded(), {FIRST: b"the first"})
                self.assertEqual(self.download(SECOND), 0, self.error)

    def test_what_a_server_says_of_a_file_counts_for_nothing(self):
        def oddly_labelled(handler, content):
            head(handler, "Content-Type: text/html; charset=utf-16", "ETag: x", "Age: 99999999", length(content))
            handler.wfile.write(content)

        faults = {self.names[link]: oddly_labelled for link in LINKS if link != "the root after it"}
        self.assertEqual(self.download(SECOND, faults=faults), 0, self.error)
        self.assertEqual(self.downloaded()[SECOND], b"the second")
