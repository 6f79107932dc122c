#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Documentation/ is built by Sphinx without a warning, and says what the sources say: each
finding of "sotto doctor", each function of libsotto, each member of a call on the bus (of
the other objects cli_and_sottod_agree.sh asks a running sottod)."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import dbus_reference

TOP = Path(__file__).resolve().parents[2]
PAGES = TOP / "Documentation"

# One string, or several behind each other with macros among them.
TEXT = r'((?:"(?:[^"\\]|\\.)*"|[A-Z_]+|\s)+)'


def source(path):
    return (TOP / path).read_text()


def joined(text, macros):
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"|([A-Z_]+)', text)
    return "".join(string or macros.get(macro, "") for string, macro in parts)


def macros_of(text):
    text = text.replace("\\\n", " ")
    return dict(re.findall(r'^#define (\w+)\s+"([^"\n]*)"$', text, re.M))


def said_by_the_program():
    """What may be wrong, or not known; %s and the like are dots."""
    found = set()
    for path in ("userspace/cli/cmd_doctor.c", "userspace/cli/doctor.c",
                 "userspace/daemon/bus_doctor.c", "userspace/daemon/bus_gateway.c"):
        text = source(path)
        for words in re.findall(r'(?:FINDING\(|struct finding\)\{) ?"\w+",\s*'
                                r"(?:HEALTH_BAD|HEALTH_UNKNOWN|false),\s*" + TEXT + ",", text):
            found.add(joined(words, macros_of(text)))
        found.update(re.findall(r'\{ "\w+", HEALTH_BAD, "([^"]*)" \}', text))
    main = source("userspace/daemon/main.c")
    troubles = set(re.findall(r"return ([A-Z_]+);", main.split("trouble_of(int r)", 1)[1]
                              .split("\n}", 1)[0]))
    found.update(macros_of(main)[name] for name in troubles)
    for words in re.findall(r"snprintf\((?:k->)?trouble, sizeof\((?:k->)?trouble\),\s*" + TEXT + ",",
                            source("userspace/daemon/keeper.c")):
        found.add(joined(words, {}))
    return {re.sub("%s", "...", words) for words in found}


class Pages(unittest.TestCase):
    def test_sphinx_has_nothing_to_say(self):
        with tempfile.TemporaryDirectory() as out:
            run = subprocess.run(["/usr/bin/sphinx-build", "-q", "-W", "--keep-going", "-b", "html",
                                  "-d", out + "/doctrees", PAGES, out + "/html"],
                                 capture_output=True, text=True)
            self.assertEqual(run.stdout + run.stderr, "")
            self.assertEqual(run.returncode, 0)
            for page in PAGES.glob("*.rst"):
                self.assertTrue((Path(out) / "html" / (page.stem + ".html")).exists(), page.name)

    def test_files_that_pages_name_are_there(self):
        for page in sorted(PAGES.glob("*.rst")):
            for name in re.findall(r"``((?:module|userspace|tests|tools|examples|include|Documentation)"
                                   r"/[\w./-]+)``", page.read_text()):
                with self.subTest(page.name, file=name):
                    self.assertTrue((TOP / name).exists() or any(TOP.glob(name + ".*")))

    def test_tests_that_pages_name_are_there(self):
        for page in sorted(PAGES.glob("*.rst")):
            for name in re.findall(r"``(\w+)\.sh``", page.read_text()):
                with self.subTest(page.name, test=name):
                    self.assertTrue(any(TOP.glob(f"tests/*/{name}.sh")))

    def test_pages_name_only_pages_that_are_there(self):
        for page in [TOP / "README.md", *sorted(PAGES.glob("*.rst"))]:
            for name in re.findall(r"(?<![\w./*-])([a-z][a-z-]+\.rst)\b", page.read_text()):
                with self.subTest(page.name, named=name):
                    self.assertTrue((PAGES / name).exists())


# By what a command begins, after sudo and settings for it alone.
PROGRAMS = ("sotto|sottod|sotto-guard|make|meson|ninja|cc|systemctl|systemd-analyze|journalctl|echo|adduser|"
            "usermod|apt|apt-get|dpkg|dkms|modprobe|insmod|rmmod|mokutil|ip|nft|tcpdump|tshark|sqlite3|pw-cat|"
            "pw-record|pipewire|perf|bpftrace|git|cp|rm|install|man|sphinx-build|busctl|gdbus|"
            "[.]/\\S+|tests/\\S+|tools/\\S+|build/\\S+")
COMMAND = re.compile(rf"((?:sudo |[A-Z_]+=\S+ )*)({PROGRAMS})( .*)?$")
DOCUMENTS = [TOP / "README.md", *sorted(PAGES.glob("*.rst"))]


def literal_lines(page):
    """Indented lines of a page; of a manual what follows a prompt."""
    text = page.read_text()
    if page.suffix in (".md", ".rst"):
        return re.findall(r"^    (\S.*)$", text, re.M)
    return re.findall(r"^(?:[.]Dl )?[#$] (.+)$", text, re.M)


def inline(page):
    """What is set in another type in the middle of a line."""
    marks = r"``([^`]+)``" if page.suffix == ".rst" else r"(?<!`)`([^`]+)`"
    return [" ".join(words.split()) for words in re.findall(marks, page.read_text())]


def commands_of_pages():
    """Of README.md, the pages and the manuals: lines that begin like a command, and in the middle of
    a line what somebody is to type as root, or of a program that is not ours."""
    for page in [*DOCUMENTS, *sorted((PAGES / "man").glob("*.[0-9]"))]:
        for line in literal_lines(page):
            command = re.split(r"\s{3,}|\s+#\s", line)[0].strip()
            if COMMAND.match(command):
                yield page.name, command
    for page in DOCUMENTS:
        for words in inline(page):
            if re.match(r"sudo |make &&|(systemctl|apt|apt-get|dkms|mokutil|journalctl|sphinx-build) .*[a-z]", words):
                yield page.name, words


class Commands(unittest.TestCase):
    """tests/unit/commands.txt: each command of the pages, with what runs it."""

    rows = dict(line.split("\t") for line in source("tests/unit/commands.txt").splitlines()
                if not line.startswith("#"))
    makefile = source("Makefile")

    def recipe(self, target):
        found = re.search(rf"^{target}:.*\n((?:\t.*\n)*)", self.makefile, re.M)
        return found.group(1) if found else None

    def test_each_command_has_a_row_and_each_row_a_command(self):
        found = {command for _, command in commands_of_pages()}
        self.assertGreater(len(found), 60)
        self.assertEqual(found - set(self.rows), set())
        self.assertEqual(set(self.rows) - found, set())

    def test_what_runs_it_does(self):
        for command, how in self.rows.items():
            with self.subTest(command):
                where, what = how.split(": ", 1)
                if where in ("not run", "itself"):
                    continue
                # A comment runs nothing.
                run = [line for line in source(where).splitlines()
                       if not line.lstrip().startswith(("#", "//", "*"))]
                self.assertTrue(any(what in line for line in run), f"{what!r} in {where}")

    def test_what_is_a_test_itself_is_there(self):
        for command, how in self.rows.items():
            if not how.startswith("itself: "):
                continue
            with self.subTest(command):
                runner = how.removeprefix("itself: ")
                self.assertTrue(runner.startswith(("tests/", "tools/")) and (TOP / runner).exists())
                made = re.match(r"make ([a-z-]+)", command)
                self.assertIn(runner, self.recipe(made.group(1)) if made else command)

    def test_what_nothing_runs_needs_a_person(self):
        # The firmware asks for a password, on the screen of a machine with Secure Boot.
        self.assertEqual([command for command, how in self.rows.items() if how.startswith("not run: ")],
                         ["sudo mokutil --import /var/lib/dkms/mok.pub"])

    def test_what_is_named_in_a_line_is_there(self):
        tests = {p.stem for p in (TOP / "tests/system").glob("*.sh")}
        stages = set(re.findall(r"^stage_(\w+)\(\)", source("tests/run"), re.M)) | {"long"}
        words = set(re.findall(r'^\t\{ "(\w+)", "', source("userspace/cli/main.c"), re.M))
        self.assertGreater(len(words), 15)
        for page in DOCUMENTS:
            for command in inline(page):
                with self.subTest(page.name, command=command):
                    if found := re.match(r"(?:[A-Z_]+=\S+ )*tests/run (.+)", command):
                        for name in found.group(1).replace("debug ", "").split():
                            self.assertTrue(name in tests | stages | {"NAME"} or
                                            any(t.startswith(name.removesuffix("...")) for t in tests
                                                if name.endswith("...")), name)
                    elif found := re.match(r"make ([a-z-]+)", command):
                        self.assertIsNotNone(self.recipe(found.group(1)))
                    elif found := re.match(r"(?:tests|tools)/[\w-]+", command):
                        self.assertTrue((TOP / found.group(0)).exists() or "*" in command or
                                        any(TOP.glob(found.group(0) + "*")))
                    elif found := re.match(r"man (\S+)$", command):
                        self.assertTrue(any((PAGES / "man").glob(found.group(1) + ".[0-9]")))
                    elif found := re.match(r"sotto ([a-z]+)", command):
                        self.assertIn(found.group(1), words)


class Conformance(unittest.TestCase):
    """rfc-conformance.rst: what is done is done in a file that there is, and shown by a test."""

    page = (PAGES / "rfc-conformance.rst").read_text()

    def test_unit_tests_that_it_names_are_there(self):
        named = re.findall(r"``(module_\w+): (\w+)``", self.page)
        self.assertGreater(len(named), 30)
        for file, name in named:
            with self.subTest(file, name=name):
                self.assertIn(f"void {name}(void **state)", source(f"tests/unit/{file}.c"))

    def test_files_that_it_names_are_there(self):
        for name in re.findall(r"``(\w+\.[ch])``", self.page):
            with self.subTest(name):
                self.assertTrue((TOP / "module" / name).exists())

    def tables(self):
        """heading -> rows of three cells, each in one line"""
        found = {}
        for heading, table in re.findall(r"^(RFC \d+), .*\n=+\n\n=+  =+  =+\n.*\n=+  =+  =+\n((?:.+\n)+?)=+  =+  =+$",
                                         self.page, re.M):
            border = self.page[:self.page.index(table)].rstrip("\n").rsplit("\n", 1)[1]
            starts = [m.start() for m in re.finditer("=+", border)]
            rows = found.setdefault(heading, [])
            for line in table.rstrip("\n").split("\n"):
                cells = [line[a:b].strip() for a, b in zip(starts, starts[1:] + [None])]
                if cells[0] and not (rows and not cells[2] and not cells[1].startswith("``")):
                    rows.append(cells)
                else:
                    rows[-1] = [f"{a} {b}".strip() for a, b in zip(rows[-1], cells)]
        return found

    def test_each_rfc_has_its_table(self):
        # RFC 6189 has a page of its own.
        self.assertEqual(set(self.tables()), {f"RFC {n}" for n in (3711, 5761, 6188, 6562, 6904, 7714, 7983, 9335)})
        self.assertTrue((PAGES / "zrtp-conformance.rst").exists())

    def test_what_is_done_is_shown(self):
        for heading, rows in self.tables().items():
            for requirement, where, shown in rows:
                with self.subTest(heading, requirement=requirement):
                    if where.startswith(("not done", "not here")):
                        continue
                    self.assertRegex(where, r"``\w+[.]c``")
                    self.assertRegex(shown, r"``(module_\w+: \w+|\w+[.]sh)``")


class Metrics(unittest.TestCase):
    """watching.rst: the families of "sotto metrics", and why a handshake fails."""

    page = (PAGES / "watching.rst").read_text()

    def test_families_are_those_of_the_program(self):
        of_program = re.findall(r'^\t\{ "(sotto_\w+)", "', source("userspace/cli/metrics.c"), re.M)
        self.assertGreater(len(of_program), 10)
        numbers = self.page.split("\nTracepoints\n")[0]
        self.assertEqual(re.findall(r"^``(sotto_\w+)``  ", numbers, re.M), of_program)

    def test_so_are_the_reasons(self):
        of_program = re.findall(r'\[METRIC_FAILED_\w+\]\s*= "([a-z-]+)"',
                                source("userspace/daemon/metrics.c"))
        table = self.page.split("A handshake fails for", 1)[1].split("\n\n")[1]
        self.assertEqual(set(re.findall(r"^``([a-z-]+)``  ", table, re.M)), set(of_program))


class Journal(unittest.TestCase):
    """watching.rst: what sottod says of what happens, and by which MESSAGE_ID it is found."""

    def test_events_are_those_of_the_program(self):
        of_program = re.findall(r'\{ "([a-z-]+)", "([0-9a-f]{32})", LOG_([A-Z]+),',
                                source("userspace/daemon/journal.c"))
        self.assertEqual(len(of_program), len({number for _, number, _ in of_program}))
        self.assertGreater(len(of_program), 5)
        rows = re.findall(r"^``([a-z-]+)``\s+``([0-9a-f]{32})``\s+(\w+)",
                          (PAGES / "watching.rst").read_text(), re.M)
        self.assertEqual(rows, [(name, number, level.lower()) for name, number, level in of_program])


class Doctor(unittest.TestCase):
    def test_findings_are_found(self):
        self.assertGreater(len(said_by_the_program()), 30)

    def test_each_finding_is_explained_and_no_other(self):
        page = (PAGES / "troubleshooting.rst").read_text()
        self.assertEqual(set(re.findall(r"^``(.+)``\n  \S", page, re.M)), said_by_the_program())


class Manual(unittest.TestCase):
    """sotto(1) beside what "sotto WORD --help" is made of, word by word (that all of it is there
    at all, and in the completions, cli_completion_knows_every_word.sh asks of the program)."""

    manual = source("Documentation/man/sotto.1")

    def program(self):
        """word -> options of its usage, options that it explains"""
        table = source("userspace/cli/main.c").split("commands[] = {\n", 1)[1].split("\n};", 1)[0]
        found = {}
        for entry in re.split(r"(?m)^\t(?=\{ \")", table)[1:]:
            word, usage, *text = re.findall(r'"((?:[^"\\]|\\.)*)"', entry)
            text = "".join(text).replace("\\n", "\n")
            found[word] = (set(re.findall(r"--[a-z][a-z-]*", usage)),
                           set(re.findall(r"^  (--[a-z-]+)\b", text, re.M)))
        return found

    def synopsis(self):
        text = self.manual.split(".Sh SYNOPSIS\n", 1)[1].split("\n.Sh ", 1)[0]
        found = {}
        for part in text.split(".Nm\n")[1:]:
            words = re.match(r"[.]Cm ([a-z]+(?: [|] [a-z]+)*)", part)
            if words:
                options = {"-" + o for o in re.findall(r"Fl (-[a-z-]+)", part)} - {"--preset"}
                for word in words.group(1).split(" | "):
                    found.setdefault(word, set()).update(options)
        return found

    def sections(self):
        text = self.manual.split(".Sh COMMANDS\n", 1)[1].split("\n.Sh ", 1)[0]
        found = {}
        for part in re.split(r"(?m)^[.]It Cm ", text)[1:]:
            word = re.match(r"[a-z]+", part).group(0)
            found.setdefault(word, set()).update(
                "-" + o for o in re.findall(r"^[.]It Fl (-[a-z-]+)", part, re.M))
        # One list is for both.
        found["backup"] |= found["restore"]
        return found

    def test_its_synopsis_has_each_command_with_its_options(self):
        program = {word: usage for word, (usage, _) in self.program().items()}
        self.assertGreater(len(program), 15)
        self.assertEqual(program.pop("status"), set())  # that is sotto alone
        self.assertEqual(self.synopsis(), program)

    def test_it_explains_the_options_of_each_command_and_no_other(self):
        self.assertEqual(self.sections(), {word: told for word, (_, told) in self.program().items()})


class Bus(unittest.TestCase):
    def test_each_member_of_a_call_is_there_and_no_other(self):
        text = source("userspace/daemon/bus_call.c")
        program = {name: f"method {taken} -> {given}" for name, taken, given in re.findall(
            r'\t(?:METHOD|SENSITIVE)\("(\w+)", "(.*?)", "(.*?)",', text)}
        properties = re.search(r"#define PROPERTIES\(.*?\n\n", text, re.S).group(0)
        program.update({name: f"property {kind}" for name, kind in re.findall(
            r'\("(\w+)", "([\w()]+)",', properties)})
        self.assertGreater(len(program), 20)
        self.assertEqual(dbus_reference.differences(dbus_reference.of_page("org.sotto1.Call"),
                                                    program), [])


    def test_what_an_agent_is_asked(self):
        page = (PAGES / "dbus.rst").read_text().split("\norg.sotto1.Agent, ", 1)[1].split("\nErrors\n", 1)[0]
        told = set(re.findall(r"^``(\w+)\(o\)``  ", page, re.M))
        self.assertGreater(len(told), 4)
        self.assertEqual(told, set(re.findall(r'case CALLS_ASK_\w+:\s+return "(\w+)";',
                                              source("userspace/daemon/bus_agent.c"))))
        self.assertEqual(told, set(re.findall(r'^\tASKED\("(\w+)"\)', source("userspace/cli/cmd_agent.c"),
                                              re.M)))

    def test_errors(self):
        page = (PAGES / "dbus.rst").read_text().split("\nErrors\n", 1)[1].split("The message is", 1)[0]
        self.assertEqual(set(re.findall(r"``([A-Z]\w+)``", page)),
                         set(re.findall(r'BUS_ERROR\("(\w+)"\)', source("userspace/daemon/bus_error.h"))))


class Library(unittest.TestCase):
    """libsotto(3) beside the header and the symbols that are given away."""

    def test_manual_names_each_function_with_its_arguments(self):
        header = re.sub(r"/\*.*?\*/", "", source("userspace/libsotto/sotto.h"), flags=re.S)
        declared = {}
        for name, arguments in re.findall(r"^[\w ]+[ *](sotto_\w+)\((.*?)\);", header, re.S | re.M):
            declared[name] = " ".join(arguments.split())
        told = {}
        for name, arguments in re.findall(r'^\.Fn (\w+) (".*")$', source(
                "Documentation/man/libsotto.3"), re.M):
            told[name] = ", ".join(re.findall(r'"([^"]*)"', arguments))
        self.assertGreater(len(declared), 30)
        self.assertEqual(told, declared)

    def test_what_is_declared_is_given_away(self):
        header = re.sub(r"/\*.*?\*/", "", source("userspace/libsotto/sotto.h"), flags=re.S)
        words = re.findall(r"^\t(sotto_[\w*]+);", source("userspace/libsotto/libsotto.map"), re.M)
        for name in re.findall(r"^[\w ]+[ *](sotto_\w+)\(", header, re.M):
            with self.subTest(name):
                self.assertTrue(any(re.fullmatch(w.replace("*", ".*"), name) for w in words))


if __name__ == "__main__":
    unittest.main()
