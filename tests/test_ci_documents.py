"""The pages on own systems and on CI: what they show is so."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import yaml

from statewatt.engine.command import application

ROOT = Path(__file__).parents[1]
OWN = (ROOT / "docs" / "own-system.md").read_text(encoding="utf-8")
CI = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "examples" / "two_phase_commit.py").read_text(encoding="utf-8")
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
STATEWATT = [sys.executable, "-c", "from statewatt.engine.command import main; main()"]
BROKEN = "    lose = working.to(aborted) | prepared.to(aborted)\n"


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    point = EntryPoint("verify", "statewatt.verify.command:command", application.GROUP)
    monkeypatch.setattr(application, "_entry_points", lambda: [point])


# --- the tutorial ----------------------------------------------------------------------------------------------------


def test_what_the_tutorial_quotes_stands_in_the_example() -> None:
    quoted = [b for b in blocks(OWN, "python") if b != BROKEN and "import" not in b]
    assert len(quoted) >= 6
    for block in quoted:
        assert block in EXAMPLE


def test_the_tutorial_runs_as_it_says() -> None:
    (code,) = (block for block in blocks(OWN, "python") if "engine.start" in block)
    done = run([sys.executable, "-c", code], ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout in blocks(OWN, "text")


def test_the_tutorials_proof_is_the_command_s(capsys: pytest.CaptureFixture[str]) -> None:
    assert application.run(["verify", "--no-cache", "examples.two_phase_commit:Cluster"]) == 0
    assert timeless(capsys.readouterr().out.splitlines()[-1]) in timeless(OWN)


def test_without_the_helper_invariants_it_is_as_the_tutorial_tells(tmp_path: Path) -> None:
    wanted, helpers = EXAMPLE.split("    # Why it is so.")
    assert "def a_commit_has_every_promise" in helpers
    (tmp_path / "wanted.py").write_text(wanted, encoding="utf-8")
    done = run([*STATEWATT, "verify", "wanted:Cluster"], tmp_path)
    assert done.returncode == 1
    verdicts = {line.split("  ")[-1].split(":")[0]: line[:13] for line in done.stdout.splitlines() if " s  " in line}
    assert verdicts["all_or_nothing"] == "not inductive"
    assert {name for name, verdict in verdicts.items() if verdict == "not inductive"} == {
        "all_or_nothing",
        "one_promise_at_a_time",
    }


def test_the_broken_line_of_the_tutorial_differs_in_one_word() -> None:
    assert BROKEN in blocks(OWN, "python")
    assert BROKEN.replace("prepared.to(aborted)", "ignored(prepared)") in EXAMPLE


def timeless(text: str) -> str:
    return re.sub(r" +[0-9.]+ s\b|\d+ conditions", "", text)


def test_the_plain_class_of_the_tutorial_is_told_as_shown(tmp_path: Path) -> None:
    (door,) = (block for block in blocks(OWN, "python") if block.startswith("# door.py"))
    (shown,) = (block for block in blocks(OWN, "console") if "door:Door" in block)
    (tmp_path / "door.py").write_text(door, encoding="utf-8")
    done = run([*STATEWATT, "verify", "door:Door"], tmp_path)
    assert done.returncode == 1
    assert timeless(done.stdout) == timeless(shown.split("\n", 1)[1])


# --- CI --------------------------------------------------------------------------------------------------------------


def yaml_block(first_line: str) -> Any:
    (block,) = (block for block in blocks(CI, "yaml") if block.startswith(f"# {first_line}\n"))
    return yaml.safe_load(block)


def test_the_github_workflow_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    workflow = yaml_block(".github/workflows/verify.yml")
    (job,) = workflow["jobs"].values()
    commands = [step["run"] for step in job["steps"] if "run" in step]
    check_command(commands[-1], capsys)
    assert all(("run" in step) != ("uses" in step) for step in job["steps"])
    (upload,) = (step for step in job["steps"] if "upload-sarif" in step.get("uses", ""))
    assert upload["with"]["sarif_file"] == shlex.split(commands[-1])[-1]


def test_the_gitlab_job_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    (job,) = yaml_block(".gitlab-ci.yml").values()
    check_command(job["script"][-1], capsys)
    assert job["artifacts"]["reports"]["junit"] == shlex.split(job["script"][-1])[-1]


def check_command(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The options of a documented command are those of the command: it fails only for want of the user's module."""
    program, *arguments = shlex.split(line)
    assert program == "statewatt"
    assert application.run(arguments) == 2
    assert capsys.readouterr().err == "statewatt: the system: there is no module 'mypackage'\n"


def test_the_pytest_configuration_is_one() -> None:
    (block,) = blocks(CI, "toml")
    assert tomllib.loads(block)["tool"]["pytest"]["ini_options"] == {"statewatt_systems": ["mypackage.gate:CarPark"]}


def test_the_pre_commit_configuration_names_a_hook_that_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    (repo,) = yaml_block(".pre-commit-config.yaml")["repos"]
    (use,) = repo["hooks"]
    hook = HOOKS[use["id"]]
    check_command(" ".join([hook["entry"], *use["args"]]), capsys)


def test_the_pre_commit_hook_verifies() -> None:
    hook = HOOKS["statewatt-verify"]
    assert {"id", "name", "entry", "language"} <= hook.keys()
    program, *arguments = shlex.split(hook["entry"])
    assert program in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    door = "tests.verify.plain_examples.doors:{}".format
    assert application.run([*arguments, door("Door")]) == 0
    assert application.run([*arguments, door("Gate")]) == 1


@pytest.mark.parametrize("extra", ["cli", "verify"])
def test_the_hook_and_the_jobs_install_what_the_command_needs(extra: str) -> None:
    hook = HOOKS["statewatt-verify"]
    installed = [*hook["additional_dependencies"], *re.findall(r"pip install '([^']+)'", CI)]
    assert len(installed) == 3
    assert all(extra in re.findall(r"\w+", one.partition("[")[2]) for one in installed)
