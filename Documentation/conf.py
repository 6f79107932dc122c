# SPDX-License-Identifier: GPL-2.0-or-later
"""How Sphinx makes pages of this directory; no theme or extension that Debian has not."""

project = "sotto"
copyright = "sotto's authors"
author = "sotto's authors"
extensions = []
exclude_patterns = ["man", "netlink"]
# The pages name files, commands and other pages as text, as the kernel's do.
smartquotes = False
highlight_language = "none"
html_theme = "classic"
html_show_sourcelink = False
html_show_copyright = False
html_last_updated_fmt = None
nitpicky = True
