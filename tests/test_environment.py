"""There is one list of dependencies, pyproject.toml; what conda and the tested versions say follows from it."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]

# conda-forge's name of the same package, without the Qt windows that the full one brings
CONDA_NAMES = {"matplotlib": "matplotlib-base"}


def declared(*extras: str) -> dict[str, Requirement]:
    """Return the core requirements and those of the extras by name, without the extras that hold others."""
    lines = PROJECT["project"]["dependencies"] + [line for extra in extras for line in EXTRAS[extra]]
    found = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r for r in found if r.name != PROJECT["project"]["name"]}


def lower_bound(requirement: Requirement) -> Version | None:
    """Return the version after >= in a requirement, if there is one."""
    bounds = [Version(s.version) for s in requirement.specifier if s.operator == ">="]
    return bounds[0] if bounds else None


def conda_list() -> dict[str, str]:
    """Return the bounds in environment.yml by name; the file is simple enough to be read line by line."""
    text = (ROOT / "environment.yml").read_text("utf-8").partition("dependencies:")[2]
    return dict(re.findall(r"^  - ([\w.-]+) *([^#\n]*?) *(?:#.*)?$", text, re.MULTILINE))


def pins() -> dict[str, list[Version]]:
    """Return the versions that constraints.txt names, by package: one, or one for each kind of system."""
    found: dict[str, list[Version]] = {}
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        if line and not line.lstrip().startswith("#"):
            requirement = Requirement(line)
            (exact,) = requirement.specifier
            assert exact.operator == "==", line
            found.setdefault(canonicalize_name(requirement.name), []).append(Version(exact.version))
    return found


def test_every_requirement_has_a_lower_bound():
    everything = [*PROJECT["build-system"]["requires"], *map(str, declared(*EXTRAS).values())]
    assert [line for line in everything if lower_bound(Requirement(line)) is None] == []
    assert PROJECT["project"]["requires-python"].startswith(">=")


def test_the_conda_environment_is_the_list_of_pyproject():
    (builder,) = (Requirement(line) for line in PROJECT["build-system"]["requires"])
    expected = {CONDA_NAMES.get(name, name): str(r.specifier) for name, r in declared("lab", "dev").items()}
    expected["python"] = PROJECT["project"]["requires-python"]
    expected["pip"] = ""
    expected[canonicalize_name(builder.name)] = str(builder.specifier)
    in_order = {name: ",".join(sorted(bounds.split(","))) for name, bounds in conda_list().items()}
    assert in_order == {name: ",".join(sorted(bounds.split(","))) for name, bounds in expected.items()}


def test_the_conda_environment_names_packages_as_conda_forge_does():
    assert [name for name in conda_list() if name != name.lower()] == []


def test_constraints_pin_every_direct_dependency_at_or_above_its_lower_bound():
    tested = pins()
    for name, requirement in declared(*EXTRAS).items():
        assert name in tested, f"{name} is missing: run the command at the top of constraints.txt"
        assert all(requirement.specifier.contains(version) for version in tested[name]), requirement


def test_constraints_hold_one_version_of_each_package_for_all_pythons():
    assert {name: versions for name, versions in pins().items() if len(versions) > 1} == {}


def test_constraints_say_how_they_were_made_and_name_no_place():
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert "uv pip compile pyproject.toml --universal" in text.splitlines()[1]
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links|@ ", text)


def test_constraints_can_be_installed_on_macs_with_an_intel_processor():
    # argon2-cffi-bindings 26 comes without a wheel for them: that is what --exclude-newer-package is there for.
    assert max(pins()["argon2-cffi-bindings"]) < Version("26")
