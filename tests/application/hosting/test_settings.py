"""The configuration: what is accepted, what is refused and in which words, and the keys that are made on first use."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from pathlib import Path

import pytest

from application.hosting.settings import VARIABLES, Settings, SettingsError, load_settings
from projections.replicas.replica import of_standby

ROOT = Path(__file__).parents[3]
MASTER_KEY = bytes(range(32))
KEY = base64.b64encode(MASTER_KEY).decode()
SECRETS = {
    "PARENTALITE_TOKEN_SECRET": "s" * 32,
    "PARENTALITE_MASTER_KEY": base64.b64encode(MASTER_KEY).decode(),
    "PARENTALITE_CHECKPOINT_KEY": base64.b64encode(MASTER_KEY).decode(),
}


def embedded(home: Path, **variables: str) -> Settings:
    return load_settings({"PARENTALITE_HOME": str(home), **variables})


def mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


def test_without_a_database_url_the_embedded_one_is_meant(tmp_path):
    settings = embedded(tmp_path)
    assert settings.embedded
    assert settings.home == tmp_path
    assert (settings.wait_seconds, settings.log_level) == (5.0, "INFO")


def test_with_a_database_url_everything_comes_from_the_environment_and_nothing_is_written(tmp_path):
    home = tmp_path / "home"
    settings = embedded(home, DATABASE_URL="postgresql://here/db", **SECRETS)
    assert not settings.embedded
    assert settings.master_key == MASTER_KEY
    assert not home.exists()


@pytest.mark.parametrize("variable", SECRETS)
def test_a_database_url_without_a_secret_is_refused_with_the_variable_and_how_to_make_a_value(tmp_path, variable):
    secrets = {name: value for name, value in SECRETS.items() if name != variable}
    with pytest.raises(SettingsError) as refusal:
        embedded(tmp_path, DATABASE_URL="postgresql://here/db", **secrets)
    text = str(refusal.value)
    assert text.startswith(variable)
    assert "\n" not in text
    made = subprocess.run(text.split("make a value with: ")[1], shell=True, capture_output=True, text=True, check=True)
    embedded(tmp_path, DATABASE_URL="postgresql://here/db", **secrets, **{variable: made.stdout.strip()})


def test_an_empty_variable_counts_as_none(tmp_path):
    settings = embedded(tmp_path, DATABASE_URL="", PARENTALITE_TOKEN_SECRET="", PARENTALITE_WAIT_SECONDS="")
    assert settings.embedded
    assert settings.wait_seconds == 5.0


def test_keys_made_on_first_use_are_the_same_on_the_next_and_nobody_else_reads_them(tmp_path):
    home = tmp_path / "deep" / "home"
    first = embedded(home)
    assert embedded(home) == first
    assert len(first.master_key) == 32
    assert mode(home / "keys") == "0o700"
    assert {path.name: mode(path) for path in (home / "keys").iterdir()} == {
        "token-secret": "0o600",
        "master-key": "0o600",
        "checkpoint-key": "0o600",
    }


def test_a_key_in_the_environment_goes_before_the_kept_one(tmp_path):
    embedded(tmp_path)
    assert embedded(tmp_path, **SECRETS).master_key == MASTER_KEY


def test_processes_that_start_at_once_agree_on_the_keys(tmp_path):
    code = (
        "import sys; from application.hosting.settings import load_settings; sys.stdin.readline();"
        "s = load_settings({'PARENTALITE_HOME': sys.argv[1]}); print(s.token_secret, s.master_key.hex())"
    )
    root = Path(__file__).parents[3]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "home")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = {process.communicate(timeout=60)[0] for process in processes}
    assert len(answers) == 1
    assert answers != {""}


def test_a_master_key_lost_from_beside_its_database_is_not_replaced_in_silence(tmp_path):
    embedded(tmp_path)
    (tmp_path / "postgres").mkdir()
    (tmp_path / "keys" / "master-key").unlink()
    with pytest.raises(SettingsError, match=r"PARENTALITE_MASTER_KEY: .*is missing"):
        embedded(tmp_path)


@pytest.mark.parametrize(
    ("variable", "value", "accepted"),
    [
        ("PARENTALITE_TOKEN_SECRET", "short", "32 characters"),
        ("PARENTALITE_MASTER_KEY", "not base64!", "base64 of exactly 32 bytes"),
        ("PARENTALITE_MASTER_KEY", base64.b64encode(b"x" * 31).decode(), "base64 of exactly 32 bytes"),
        ("PARENTALITE_MASTER_KEY", "é" * 44, "base64 of exactly 32 bytes"),
        ("PARENTALITE_CHECKPOINT_KEY", "c2hvcnQ=", "base64 of exactly 32 bytes"),
        ("PARENTALITE_EVENT_KEY", "c2hvcnQ=", "base64 of exactly 32 bytes"),
        ("PARENTALITE_EVENT_KEY", f"{KEY} {KEY}", "KEY@POSITION"),
        ("PARENTALITE_EVENT_KEY", f"{KEY} {KEY}@0", "KEY@POSITION"),
        ("PARENTALITE_EVENT_KEY", f"{KEY} {KEY}@7 {KEY}@7", "two earlier keys end at one position"),
        ("PARENTALITE_CHECKPOINT_SECONDS", "0", "a number from 1 to 86400"),
        ("PARENTALITE_CHECKPOINT_SECONDS", "86401", "a number from 1 to 86400"),
        ("PARENTALITE_SIGNED_ACTS", "conventionSign", "and beside them conventionSign"),
        ("PARENTALITE_ROUND_MINUTES", "0", "a number from 1 to 1440"),
        ("PARENTALITE_TSA_URL", "ftp://stamps", "the http(s) address"),
        ("PARENTALITE_WAIT_SECONDS", "soon", "a number from 0 to 60"),
        ("PARENTALITE_WAIT_SECONDS", "-1", "a number from 0 to 60"),
        ("PARENTALITE_WAIT_SECONDS", "61", "a number from 0 to 60"),
        ("PARENTALITE_WAIT_SECONDS", "nan", "a number from 0 to 60"),
        ("PARENTALITE_OIDC_ISSUER", "connexion.example.org", "an https address"),
        ("PARENTALITE_OIDC_ISSUER", "http://connexion.example.org", "an https address"),
        ("PARENTALITE_OIDC_ISSUER", "https://[", "an https address"),
        ("PARENTALITE_SMTP_URL", "mail.example.org", "smtp://host:port"),
        ("PARENTALITE_SMTP_URL", "smtp://mail.example.org:port", "smtp://host:port"),
        ("PARENTALITE_SMTP_URL", "http://mail.example.org", "smtp://host:port"),
        ("PARENTALITE_REGISTRANTS_DAYS", "0", "a number from 1 to 3650"),
        ("PARENTALITE_CANDIDATURES_MONTHS", "121", "a number from 1 to 120"),
        ("DATABASE_READ_URL", "db2:5432", "addresses as of DATABASE_URL"),
        ("DATABASE_READ_URL", "postgresql://db2/p,mysql://db3/p", "addresses as of DATABASE_URL"),
        ("DATABASE_READ_URL", "postgresql://u:p@ss@db2/p", "addresses as of DATABASE_URL"),
        ("DATABASE_READ_URL", "postgresql://db2/p,postgresql://db3:port/p", "addresses as of DATABASE_URL"),
        ("PARENTALITE_READ_LAG_SECONDS", "0", "a number from 1 to 300"),
        ("PARENTALITE_LOG_LEVEL", "loud", "one of DEBUG, INFO"),
        ("PARENTALITE_HOME", __file__, "a folder is needed"),
        ("PARENTALITE_HOME", "~nobody-of-that-name/home", "a folder is needed"),
        ("PARENTALITE_HOME", "/dev/null/home", "a folder is needed"),
        ("PARENTALITE_FILES", __file__, "a folder is needed"),
        ("PARENTALITE_PUBLIC_URL", "parentalite.example.org", "an address such as https://"),
        ("PARENTALITE_PUBLIC_URL", "ftp://parentalite.example.org", "an address such as https://"),
        ("PARENTALITE_PUBLIC_URL", "https://", "an address such as https://"),
        ("PARENTALITE_PUBLIC_URL", "https://[", "an address such as https://"),
        ("PARENTALITE_PUBLIC_URL", "https://example.org/?page=", "an address such as https://"),
    ],
)
def test_a_bad_value_is_refused_with_the_variable_and_what_is_accepted(tmp_path, variable, value, accepted):
    with pytest.raises(SettingsError) as refusal:
        load_settings({"PARENTALITE_HOME": str(tmp_path), **SECRETS, variable: value})
    line, *others = str(refusal.value).splitlines()
    assert line.startswith(f"{variable}: ")
    assert accepted in line
    assert [other for other in others if f"needed together with {variable}" not in other] == []


def test_signed_sheets_are_kept_at_home_unless_another_folder_is_named(tmp_path):
    assert embedded(tmp_path / "home").files == tmp_path / "home" / "files"
    assert embedded(tmp_path / "home", PARENTALITE_FILES=str(tmp_path / "shared")).files == tmp_path / "shared"


def test_the_public_address_is_kept_without_its_last_slash(tmp_path):
    assert embedded(tmp_path).public_url == "http://127.0.0.1:8000"
    named = embedded(tmp_path, PARENTALITE_PUBLIC_URL="https://parentalite.example.org/site/")
    assert named.public_url == "https://parentalite.example.org/site"


def test_a_log_level_may_be_written_in_small_letters(tmp_path):
    assert embedded(tmp_path, PARENTALITE_LOG_LEVEL="debug").log_level == "DEBUG"


def test_a_home_that_cannot_be_made_is_told_in_one_line():
    with pytest.raises(SettingsError, match=r"^PARENTALITE_TOKEN_SECRET: not set, and it cannot be kept in /proc/"):
        embedded(Path("/proc/parentalite"))


def test_replicas_are_several_addresses_of_which_each_may_name_several_hosts(tmp_path):
    named = "postgresql://u:pass-word@db2,db3/p, postgres://db4/p,"
    settings = embedded(tmp_path, DATABASE_READ_URL=named)
    assert settings.database_read_url == ("postgresql://u:pass-word@db2,db3/p", "postgres://db4/p")
    assert "pass-word" not in repr(settings)
    # Of several hosts, one that follows is meant.
    assert "target_session_attrs=standby" in of_standby(settings.database_read_url[0])
    assert of_standby(settings.database_read_url[1]) == settings.database_read_url[1]


def test_secrets_and_the_address_with_its_password_stay_out_of_the_representation(tmp_path):
    settings = embedded(tmp_path, DATABASE_URL="postgresql://u:pass-word@here/db", **SECRETS)
    assert "pass-word" not in repr(settings)
    assert SECRETS["PARENTALITE_TOKEN_SECRET"] not in repr(settings)
    assert repr(MASTER_KEY) not in repr(settings)


ISSUER = {"PARENTALITE_OIDC_ISSUER": "https://connexion.example.org", "PARENTALITE_OIDC_AUDIENCE": "https://api"}


def test_an_issuer_takes_the_place_of_tokens_signed_here(tmp_path):
    settings = load_settings({"PARENTALITE_HOME": str(tmp_path), **ISSUER})
    assert settings.token_secret is None
    assert settings.oidc is not None
    assert (settings.oidc.issuer, settings.oidc.audience) == tuple(ISSUER.values())


def test_pages_ask_the_issuer_for_an_id_token(tmp_path):
    with pytest.raises(SettingsError, match=r"^PARENTALITE_OIDC_SCOPE: .*openid"):
        load_settings({"PARENTALITE_HOME": str(tmp_path), **ISSUER, "PARENTALITE_OIDC_SCOPE": "profile"})


def test_claims_are_mapped_by_a_file(tmp_path):
    mapping = tmp_path / "claims.json"
    mapping.write_text('{"roles": {"claim": "groupes", "values": {"gip": "national"}}, "otherwise": "parent"}')
    settings = load_settings({"PARENTALITE_HOME": str(tmp_path), **ISSUER, "PARENTALITE_OIDC_CLAIMS": str(mapping)})
    assert settings.oidc is not None
    assert dict(settings.oidc.claims.roles.values) == {"gip": "national"}


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"role": "x"}', '{"roles": {"values": {"gip": "emperor"}}}'])
def test_a_mapping_that_cannot_be_used_is_refused_in_one_line(tmp_path, content):
    mapping = tmp_path / "claims.json"
    if content is not None:
        mapping.write_text(content)
    with pytest.raises(SettingsError, match=r"^PARENTALITE_OIDC_CLAIMS: a JSON file") as refusal:
        load_settings({"PARENTALITE_HOME": str(tmp_path), **ISSUER, "PARENTALITE_OIDC_CLAIMS": str(mapping)})
    assert "\n" not in str(refusal.value)


def test_all_that_is_missing_or_wrong_is_told_at_once(tmp_path):
    variables = {
        "DATABASE_URL": "postgresql://u:p@127.0.0.1/x",
        "PARENTALITE_HOME": str(tmp_path),
        "PARENTALITE_LOG_LEVEL": "LOUD",
        "PARENTALITE_WAIT_SECONDS": "never",
        "PARENTALITE_SMTP_URL": "ftp://x",
        "PARENTALITE_OIDC_CLAIMS": "/nowhere",
    }
    with pytest.raises(SettingsError) as refusal:
        load_settings(variables)
    assert [line.split(":")[0] for line in str(refusal.value).splitlines()] == [
        "PARENTALITE_OIDC_ISSUER",
        "PARENTALITE_OIDC_AUDIENCE",
        "PARENTALITE_OIDC_CLAIMS",
        "PARENTALITE_MASTER_KEY",
        "PARENTALITE_CHECKPOINT_KEY",
        "PARENTALITE_WAIT_SECONDS",
        "PARENTALITE_LOG_LEVEL",
        "PARENTALITE_SMTP_URL",
        "PARENTALITE_MAIL_FROM",
    ]


@pytest.mark.parametrize("variable", ["PARENTALITE_HOME", "PARENTALITE_FILES"])
def test_a_folder_that_this_account_may_not_look_into_is_told_by_its_variable(tmp_path, monkeypatch, variable):
    exists, closed = Path.exists, tmp_path / "closed"

    def as_an_ordinary_user(path: Path) -> bool:
        if path.is_relative_to(closed):
            raise PermissionError(13, "Permission denied", str(path))
        return exists(path)

    # As root nothing is closed.
    monkeypatch.setattr(Path, "exists", as_an_ordinary_user)
    with pytest.raises(SettingsError, match=f"^{variable}: this account may not look into"):
        load_settings({"PARENTALITE_HOME": str(tmp_path / "home"), variable: str(closed / "deep")})


def test_the_address_that_is_served_is_the_sites_unless_another_is_named(tmp_path):
    home = {"PARENTALITE_HOME": str(tmp_path)}
    assert load_settings(home).served_at("http://127.0.0.1:9000").public_url == "http://127.0.0.1:9000"
    named = load_settings(home | {"PARENTALITE_PUBLIC_URL": "https://site.example.org"})
    assert named.served_at("http://127.0.0.1:9000").public_url == "https://site.example.org"


def test_every_variable_that_is_read_stands_in_the_list_that_help_prints():
    sources = "".join(path.read_text() for path in (ROOT / "application").rglob("*.py"))
    read = set(re.findall(r'"(PARENTALITE_[A-Z_]+[A-Z])"', sources)) | {"DATABASE_URL"}
    # Given to one command, for one act.
    assert read - {"PARENTALITE_NEW_MASTER_KEY"} <= set(VARIABLES)
