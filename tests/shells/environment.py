#!/usr/bin/python3
"""A person's desktop on a session bus, as a test plays it: shows notifications, with `--tray` the icons of programs, and with
`--keys` keeps secrets.

What happens is told as lines of JSON. A line of JSON on the standard input does something: {"press": NUMBER} presses a
notification, {"menu": NUMBER} opens the menu of an icon, {"choose": NUMBER} chooses in it, {"lock": 1} locks what is kept,
{"answer": 1} answers a question to unlock it, and {"answer": 0} dismisses that.
"""

import json
import sys

import dbus
import dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

NOTIFICATIONS = "org.freedesktop.Notifications"
WATCHER = "org.kde.StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"
SECRETS = "org.freedesktop.secrets"
SECRET = "org.freedesktop.Secret."
# Where its objects are.
VAULT = "/org/freedesktop/secrets"
COLLECTION = f"{VAULT}/collection/login"
SESSION = f"{VAULT}/session/one"
PROMPT = f"{VAULT}/prompt/one"


def tell(**what):
    print(json.dumps(what, ensure_ascii=False), flush=True)


class Notifications(dbus.service.Object):
    def __init__(self, bus):
        super().__init__(bus, "/org/freedesktop/Notifications")
        self.next = 0

    @dbus.service.method(NOTIFICATIONS, in_signature="susssasa{sv}i", out_signature="u")
    def Notify(self, program, replaces, icon, title, text, actions, hints, expires):
        if not replaces:
            self.next += 1
        number = int(replaces) or self.next
        tell(notified=number, replaces=int(replaces), title=str(title), text=str(text), actions=[str(one) for one in actions])
        return number

    @dbus.service.method(NOTIFICATIONS, in_signature="u")
    def CloseNotification(self, number):
        tell(withdrawn=int(number))
        self.NotificationClosed(number, 3)

    @dbus.service.method(NOTIFICATIONS, out_signature="as")
    def GetCapabilities(self):
        return ["actions", "body", "body-markup"]

    @dbus.service.method(NOTIFICATIONS, out_signature="ssss")
    def GetServerInformation(self):
        return "test", "onehall", "1", "1.2"

    @dbus.service.signal(NOTIFICATIONS, signature="us")
    def ActionInvoked(self, number, action):
        pass

    @dbus.service.signal(NOTIFICATIONS, signature="uu")
    def NotificationClosed(self, number, why):
        pass

    def press(self, number):
        self.ActionInvoked(number, "default")
        self.NotificationClosed(number, 2)


class Tray(dbus.service.Object):
    def __init__(self, bus):
        super().__init__(bus, "/StatusNotifierWatcher")
        self.bus = bus
        self.item = None

    @dbus.service.method(WATCHER, in_signature="s", sender_keyword="sender")
    def RegisterStatusNotifierItem(self, place, sender):
        self.item = (sender, place) if place.startswith("/") else (place, "/StatusNotifierItem")
        self.bus.add_signal_receiver(self.changed, "NewIcon", ITEM, sender, self.item[1])
        self.changed()

    @dbus.service.method(WATCHER, in_signature="s")
    def RegisterStatusNotifierHost(self, host):
        pass

    @dbus.service.method(dbus.PROPERTIES_IFACE, in_signature="ss", out_signature="v")
    def Get(self, interface, name):
        return self.GetAll(interface)[name]

    @dbus.service.method(dbus.PROPERTIES_IFACE, in_signature="s", out_signature="a{sv}")
    def GetAll(self, interface):
        return {"IsStatusNotifierHostRegistered": True, "ProtocolVersion": 0, "RegisteredStatusNotifierItems": dbus.Array([], "s")}

    @dbus.service.signal(WATCHER, signature="s")
    def StatusNotifierItemRegistered(self, item):
        pass

    # Nothing here waits for the program: it may be waiting for this.
    def ask(self, path, interface, method, *words, then=lambda *_: None):
        thing = self.bus.get_object(self.item[0], path, introspect=False)
        call = thing.get_dbus_method(method, interface)
        call(*words, reply_handler=then, error_handler=lambda error: tell(failed=method, error=str(error)))

    def property(self, name, then):
        self.ask(self.item[1], dbus.PROPERTIES_IFACE, "Get", ITEM, name, then=then)

    def changed(self):
        self.property("IconName", lambda name: tell(icon=str(name)))

    def menu(self, _):
        def told(_, layout):
            entries = layout[2]
            tell(menu=[{"number": int(entry[0]), "label": str(entry[1].get("label", ""))} for entry in entries])

        def open(path):
            words = dbus.Int32(0), dbus.Int32(-1), dbus.Array(["label"], "s")
            self.ask(path, MENU, "GetLayout", *words, then=told)

        self.property("Menu", open)

    def choose(self, number):
        def open(path):
            now = dbus.Int32(0, variant_level=1), dbus.UInt32(0)
            self.ask(path, MENU, "Event", dbus.Int32(number), "clicked", *now)

        self.property("Menu", open)


class Vault(dbus.service.Object):
    """The Secret Service: a collection, open or locked."""

    def __init__(self, bus):
        super().__init__(bus, VAULT)
        self.bus, self.locked, self.items, self.next = bus, False, {}, 0
        self.parts = [Collection(bus, self), Session(bus, SESSION)]
        self.prompt = Prompt(bus, self)

    @dbus.service.method(SECRET + "Service", in_signature="sv", out_signature="vo")
    def OpenSession(self, algorithm, _):
        assert algorithm == "plain"
        return dbus.String("", variant_level=1), dbus.ObjectPath(SESSION)

    @dbus.service.method(SECRET + "Service", in_signature="s", out_signature="o")
    def ReadAlias(self, name):
        return dbus.ObjectPath(COLLECTION if name == "default" else "/")

    @dbus.service.method(SECRET + "Service", in_signature="a{ss}", out_signature="aoao")
    def SearchItems(self, attributes):
        found = [place for place, item in self.items.items() if attributes.items() <= item.attributes.items()]
        found, none = dbus.Array(found, "o"), dbus.Array([], "o")
        return (none, found) if self.locked else (found, none)

    @dbus.service.method(SECRET + "Service", in_signature="ao", out_signature="aoo")
    def Unlock(self, objects):
        if self.locked:
            return dbus.Array([], "o"), dbus.ObjectPath(PROMPT)
        return objects, dbus.ObjectPath("/")

    def lock(self, _):
        self.locked = True

    def answer(self, yes):
        self.locked = self.locked and not yes
        self.prompt.Completed(not yes, dbus.String("", variant_level=1))


class Collection(dbus.service.Object):
    def __init__(self, bus, vault):
        super().__init__(bus, COLLECTION)
        self.bus, self.vault = bus, vault

    @dbus.service.method(dbus.PROPERTIES_IFACE, in_signature="ss", out_signature="v")
    def Get(self, interface, name):
        return {"Locked": self.vault.locked}[name]

    @dbus.service.method(SECRET + "Collection", in_signature="a{sv}(oayays)b", out_signature="oo")
    def CreateItem(self, properties, secret, replace):
        assert replace and not self.vault.locked
        attributes = {str(key): str(value) for key, value in properties[SECRET + "Item.Attributes"].items()}
        same = [item for item in self.vault.items.values() if item.attributes == attributes]
        if same:
            item = same[0]
        else:
            self.vault.next += 1
            item = Item(self.bus, f"{COLLECTION}/{self.vault.next}", self.vault, attributes)
        item.secret = bytes(secret[2])
        tell(kept=attributes["name"])
        return dbus.ObjectPath(item.place), dbus.ObjectPath("/")


class Item(dbus.service.Object):
    def __init__(self, bus, place, vault, attributes):
        super().__init__(bus, place)
        self.place, self.vault, self.attributes = place, vault, attributes
        vault.items[place] = self

    @dbus.service.method(SECRET + "Item", in_signature="o", out_signature="(oayays)")
    def GetSecret(self, session):
        assert not self.vault.locked
        return session, dbus.ByteArray(b""), dbus.ByteArray(self.secret), "text/plain"

    @dbus.service.method(SECRET + "Item", out_signature="o")
    def Delete(self):
        del self.vault.items[self.place]
        self.remove_from_connection()
        tell(destroyed=self.attributes["name"])
        return dbus.ObjectPath("/")


class Session(dbus.service.Object):
    @dbus.service.method(SECRET + "Session")
    def Close(self):
        pass


class Prompt(dbus.service.Object):
    def __init__(self, bus, vault):
        super().__init__(bus, PROMPT)

    @dbus.service.method(SECRET + "Prompt", in_signature="s")
    def Prompt(self, window):
        tell(asked=True)

    @dbus.service.signal(SECRET + "Prompt", signature="bv")
    def Completed(self, dismissed, result):
        pass


def main():
    DBusGMainLoop(set_as_default=True)
    bus = dbus.SessionBus()
    names = [dbus.service.BusName(NOTIFICATIONS, bus)]
    notifications, tray = Notifications(bus), None
    if "--tray" in sys.argv:
        names.append(dbus.service.BusName(WATCHER, bus))
        tray = Tray(bus)
    vault = None
    if "--keys" in sys.argv:
        vault = Vault(bus)
        names.append(dbus.service.BusName(SECRETS, bus))

    def said(source, _):
        line = source.readline()
        if not line:
            loop.quit()
            return False
        for what, number in json.loads(line).items():
            does = {"press": notifications.press}
            if tray:
                does |= {"menu": tray.menu, "choose": tray.choose}
            if vault:
                does |= {"lock": vault.lock, "answer": vault.answer}
            does[what](number)
        return True

    loop = GLib.MainLoop()
    GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, said)
    tell(ready=True)
    loop.run()


if __name__ == "__main__":
    main()
