"""How is the site built?

    python -m pip install -e ".[docs]" && python docs/build.py --out site

Warnings are errors.  `python -m http.server --directory site` shows the result.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))

from generate import node, stage  # noqa: E402 - found in the folder of this file


def build(out: Path, sources: Path) -> int:
    """Build the site in `out`, with `sources` for the intermediate files; return the exit status."""
    from sphinx.cmd.build import build_main

    node.install()
    stage.stage(sources)
    shutil.rmtree(out, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:  # beside its output, MyST-NB leaves a folder with pictures
        made = Path(folder) / "site"
        status = build_main(["-W", "--keep-going", "-q", "-b", "html", "-c", str(DOCS), str(sources), str(made)])
        shutil.move(made, out)
    if status:
        return int(status)
    shutil.rmtree(out / ".doctrees", ignore_errors=True)
    for shown in (sources / "gallery").glob("*"):
        if shown.suffix != ".md":
            shutil.copyfile(shown, out / "gallery" / shown.name)
    _copy_katex(out / "_static" / "katex")
    _copy_live_pages(out)
    (out / ".nojekyll").touch()  # GitHub's pages would leave out folders that begin with an underscore
    return 0


def _copy_katex(folder: Path) -> None:
    """What a page with formulas loads; they were rendered before."""
    dist = node.MODULES / "katex" / "dist"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(dist / "katex.min.css", folder / "katex.min.css")
    (folder / "fonts").mkdir(exist_ok=True)
    for font in (dist / "fonts").glob("*.woff2"):
        shutil.copyfile(font, folder / "fonts" / font.name)


def _copy_live_pages(out: Path) -> None:
    """`live/build.py`, if it exists, adds the pages in which Python runs: its function `build(out)`."""
    program = DOCS / "live" / "build.py"
    if program.exists():
        spec = spec_from_file_location("live_build", program)
        if spec is None or spec.loader is None:
            raise RuntimeError(f"{program} cannot be loaded")
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        module.build(out)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Build the documentation as a folder of web pages.")
    parser.add_argument("--out", type=Path, default=Path("site"), help="the folder to write (default: site)")
    parser.add_argument("--sources", type=Path, help="keep the sources that were put together in this folder")
    options = parser.parse_args()
    if options.sources is not None:
        shutil.rmtree(options.sources, ignore_errors=True)
        return build(options.out, options.sources)
    with tempfile.TemporaryDirectory() as folder:
        return build(options.out, Path(folder) / "source")


if __name__ == "__main__":
    sys.exit(main())
