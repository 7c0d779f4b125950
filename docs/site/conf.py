"""How Sphinx makes the site: `make docs`, on the pages that `docs.site.stage` lays out."""

from __future__ import annotations

import logging
import os
import tomllib
from pathlib import Path

from docs.site import class_page

ROOT = Path(__file__).parents[2]
IPYTHON = ROOT / "build" / "ipython"  # in place of the user's own start-up files and settings
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "Etalase"
author = copyright = PROJECT["authors"][0]["name"]
version = release = PROJECT["version"]

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "docs.site.docstrings",
    "docs.site.formulas",
    "docs.site.figures",
]
html_theme = "furo"
html_title = "Etalase"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_extra_path = [str(path) for path in [class_page.carried()] if path]  # laid beside the pages, as it is
smartquotes = False  # of code in a docstring a quote is a quote
html_show_sphinx = False
html_copy_source = html_show_sourcelink = False

# Links to headings are as GitHub's, fences of math too.
myst_heading_anchors = 6
myst_enable_extensions = ["dollarmath"]
myst_fence_as_directive = ["math"]
myst_links_external_new_tab = False

# Every notebook is run anew, in a folder of its own; a cell that fails ends the build.
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_timeout = 900  # of a cell, on a machine that does other work too
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_output_stderr = "remove"  # progress
nb_mime_priority_overrides = [("html", "application/vnd.plotly.v1+json", 0)]
nb_merge_streams = True
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # nothing from elsewhere
(IPYTHON / "profile_default").mkdir(parents=True, exist_ok=True)
(IPYTHON / "profile_default" / "ipython_kernel_config.py").write_text("c.IPKernelApp.log_level = 'ERROR'\n")
os.environ["IPYTHONDIR"] = str(IPYTHON)
os.environ["PLOTLY_RENDERER"] = "plotly_mimetype"
logging.getLogger("traitlets").setLevel(logging.WARNING)

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
add_module_names = False
html_math_renderer = "mathml"
