"""Every notebook runs, draws its pictures and prints what its stored copy shows.

After a change, `python tests_py/test_notebooks.py` stores the new outputs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))


class Expected(NamedTuple):
    pictures: int
    printed: tuple[str, ...]


EXPECTED = {
    "01_the_overflow_incident": Expected(3, ("124,349", "111,616", "12,733")),
    "02_who_answers": Expected(1, ("account-default-only", "messages find their session again")),
    "03_a_night_of_heartbeats": Expected(1, ("exec x8", "spacing 29.7 s", "'merged': 9")),
    "04_where_each_token_goes": Expected(
        3, ("7,814 -> 4,054", "the same prompts: True", "46.6 estimated, 55.7 anchored")
    ),
}


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def execute(path: Path, folder: Path) -> Any:
    """The notebook with fresh outputs, and nothing else that depends on time or machine."""
    notebook = read(path)
    metadata = notebook.metadata.copy()
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=300, record_timing=False, resources=resources).execute()
    notebook.metadata = metadata
    return notebook


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def printed(notebook: Any) -> str:
    return "".join(output.text for output in outputs(notebook) if output.output_type == "stream")


def pictures(notebook: Any) -> int:
    return sum("image/png" in output.get("data", {}) for output in outputs(notebook))


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Any]:
    """A notebook and what came of executing it, far from its own folder and the user's settings."""
    folder = tmp_path_factory.mktemp("notebook")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        patch.delenv("MPLBACKEND", raising=False)
        return request.param, execute(request.param, folder)


def test_every_notebook_is_expected() -> None:
    assert {path.stem for path in NOTEBOOKS} == EXPECTED.keys()


def test_a_notebook_runs_without_errors_or_warnings(notebook: tuple[Path, Any]) -> None:
    _, executed = notebook
    kinds = {output.get("name", output.output_type) for output in outputs(executed)}
    assert kinds <= {"stdout", "display_data", "execute_result"}


def test_a_notebook_draws_its_pictures(notebook: tuple[Path, Any]) -> None:
    path, executed = notebook
    assert pictures(executed) == EXPECTED[path.stem].pictures


def test_a_notebook_prints_the_figures_it_is_about(notebook: tuple[Path, Any]) -> None:
    path, executed = notebook
    for figure in EXPECTED[path.stem].printed:
        assert figure in printed(executed)


def test_a_stored_notebook_shows_what_it_gives(notebook: tuple[Path, Any]) -> None:
    path, executed = notebook
    stored = read(path)
    assert printed(stored) == printed(executed)
    assert pictures(stored) == pictures(executed)


if __name__ == "__main__":
    for path in NOTEBOOKS:
        nbformat.write(execute(path, path.parent), path)
