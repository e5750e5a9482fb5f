"""One frozen `Config` for every command: flags before the environment before `gymtui.toml` before what was chosen last
before the defaults."""

# Its annotations are no texts, which msgspec would have to compile: see `gymtui.protocol`.

import os
import socket
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

import msgspec
import platformdirs
from msgspec import Meta, Struct

from gymtui import database_url
from gymtui.errors import GymError
from gymtui.preferences import THEMES, Choices, Theme
from gymtui.protocol import BATCH_MS, DEFAULT_PORT, MAX_RATE, PATH

FILE: Final = "gymtui.toml"
PREFIX: Final = "GYMTUI_"

LogLevel = Literal["debug", "info", "warning", "error"]


class ConfigError(GymError):
    """A setting that cannot be."""


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting there is. Each is a flag (`--log-level`), a variable (`GYMTUI_LOG_LEVEL`) and a line of the file
    (`log_level = "info"`); `command_table.HELP` says what it is for."""

    url: str = f"ws://127.0.0.1:{DEFAULT_PORT}{PATH}"
    user: str | None = None
    desk: Annotated[str, Meta(min_length=1, max_length=64)] = msgspec.field(default_factory=socket.gethostname)
    token: str | None = None
    theme: Theme = THEMES[0]
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = DEFAULT_PORT
    database: str = msgspec.field(default_factory=lambda: str(data_folder() / "gym.db"))
    listen_database: str | None = None
    batch_ms: Annotated[int, Meta(ge=1, le=10_000)] = BATCH_MS
    max_rate: Annotated[int, Meta(ge=1)] = MAX_RATE
    gym: str | None = None
    timezone: str | None = None
    capacity: Annotated[int, Meta(ge=1)] | None = None
    policy: str | None = None
    ca: str | None = None
    allow_cleartext: bool = False
    tls_cert: str | None = None
    tls_key: str | None = None
    allow_origin: str | None = None
    host_name: str | None = None
    trust_proxy: str | None = None
    rate: Annotated[float, Meta(gt=0, le=100_000)] = 1.0
    desks: Annotated[int, Meta(ge=1, le=1000)] = 2
    seed: int = 7
    json: bool = False
    log_level: LogLevel = "info"
    log_json: bool = False


def data_folder() -> Path:
    """Where a desk's own copy and the default database live."""
    return Path(platformdirs.user_data_dir("gymtui", appauthor=False))


def local_timezone() -> str:
    """The name of this machine's time zone, `Europe/Zurich`; UTC where it has none."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415  a server's alone

    zone = os.environ.get("TZ", "").removeprefix(":")
    if not zone and (link := Path("/etc/localtime")).is_symlink():
        zone = str(link.resolve()).partition("/zoneinfo/")[2]
    try:
        return ZoneInfo(zone).key or "UTC"
    except (KeyError, ValueError, OSError):
        return "UTC"


def load(
    flags: Mapping[str, Any],
    environment: Mapping[str, str] = os.environ,
    file: Path | None = None,
    *,
    chosen: Choices = Choices(),  # noqa: B008  it cannot be changed
) -> Config:
    """The settings, with the server, the desk and the colours that were `chosen` last where nobody says otherwise;
    ConfigError names the one that cannot be, and where it stands."""
    config = {name: value for name in ("url", "desk", "theme") if (value := getattr(chosen, name)) is not None}
    config |= _read_file(file)[0]
    names = Config.__struct_fields__
    config |= {name: environment[PREFIX + name.upper()] for name in names if environment.get(PREFIX + name.upper())}
    config |= {name: value for name, value in flags.items() if value is not None}
    try:
        settings = msgspec.convert(config, Config, strict=False)
    except msgspec.ValidationError as error:
        reason, _, where = str(error).partition(" - at `$.")
        name = where.rstrip("`")
        raise ConfigError(f"The setting {name or 'of gymtui.toml'} cannot be used: {reason}.") from error
    if not _is_address(settings.url):
        raise ConfigError(f"{settings.url} is not the address of a server: please give ws://HOST:PORT{PATH}.")
    listened = settings.listen_database
    if listened and not (database_url.is_url(listened) and database_url.is_url(settings.database)):
        raise ConfigError("Only PostgreSQL is listened to: please give both --database and --listen-database its URL.")
    database = database_named(settings.database)
    gym = settings.gym or database_url.gym_of(database)[1]
    if gym:
        database = database_url.with_gym(database, gym)
        listened = listened and database_url.with_gym(listened, gym)
    return msgspec.structs.replace(settings, database=database, listen_database=listened, gym=gym)


def _is_address(url: str) -> bool:
    """Could a server's WebSocket be there?"""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("ws", "wss") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # of what begins as an address of IPv6, or of a port that is no number
        return False


def passed_over() -> str | None:
    """A sentence on the file in this folder, where it is one that is passed over."""
    here = Path(FILE)
    if not here.is_file() or (why := _stranger(here)) is None:
        return None
    return f"The {FILE} in this folder is passed over, because {why}: name it with --config if it is yours."


def keys(file: Path | None = None) -> dict[str, str]:
    """`[keys]` of the file that `load` reads: a command's name and its keys; ConfigError where it is no such table."""
    try:
        return msgspec.convert(_read_file(file)[1], dict[str, str])
    except msgspec.ValidationError as error:
        raise ConfigError('[keys] of gymtui.toml has lines such as undo = "f6", and no others.') from error


def _stranger(path: Path) -> str | None:
    """Why a file that nobody named decides nothing: somebody else could have it send a password to another server.
    None where it may."""
    status = path.stat()
    if status.st_uid not in (os.geteuid(), 0):
        return "it is somebody else's"
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return "others may write it, until `chmod go-w` is done"
    return None


def database_named(database: str) -> str:
    """The file that `database` names, or the URL that it is; ConfigError for what is neither."""
    if database_url.is_url(database):
        return database
    scheme, found, rest = database.partition("://")
    if found and scheme != "sqlite":
        ways = "a path, sqlite:///PATH or postgresql://HOST/NAME"
        raise ConfigError(f"The database {scheme}://… cannot be used here: please name {ways}.")
    path = rest if found else database
    try:
        return str(Path("/" + path.lstrip("/") if found else path).expanduser())
    except RuntimeError as error:  # `~somebody`
        raise ConfigError(f"The database {database} is of nobody on this machine: please name its path.") from error


def _read_file(file: Path | None) -> tuple[dict[str, Any], object]:
    """The lines of the named file, and its `[keys]`; without a name, of the one in this folder or else of the person's
    own."""
    if file is None:
        candidates = (Path(FILE), Path(platformdirs.user_config_dir("gymtui", appauthor=False)) / FILE)
        file = next((path for path in candidates if path.is_file() and _stranger(path) is None), None)
        if file is None:
            return {}, {}
    import tomllib  # noqa: PLC0415  most have no such file

    try:
        with file.open("rb") as opened:
            lines = tomllib.load(opened)
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{file} is not a TOML file: {error}.") from error
    keys = lines.pop("keys", {})
    unknown = set(lines) - set(Config.__struct_fields__)
    if unknown:
        raise ConfigError(f"{file} has a setting that does not exist: {', '.join(sorted(unknown))}.")
    return lines, keys
