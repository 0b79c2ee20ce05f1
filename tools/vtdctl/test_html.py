#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks that a page of "vtdctl html" is whole and needs nothing but itself.

Usage: test_html.py FILE
Every element is closed where it may be, each reference leads to a part of the
page, nothing is loaded and nothing runs. Prints what is wrong and ends with
status 1 then.
"""

import html.parser
import sys

# Elements that have no end.
VOID = {"meta", "br", "hr"}
KNOWN = {"html", "head", "body", "meta", "title", "style", "nav", "a", "h1", "h2",
         "h3", "p", "div", "span", "b", "code", "ul", "li", "table", "thead",
         "tbody", "tr", "th", "td"}
ATTRIBUTES = {"lang", "charset", "name", "content", "id", "class", "style", "href"}
# What may not be in a paragraph: a browser would end it.
BLOCKS = {"div", "table", "p", "ul", "h1", "h2", "h3"}


class Page(html.parser.HTMLParser):
    """What is open, and what is wrong."""

    def __init__(self):
        super().__init__()
        self.open = []
        self.wrong = []
        self.ids = []
        self.wanted = []
        self.cells = 0
        self.columns = 0

    def need(self, good, what):
        if not good:
            self.wrong.append("%d:%d: %s" % (*self.getpos(), what))

    def handle_decl(self, decl):
        self.need(decl == "DOCTYPE html", f"declaration {decl}")

    def handle_comment(self, data):
        self.need(False, "a comment")

    def handle_starttag(self, tag, attrs):
        self.need(tag in KNOWN, f"element {tag}")
        self.need(not (tag in BLOCKS and "p" in self.open), f"{tag} in p")
        for name, value in attrs:
            self.need(name in ATTRIBUTES, f"attribute {name}")
            if name == "id":
                self.need(value not in self.ids, f"id {value} twice")
                self.ids.append(value)
            elif name == "href":
                self.need(value.startswith("#"), f"it refers to {value}")
                self.wanted.append(value[1:])
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.columns = 0
        elif tag == "tr":
            self.cells = 0
        elif tag in ("td", "th"):
            self.cells += 1

    def handle_endtag(self, tag):
        last = self.open.pop() if self.open else "nothing"
        self.need(last == tag, f"{tag} ends where {last} is open")
        if tag == "tr":
            self.columns = self.columns or self.cells
            self.need(self.cells == self.columns, f"{self.cells} cells in a row")


def main():
    with open(sys.argv[1], encoding="ascii") as file:
        text = file.read()
    page = Page()
    page.feed(text)
    page.close()
    page.need(not page.open, f"{page.open} are never closed")
    for name in page.wanted:
        page.need(name in page.ids, f"nothing has the id {name}")
    for word in ("http", "//", "url(", "@import", "<script", "javascript:", "src="):
        page.need(word not in text, f"{word} is in it")
    for line in page.wrong:
        print("#", line)
    return bool(page.wrong)


if __name__ == "__main__":
    sys.exit(main())
