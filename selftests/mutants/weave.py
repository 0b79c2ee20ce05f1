# SPDX-License-Identifier: GPL-2.0
"""Reads the lists of mutants and weaves them into a copy of the sources.

A list is text, *.list:

    file: dmar/qi.c

    mutant: qi-no-doorbell
    in: vtd_qi_go
    - vtd_write64(qi->regs, VTD_IQT, tail);
    +
    why: the unit never hears of the descriptors
    caught: test_dmar_qi

"in:" names a function and may be left out. What stands after "-" must occur
exactly once there; it is compared token by token, so that white space and line
breaks do not matter. Several lines of "-" and of "+" belong together; a "-"
after a "+" begins a second place of the same mutant. A text that ends with ";"
or "}" is one or more statements, anything else is an expression.

"caught:" names the test programs that must fail, each PROGRAM, PROGRAM@tsan or
PROGRAM:PATTERN (a cmocka filter with * and ?, "+" standing for a blank).
"survives:" instead gives the reason why no test can fail.
"""
import re
import sys

TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|\w+'
                   r'|->|\+\+|--|<<=|>>=|<<|>>|[-+*/%&|^=!<>]=|&&|\|\||\S')


class Problem(Exception):
    """Something in a list that its author has to put right."""


class Mutant:
    def __init__(self, name, path, where):
        self.name = name
        self.path = path
        self.where = where
        self.function = None
        self.places = []
        self.why = ''
        self.caught = []
        self.survives = ''
        self.number = 0


def parse_line(m, key, value, where):
    if key == 'in':
        m.function = value
    elif key == 'why':
        m.why = value
    elif key == 'survives':
        m.survives = value
    elif key == 'caught':
        m.caught = value.split()
    else:
        raise Problem(f'{where}: unknown word "{key}:"')


def read_list(path):
    """All mutants of one list, in order."""
    mutants, source, m, last = [], None, None, None
    with open(path, encoding='utf-8') as f:
        for number, line in enumerate(f, 1):
            where = f'{path}:{number}'
            line = line.rstrip('\n')
            if not line.strip() or line.startswith('#'):
                continue
            mark, text = line[0], line[1:].strip()
            if mark in '-+':
                if m is None:
                    raise Problem(f'{where}: "{mark}" before any "mutant:"')
                if mark == '-' and last != '-':
                    m.places.append(['', ''])
                if not m.places:
                    raise Problem(f'{where}: "+" before any "-"')
                m.places[-1]['-+'.index(mark)] += text + ' '
                last = mark
                continue
            if ':' not in line:
                raise Problem(f'{where}: neither "word: text" nor - nor +')
            key, value = (s.strip() for s in line.split(':', 1))
            if key == 'file':
                source, m = value, None
            elif key == 'mutant':
                if source is None:
                    raise Problem(f'{where}: no "file:" yet')
                m = Mutant(value, source, where)
                last = None
                mutants.append(m)
            elif m is None:
                raise Problem(f'{where}: "{key}:" before any "mutant:"')
            else:
                parse_line(m, key, value, where)
    return mutants


def read_lists(paths):
    """The mutants of all lists, numbered from 1."""
    mutants, names = [], set()
    for path in paths:
        mutants += read_list(path)
    for number, m in enumerate(mutants, 1):
        m.number = number
        if not m.places or not m.why or bool(m.caught) == bool(m.survives):
            raise Problem(f'{m.where}: mutant {m.name} needs "-", "why:" and '
                          'either "caught:" or "survives:"')
        if m.name in names:
            raise Problem(f'{m.where}: a second mutant {m.name}')
        names.add(m.name)
    return mutants


def function_span(text, name):
    """Where the body of a function stands; None without exactly one."""
    heads = re.compile(r'^[A-Za-z_][^;{}]*?\b' + re.escape(name) +
                       r'\((?:[^;{}])*?\)\s*\n\{', re.M)
    found = [(h.start(), text.index('\n}', h.end())) for h in
             heads.finditer(text)]
    return found[0] if len(found) == 1 else None


def pattern(fragment):
    tokens = TOKEN.findall(fragment)
    out = ''
    for i, token in enumerate(tokens):
        if i:
            both = re.match(r'\w', token) and re.match(r'\w', tokens[i - 1])
            out += r'\s+' if both else r'\s*'
        out += re.escape(token)
    if re.match(r'\w', tokens[0]):
        out = r'(?<!\w)' + out
    if re.match(r'\w', tokens[-1]):
        out += r'(?!\w)'
    return re.compile(out)


def is_expression(text):
    """Whether text can stand in brackets: no comma outside of its own ones."""
    depth, tokens = 0, TOKEN.findall(text)
    if tokens[-1] in ('&&', '||', '&', '|', '+', '-', '*', '==', '='):
        return False
    for token in tokens:
        if token in '([{':
            depth += 1
        elif token in ')]}':
            depth -= 1
        if depth < 0 or token == ',' and not depth or token == 'return':
            return False
    return not depth


def find_place(m, text, right):
    begin, end = 0, len(text)
    if m.function:
        span = function_span(text, m.function)
        if not span:
            raise Problem(
                f'{m.where}: mutant {m.name}: {m.path} has not exactly one '
                f'function {m.function}(); put the "in:" line right')
        begin, end = span
    found = list(pattern(right).finditer(text, begin, end))
    if len(found) != 1:
        raise Problem(
            f'{m.where}: mutant {m.name}: "{right.strip()}" occurs '
            f'{len(found)} times in {m.path}'
            f'{", " + m.function + "()" if m.function else ""}, not once; '
            'the source has changed: copy the new text after "-" and think '
            'again what "+" should be, or take the mutant out')
    return found[0].span()


def render(text, begin, end, edits):
    """text[begin:end] with all edits that lie inside woven in."""
    out, at = '', begin
    while edits:
        b, e = edits[0][:2]
        same = [x for x in edits if x[:2] == (b, e)]
        inner = [x for x in edits if x[:2] != (b, e) and x[0] < e]
        rest = [x for x in edits if x[0] >= e]
        for x in inner:
            if x[1] > e:
                raise Problem(f'{x[2].where}: mutants {same[0][2].name} and '
                              f'{x[2].name} overlap; make one hold the other')
        right = render(text, b, e, inner)
        out += text[at:b] + choose(same, right)
        at = e
        edits = rest
    return out + text[at:end]


def choose(same, right):
    statement = right.rstrip()[-1] in ';}'
    for _, _, m, wrong in reversed(same):
        is_it = f'vtd_mutant_is({m.number})'
        if statement:
            right = f'{{ if ({is_it}) {{ {wrong} }} else {{ {right} }} }}'
        else:
            right = f'({is_it} ? ({wrong}) : ({right}))'
    return right


def weave(text, mutants):
    """The text of one source with all its mutants; lines keep their numbers."""
    edits = []
    for m in mutants:
        for right, wrong in m.places:
            begin, end = find_place(m, text, right)
            wrong = wrong.strip()
            statement = text[begin:end].rstrip()[-1] in ';}'
            if statement and wrong and wrong[-1] not in ';}':
                raise Problem(f'{m.where}: mutant {m.name}: a statement is '
                              'replaced by something that is none')
            if not statement and not (wrong and is_expression(right) and
                                      is_expression(wrong)):
                raise Problem(f'{m.where}: mutant {m.name}: "{right.strip()}" '
                              f'or "{wrong}" is neither an expression nor '
                              'statements to their end')
            edits.append((begin, end, m, wrong))
    edits.sort(key=lambda x: (x[0], -x[1], x[2].number))
    return render(text, 0, len(text), edits)


if __name__ == '__main__':
    sys.exit('weave.py: run mutants.py instead')
