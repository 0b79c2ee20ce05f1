# SPDX-License-Identifier: GPL-2.0
"""How Sphinx builds these pages: "make docs"."""

project = "vtd-kmod"
copyright = "the authors of vtd-kmod"  # pylint: disable=redefined-builtin
master_doc = "index"
exclude_patterns = ["man", "ABI"]
html_theme = "alabaster"
html_theme_options = {"fixed_sidebar": True, "page_width": "1080px"}
html_copy_source = False
nitpicky = True
# Blocks of commands are marked as such; the others are of no language.
highlight_language = "none"
