#!/usr/bin/python3
"""A person's desktop on a session bus, as a test plays it: shows notifications, and, with `--tray`, the icons of programs.

What happens is told as lines of JSON. A line of JSON on the standard input does something: {"press": NUMBER} presses a
notification, {"menu": NUMBER} opens the menu of an icon, {"choose": NUMBER} chooses in it.
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


def main():
    DBusGMainLoop(set_as_default=True)
    bus = dbus.SessionBus()
    names = [dbus.service.BusName(NOTIFICATIONS, bus)]
    notifications, tray = Notifications(bus), None
    if "--tray" in sys.argv:
        names.append(dbus.service.BusName(WATCHER, bus))
        tray = Tray(bus)

    def said(source, _):
        line = source.readline()
        if not line:
            loop.quit()
            return False
        for what, number in json.loads(line).items():
            {"press": notifications.press, "menu": tray and tray.menu, "choose": tray and tray.choose}[what](number)
        return True

    loop = GLib.MainLoop()
    GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, said)
    tell(ready=True)
    loop.run()


if __name__ == "__main__":
    main()
