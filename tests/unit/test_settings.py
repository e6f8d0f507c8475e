"""Settings: what is read, what goes before what, and how wrong values are said."""

from __future__ import annotations

import os
from pathlib import Path
from typing import get_args

import pytest

from app.model_settings import TaskName
from app.secrets import SecretsError, load_secrets, make_secrets, secrets_folder, write_secret
from app.settings import (
    Settings,
    SettingsError,
    load_settings,
    parse_settings,
    settings_text,
)
from app.settings_page import configuration_page
from prompts.library import task_names

WORKSPACE = {"id": "0123456789", "name": "Halden", "timezone": "Europe/Berlin", "currency": "EUR"}
HERE = Path("mainspring.toml")


def parse(text: str, **environment: str) -> Settings:
    return parse_settings(settings_text({"workspace": WORKSPACE}) + text, HERE, environment)


def problem(text: str, **environment: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        parse(text, **environment)
    return caught.value


def test_what_is_written_reads_back() -> None:
    settings = parse_settings(
        settings_text(
            {
                "workspace": {**WORKSPACE, "name": 'A "quoted" näme'},
                "limits": {"author_may_approve": False, "cap_most": 2},
                "data": {"orders": {"customer_id": "Customer ID"}},
            }
        ),
        HERE,
        {},
    )
    assert settings.workspace.name == 'A "quoted" näme'
    assert settings.limits.author_may_approve is False
    assert settings.limits.cap_most == 2
    assert settings.data.orders == {"customer_id": "Customer ID"}


def test_the_environment_goes_before_the_file() -> None:
    settings = parse(
        '[sending]\nsmtp_host = "mail.example"\n',
        MAINSPRING_SENDING_SMTP_HOST="127.0.0.1",
        MAINSPRING_SENDING_SMTP_PORT="2525",
        MAINSPRING_LIMITS_AUTHOR_MAY_APPROVE="false",
    )
    assert settings.sending.smtp_host == "127.0.0.1"
    assert settings.sending.smtp_port == 2525
    assert settings.limits.author_may_approve is False


def test_a_wrong_value_names_its_line_and_what_it_may_be() -> None:
    error = problem("\n[limits]\ncap_days = 7\nquiet_start = 25\n")
    assert error.code == "wrong_setting"
    assert "line 11" in error.what
    assert "limits.quiet_start = 25" in error.what
    assert "less than or equal to 23" in error.what
    assert error.exit_code == 2


def test_a_wrong_value_of_the_environment_names_the_variable() -> None:
    error = problem("", MAINSPRING_LIMITS_QUIET_START="late")
    assert "MAINSPRING_LIMITS_QUIET_START" in error.what


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[limits]\ncap_mots = 3\n", "did you mean cap_most?"),
        ("[sendign]\n", "did you mean sending?"),
        ('[sending]\npublic_url = "http://brand.example"\n', "must start with https://"),
        ('[sending]\nfrom_address = "Halden"\n', "is no mail address"),
        ("[holdout]\nshare = 1\n", "less than 1"),
        ('[models.large]\nname = "l"\nbas_url = "http://localhost"\n', "did you mean base_url?"),
        ('[models.large]\nname = "l"\n', "[model] has none either"),
        ('[models.large]\nbase_url = "http://localhost"\n', "says no name of a model"),
        ('[model.tasks]\njudge_copy = "large"\n', "there is no [models.large]"),
        ('[model.tasks]\njudge_cop = "large"\n', "judge_copy"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    assert said in problem(text).what


def test_a_key_beside_a_further_model_is_refused() -> None:
    error = problem('[models.large]\nname = "l"\napi_key = "hunter2"\n')
    assert error.code == "secret_in_file"
    assert "line 10" in error.what
    assert "hunter2" not in str(error)


def test_the_tasks_of_models_are_those_that_have_a_prompt() -> None:
    assert set(get_args(TaskName)) == set(task_names())


def test_a_time_zone_is_checked() -> None:
    text = settings_text({"workspace": {**WORKSPACE, "timezone": "Europe/Berln"}})
    with pytest.raises(SettingsError, match="did you mean Europe/Berlin"):
        parse_settings(text, HERE, {})


def test_a_missing_value_is_named() -> None:
    text = settings_text({"workspace": {k: v for k, v in WORKSPACE.items() if k != "currency"}})
    with pytest.raises(SettingsError, match=r"workspace\.currency is missing"):
        parse_settings(text, HERE, {})


@pytest.mark.parametrize("name", ["smtp_password", "api_key", "token"])
def test_a_secret_in_the_file_is_refused_and_not_repeated(name: str) -> None:
    error = problem(f'[sending]\n{name} = "hunter2"\n')
    assert error.code == "secret_in_file"
    assert "hunter2" not in str(error)


def test_broken_toml_names_its_line() -> None:
    error = problem("[limits\n")
    assert error.code == "not_toml"
    assert "line" in error.what


def test_no_workspace_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, {})
    assert caught.value.code == "no_workspace"
    assert "mainspring init" in caught.value.next_step


def test_the_page_of_all_settings_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "configuration.md"
    assert page.read_text(encoding="utf-8") == configuration_page(), "run `make docs`"


def test_secrets_lie_outside_and_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = secrets_folder("w1", {"MAINSPRING_HOME": str(tmp_path)})
    assert folder == tmp_path / "w1"
    make_secrets(folder)
    write_secret(folder / "token", "t-1")
    write_secret(folder / "secrets.toml", 'smtp_password = "from file"')
    read = load_secrets(folder, {"MAINSPRING_MODEL_API_KEY": "k"})
    assert (read.token, read.smtp_password, read.model_api_key) == ("t-1", "from file", "k")
    assert len(read.signing_key) == len(read.suppression_key) == 32
    assert "from file" not in repr(read)
    assert load_secrets(folder, {"MAINSPRING_TOKEN": "t-2"}).token == "t-2"
    if os.name == "posix":
        assert (folder / "token").stat().st_mode & 0o777 == 0o600
        (folder / "token").chmod(0o644)
        with pytest.raises(SecretsError, match="read by other users"):
            load_secrets(folder, {})


def test_a_lost_key_is_never_replaced_in_silence(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    (tmp_path / "suppression_key").unlink()
    with pytest.raises(SecretsError) as caught:
        load_secrets(tmp_path, {})
    assert caught.value.code == "missing_secret"
    with pytest.raises(FileExistsError):
        make_secrets(tmp_path)
