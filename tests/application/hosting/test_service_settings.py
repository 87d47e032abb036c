"""How the service meets the outside, and secrets that files hold."""

from __future__ import annotations

import base64
import json
from hashlib import sha256

import pytest

from application.hosting.settings import SettingsError, load_settings

KEY = base64.b64encode(b"k" * 32).decode()


def _refused(tmp_path, **variables):
    with pytest.raises(SettingsError) as refusal:
        load_settings({"PARENTALITE_HOME": str(tmp_path), **variables})
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("variable", "value", "accepted"),
    [
        ("PARENTALITE_REQUESTS_PER_MINUTE", "many", "a whole number from 0"),
        ("PARENTALITE_REQUESTS_PER_MINUTE", "-1", "a whole number from 0"),
        ("PARENTALITE_REGISTRATIONS_PER_MINUTE", "1.5", "a whole number from 0"),
        ("PARENTALITE_TRUSTED_PROXIES", "10.0.0.1,proxy", "addresses or networks"),
        ("PARENTALITE_TRUSTED_PROXIES", "10.0.0.1,0.0.0.0/0", "must be named"),
        ("PARENTALITE_CORS_ORIGINS", "parentalite.example.org", "origins such as"),
        ("PARENTALITE_CORS_ORIGINS", "*", "origins such as"),
        ("PARENTALITE_CORS_ORIGINS", "https://parentalite.example.org/page", "origins such as"),
        ("PARENTALITE_METRICS_TOKEN", "short", "16 characters"),
        ("PARENTALITE_MASTER_KEY_FILE", "/nowhere/key", "a file that can be read"),
        ("PARENTALITE_TRUSTED_DOCUMENTS", "/nowhere/list.json", "a file that can be read"),
        ("PARENTALITE_TRUSTED_DOCUMENTS", __file__, "is no JSON"),
    ],
)
def test_a_bad_value_is_refused_with_the_variable_and_what_is_accepted(tmp_path, variable, value, accepted):
    assert f"{variable}: " in _refused(tmp_path, **{variable: value})
    assert accepted in _refused(tmp_path, **{variable: value})


def test_a_mail_server_goes_with_a_sender(tmp_path):
    server = {"PARENTALITE_SMTP_URL": "smtps://user:pass%40word@mail.example.org"}
    sender = {"PARENTALITE_MAIL_FROM": "a@example.org"}
    assert _refused(tmp_path, **server).startswith("PARENTALITE_MAIL_FROM: needed together with PARENTALITE_SMTP_URL")
    assert _refused(tmp_path, **sender).startswith("PARENTALITE_SMTP_URL: needed together with PARENTALITE_MAIL_FROM")
    assert "an e-mail address is needed, not 'me'" in _refused(tmp_path, **server, PARENTALITE_MAIL_FROM="me")
    settings = load_settings({"PARENTALITE_HOME": str(tmp_path), **server, **sender})
    assert settings.mail is not None
    assert settings.mail.mail_from == "a@example.org"
    assert "pass" not in repr(settings)


def test_lists_are_read_with_commas_between(tmp_path):
    variables = {
        "PARENTALITE_TRUSTED_PROXIES": "10.0.0.1, 192.168.0.0/16",
        "PARENTALITE_CORS_ORIGINS": "https://a.example.org,http://localhost:3000",
        "PARENTALITE_METRICS_TOKEN": "a token for the metrics",
    }
    web = load_settings({"PARENTALITE_HOME": str(tmp_path), **variables}).web
    assert [str(network) for network in web.trusted_proxies] == ["10.0.0.1/32", "192.168.0.0/16"]
    assert web.cors_origins == ("https://a.example.org", "http://localhost:3000")
    assert "a token" not in repr(web)


def test_a_secret_may_stand_in_a_file_that_others_cannot_read(tmp_path):
    file = tmp_path / "key"
    file.write_text(KEY + "\n")
    file.chmod(0o640)
    home = {"PARENTALITE_HOME": str(tmp_path), "PARENTALITE_MASTER_KEY_FILE": str(file)}
    assert load_settings(home).master_key == b"k" * 32
    assert "one of them is enough" in _refused(tmp_path, **home, PARENTALITE_MASTER_KEY=KEY)
    file.chmod(0o644)
    assert "chmod o-rwx" in _refused(tmp_path, **home)


@pytest.mark.parametrize(
    ("content", "accepted"),
    [
        ("{}", "documents by their SHA-256"),
        ("[]", "documents by their SHA-256"),
        ('{"a": 1}', "documents by their SHA-256"),
        ('{"a": "{ position }"}', "'a'"),
    ],
)
def test_a_list_of_documents_that_are_not_under_their_hash_is_refused(tmp_path, content, accepted):
    listed = tmp_path / "trusted.json"
    listed.write_text(content)
    assert accepted in _refused(tmp_path, PARENTALITE_TRUSTED_DOCUMENTS=str(listed))


@pytest.mark.parametrize("form", ["ours", "codegen", "apollo"])
def test_the_lists_of_documents_that_usual_tools_write_are_read(tmp_path, form):
    document = "query Ici { position }"
    digest = sha256(document.encode()).hexdigest()
    operation = {"id": digest, "name": "Ici", "type": "query", "body": document}
    content = {
        "ours": {digest: document},
        "codegen": {f"sha256:{digest}": document},
        "apollo": {"format": "apollo-persisted-query-manifest", "version": 1, "operations": [operation]},
    }[form]
    listed = tmp_path / "trusted.json"
    listed.write_text(json.dumps(content))
    settings = load_settings({"PARENTALITE_HOME": str(tmp_path), "PARENTALITE_TRUSTED_DOCUMENTS": str(listed)})
    assert settings.trusted_documents == {digest: document}


def test_a_manifest_without_its_documents_is_refused(tmp_path):
    listed = tmp_path / "trusted.json"
    listed.write_text('{"format": "apollo-persisted-query-manifest", "operations": [{"id": 1}]}')
    assert "documents by their SHA-256" in _refused(tmp_path, PARENTALITE_TRUSTED_DOCUMENTS=str(listed))
