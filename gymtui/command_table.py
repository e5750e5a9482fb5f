"""What the command line offers, as tables: commands, what each takes, what is said of it. `gymtui.cli` runs them.

A new command is a line of `COMMANDS`, and one of `ARGUMENTS` where it takes more than settings.
"""

from __future__ import annotations

import argparse
from typing import Any, Final

from gymtui.typed_arguments import a_path, a_row_or_time, a_time

CLIENT: Final = ("url", "user", "desk", "token")
LOGS: Final = ("log_level", "log_json")
DOOR: Final = ("tls_cert", "tls_key", "allow_origin", "host_name", "trust_proxy")
TRUST: Final = ("ca", "allow_cleartext")  # of whoever connects: the command line itself sees to them, but for a doctor
PICK: Final = ("gym",)  # of whoever takes a database: the command line makes it a part of that
ALL_GYMS: Final = "admin gyms"  # no need to pick one
GYM: Final = ("gym", "timezone", "capacity", "policy")
SERVE: Final = ("host", "port", "database", "listen_database", "batch_ms", "max_rate", *GYM, *DOOR)

# What people type; the settings it takes; the function that does it, with settings and arguments as its keywords; what
# it is.
COMMANDS: Final[tuple[tuple[str, tuple[str, ...], str, str], ...]] = (
    (
        "demo",
        ("rate", "seed", "theme"),
        "gymtui.demo:run",
        "a whole gym on this machine: server, members, a day, the desk",
    ),
    ("serve", SERVE, "server.serve:run", "the server"),
    (
        "kiosk",
        (*CLIENT, "theme"),
        "gymtui.programs.kiosk:run",
        "members scan themselves; locked, a PIN leaves it",
    ),
    ("tail", (*CLIENT, "json"), "gymtui.programs.tail:run", "one line an event on stdout; narration on stderr"),
    (
        "monitor",
        ("url", "user", "token", "theme"),
        "gymtui.programs.monitor:run",
        "live traffic and what is wrong with it; changes nothing",
    ),
    (
        "replay",
        ("url", "user", "token", "theme"),
        "gymtui.programs.replay:run",
        "a day of the gym again, as fast as one likes, and anywhere in it",
    ),
    (
        "web",
        ("url", "desk", "theme", "tls_cert", "tls_key", "allow_origin", "host_name"),
        "gymtui.programs.web:run",
        "desks in browsers, for those without a terminal; each with a login of its own",
    ),
    (
        "simulate",
        (*CLIENT, "rate", "desks", "seed"),
        "gymtui.programs.simulate:run",
        "a day's traffic against a server",
    ),
    (
        "doctor",
        ("url", "token", "database", "json", *TRUST),
        "gymtui.doctor:run",
        "what is wrong on this machine and on the way to the server, with what to do",
    ),
    ("keys", (), "gymtui.keys:run", "what can be done at the desk, and with which keys"),
    ("reader", (), "gymtui.programs.reader:run", "how the card reader of this machine's desks is set"),
    ("admin users add", ("database",), "server.admin.users:users_add", "add a user"),
    ("admin users list", ("database",), "server.admin.users:users_list", "list the users"),
    ("admin users disable", ("database",), "server.admin.users:users_disable", "end all that a user may do"),
    ("admin users enable", ("database",), "server.admin.users:users_enable", "let a disabled user log in again"),
    ("admin users role", ("database",), "server.admin.users:users_role", "give a user another role"),
    ("admin users password", ("database",), "server.admin.users:users_password", "set another password"),
    ("admin users pin", ("database",), "server.admin.users:users_pin", "set a manager's PIN for overrides"),
    ("admin keys rotate", ("database",), "server.admin.tokens:keys_rotate", "sign tokens with a new key"),
    ("admin tokens issue", ("database",), "server.admin.tokens:tokens_issue", "print one access token"),
    ("admin tokens list", ("database",), "server.admin.tokens:tokens_list", "list the tokens that were issued"),
    ("admin tokens revoke", ("database",), "server.admin.tokens:tokens_revoke", "end a token that was issued"),
    (
        "admin members import",
        ("database",),
        "server.admin.members:members_import",
        "add or change members from a list of any program: first a look that plans it, then --apply",
    ),
    ("admin members template", (), "server.admin.members:members_template", "print the headings that need no look"),
    ("admin members merge", ("database",), "server.admin.merging:members_merge", "make two records of one person one"),
    ("admin members erase", ("database",), "server.admin.erasing:members_erase", "forget a person everywhere"),
    ("admin members export", ("database",), "server.admin.lists:members_export", "write all members to a file, or one"),
    (
        "admin check-ins export",
        ("database",),
        "server.admin.lists:check_ins_export",
        "write all check-ins to a file, or those of a range",
    ),
    ("admin roll-call export", ("database",), "server.admin.lists:roll_call_export", "write who is in now to a file"),
    ("admin present", ("database",), "server.admin.present:present", "who is in, or was at a time, and a week before"),
    ("admin conflicts", ("database",), "server.admin.conflicts:conflicts", "what desks did alone and did not fit"),
    ("admin gyms", ("database",), "server.admin.gyms:gyms", "list the gyms of a database, and how each of them stands"),
    ("admin gym show", ("database",), "server.admin.gym:gym_show", "print the gym's settings, as TOML"),
    ("admin gym set", ("database",), "server.admin.gym:gym_set", "change settings, live on every desk"),
    ("admin gym new-epoch", ("database",), "server.admin.gym:gym_new_epoch", "have desks tell the last 24 hours again"),
    ("admin audit", ("database",), "server.admin.audit:audit", "who did what, from which desk, and what it changed"),
    ("admin backup", ("database",), "server.admin.backup:backup", "copy the gym to a file, while its server runs"),
    ("admin copy", (), "server.admin.copy:copy", "move the gym into another database, such as PostgreSQL"),
    ("admin restore", ("database",), "server.admin.backup:restore", "put a backup in the place of the database"),
    ("admin ssh-setup", ("database",), "server.admin.ssh_setup:ssh_setup", "print how each user has a screen over SSH"),
    ("admin verify", ("database",), "server.admin.verify:verify", "check the file, and the tables against the journal"),
    ("admin trim", ("database",), "server.admin.trim:trim", "let the oldest rows of the journal go, members or visits"),
)

NAME: Final[tuple[str, dict[str, Any]]] = ("name", {"help": "the name to log in with"})
ROLES: Final = ("operator", "staff", "manager")


FORMAT: Final[tuple[str, dict[str, Any]]] = (
    "--format",
    {"choices": ("csv", "jsonl"), "default": "csv", "help": "lines of a spreadsheet (csv), or one JSON object a line"},
)
LIST: Final[tuple[tuple[str, dict[str, Any]], ...]] = (("file", {"type": a_path, "metavar": "FILE"}), FORMAT)
RANGE: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("--since", {"type": a_time, "metavar": "TIME", "help": "from this day or time on, on the gym's own clock"}),
    ("--until", {"type": a_time, "metavar": "TIME", "help": "before this one"}),
)

# What a command takes beside settings, in argparse's own words.
ARGUMENTS: Final[dict[str, tuple[tuple[str, dict[str, Any]], ...]]] = {
    "admin users add": (
        NAME,
        ("--role", {"required": True, "choices": ROLES}),
        ("--password-stdin", {"action": "store_true", "help": "read the password from stdin"}),
    ),
    "admin users disable": (NAME,),
    "admin users enable": (NAME,),
    "admin users role": (NAME, ("role", {"choices": ROLES})),
    "admin users password": (
        NAME,
        ("--password-stdin", {"action": "store_true", "help": "read the password from stdin"}),
    ),
    "admin users pin": (NAME, ("--pin-stdin", {"action": "store_true", "help": "read the PIN from stdin"})),
    "admin keys rotate": (
        ("--now", {"action": "store_true", "help": "end all logins and tokens at once: the old key may be known"}),
    ),
    "admin tokens revoke": (
        ("id", {"nargs": "?", "metavar": "ID", "help": "the token, as the list has it"}),
        ("--user", {"dest": "name", "metavar": "NAME", "help": "instead: all tokens of a user"}),
    ),
    "admin tokens issue": (
        ("--user", {"required": True, "dest": "name", "help": "whose token"}),
        ("--ttl", {"required": True, "type": int, "help": "seconds it is good for"}),
    ),
    "admin members import": (
        ("file", {"type": a_path, "metavar": "FILE", "nargs": "?"}),
        (
            "--apply",
            {"action": "store_true", "help": "import what FILE.plan.toml says, once its questions are answered"},
        ),
        (
            "--strict",
            {
                "action": "store_true",
                "help": "import nothing where any row is bad; a list of 10,000 changes at the most",
            },
        ),
        (
            "--undo",
            {"type": int, "nargs": "?", "const": 0, "metavar": "NUMBER", "help": "take an import back, or the last"},
        ),
    ),
    "admin members export": (
        *LIST,
        ("--member", {"metavar": "ID", "help": "all that is kept of one, by id or number, as JSON"}),
    ),
    "admin members merge": (
        ("keep", {"metavar": "KEEP", "help": "whose record stays, by id or number"}),
        ("gone", {"metavar": "GONE", "help": "whose record goes into it"}),
        ("--undo", {"action": "store_true", "help": "make them two again; GONE is an id then"}),
    ),
    "admin members erase": (("member", {"metavar": "ID", "help": "whom, by id or number"}),),
    "admin check-ins export": (*LIST, *RANGE),
    "admin roll-call export": LIST,
    "admin present": (
        ("--at", {"metavar": "TIME", "help": "then: 18:20, 'tuesday 18:20', '24 Nov 18:20', 2026-11-24T18:20"}),
    ),
    "admin conflicts": (
        ("--days", {"type": int, "default": 7, "help": "recorded in so many days until now (7)"}),
        ("--export", {"type": a_path, "metavar": "FILE", "help": "write them to a file"}),
        FORMAT,
        *RANGE,
    ),
    "admin gym set": (
        ("settings", {"nargs": "*", "metavar": "KEY=VALUE", "help": "one setting; nothing behind the = takes it away"}),
        ("--file", {"type": a_path, "metavar": "FILE.toml", "help": "settings as `show` prints them"}),
    ),
    "admin audit": (
        ("--user", {"metavar": "NAME", "help": "what somebody did, alone or with somebody else"}),
        ("--desk", {"metavar": "NAME", "help": "what was done there"}),
        ("--member", {"metavar": "ID", "help": "what is about one member, by id or number"}),
        ("--export", {"type": a_path, "metavar": "FILE", "help": "write it to a file"}),
        FORMAT,
        *RANGE,
    ),
    "admin backup": (("file", {"type": a_path, "metavar": "FILE"}),),
    "admin copy": (
        (
            "--from",
            {"required": True, "dest": "source", "metavar": "DATABASE", "help": "a gym that nobody serves"},
        ),
        (
            "--to",
            {
                "required": True,
                "dest": "target",
                "metavar": "DATABASE",
                "help": "a new one (beside others in PostgreSQL: URL#GYM), or an earlier copy",
            },
        ),
    ),
    "admin restore": (("file", {"type": a_path, "metavar": "FILE"}),),
    "tail": (
        ("words", {"nargs": "*", "metavar": "WORD", "help": "only these: ana, refused, type:in, desk:2, by:, member:"}),
        ("--since", {"type": a_row_or_time, "help": "what came after this row of the journal, or from this time on"}),
        ("--until", {"type": a_row_or_time, "help": "up to this row, or before this time; then it ends"}),
        ("--no-follow", {"action": "store_true", "help": "end with what has happened by now"}),
        ("--cursor", {"type": a_path, "metavar": "FILE", "help": "go on where the last tail with this file stopped"}),
        ("--format", {"choices": ("text", "jsonl", "csv"), "help": "columns, --json, or a table with a heading"}),
    ),
    "web": (
        ("--listen", {"default": "127.0.0.1:8766", "metavar": "HOST:PORT", "help": "where browsers find the pages"}),
        ("--window", {"type": int, "help": argparse.SUPPRESS}),  # what a page shows
    ),
    "replay": (
        ("--day", {"default": "yesterday", "metavar": "DAY", "help": "yesterday, tuesday, 24 Nov or 2026-11-24"}),
        ("--speed", {"type": float, "default": 60.0, "metavar": "TIMES", "help": "60: a minute a second"}),
    ),
    "reader": (
        ("--prefix", {"metavar": "TEXT", "help": "what the reader puts in front of each code"}),
        ("--suffix", {"metavar": "TEXT", "help": "what it puts behind"}),
        ("--forget", {"action": "store_true", "help": "a scan is taken as it comes again"}),
        ("--watch", {"action": "store_true", "help": "show what the reader sends, key by key, until Ctrl+C"}),
    ),
    "admin trim": (
        ("--days", {"type": int, "default": 90, "help": "older than so many days (90; at least 30)"}),
        ("--gone", {"type": int, "metavar": "DAYS", "help": "instead: who of the members has been gone for so long"}),
        ("--visits", {"type": int, "metavar": "DAYS", "help": "instead: the visits that ended so long ago"}),
        ("--apply", {"action": "store_true", "help": "erase these members, or take out these visits, for good"}),
    ),
}


HELP: Final[dict[str, str]] = {
    "url": "the server's WebSocket, ws://HOST:PORT/ws/checkins/",
    "user": "who logs in",
    "desk": "the name of this desk, as others see it; what waits here does not depend on it",
    "token": "a ready access token instead of a login, better set as GYMTUI_TOKEN: a command line is seen by all",
    "theme": "slate, paper or ansi; else the one that :theme chose last",
    "host": "the address to listen on",
    "port": "the port to listen on; 0 picks a free one",
    "database": "the gym's database: a path, sqlite:///PATH or postgresql://USER@HOST/NAME",
    "listen_database": "behind a pooler: the URL of PostgreSQL itself, for the hints of other servers",
    "batch_ms": "milliseconds that events are collected for one batch",
    "max_rate": "messages a second that one connection may send",
    "gym": "the gym's name, which also picks one of several in a PostgreSQL database",
    "timezone": "the gym's time zone, such as Europe/Zurich",
    "capacity": "how many people may be in",
    "policy": "a TOML file: what to refuse, what to warn of, when people have left",
    "ca": "the PEM file of the authority whose certificates are trusted",
    "allow_cleartext": "send passwords and tokens unencrypted to another machine",
    "tls_cert": "the PEM file of the server's certificate and its chain",
    "tls_key": "the PEM file of its key",
    "allow_origin": "pages that may speak to the server, https://desk.example.org; several with commas",
    "host_name": "the server's own names beside the machine's; several with commas",
    "trust_proxy": "addresses of proxies whose X-Forwarded-For is believed; several with commas",
    "rate": "events a second, on average",
    "desks": "how many desks take part",
    "seed": "the seed of names and of the day's course",
    "json": "one JSON object a line",
    "log_level": "debug, info, warning or error",
    "log_json": "log one JSON object a line",
}
# Those that fill a terminal, and what they open, which is on it before they are.
SCREENS: Final = {
    "gymtui.programs.desk:run": "{desk} · {url}",
    "gymtui.demo:run": "demo",
    "gymtui.programs.monitor:run": "monitor · {url}",
    "gymtui.programs.replay:run": "replay · {url}",
    "gymtui.programs.kiosk:run": "kiosk · {url}",
}
REMEMBERING: Final = (*SCREENS, "gymtui.programs.tail:run")  # they go to the server of the last login
KEYED: Final = (*SCREENS, "gymtui.programs.web:run", "gymtui.keys:run")  # they take `[keys]` of gymtui.toml as `keys`
SWITCHES: Final = frozenset({"json", "log_json", "allow_cleartext"})
