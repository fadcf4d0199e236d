"""Answers that try what files, shells and people's eyes would do with them."""

from typing import Any

TEXTS = ("agent_name", "description", "organization")

# Each of the three texts refuses these.
REFUSED = {
    "nothing": "",
    "spaces": "   ",
    "a space that does not break": "\u00a0",
    "a space in front": " Ada",
    "a new instruction": "Ada\nRUN touch /owned",
    "a new header": "Ada\r\nSet-Cookie: owned=1",
    "a new paragraph": "Ada\u2029Bob",
    "a tab": "Ada\tBob",
    "an escape sequence": "\x1b[31mAda",
    "the end of a string in C": "Ada\x00Bob",
    "the end of a string": '"; import os; os.system("touch owned") #',
    "the end of a docstring": '""" + open("owned", "w").name + """',
    "the end of a table": 'Ada"\n[tool.uv]\npackage = false',
    "the end of a label": 'Ada" owned="1',
    "a path of Windows": "C:\\temp\\new",
    "an escaped character": "Ada\\u0022Bob",
    "a line that goes on": "Ada\\",
    "letters from right to left": "\u202eadA",
    "a mark for right to left": "Ada\u200f",
    "an isolated direction": "\u2066Ada\u2069",
    "a space without width": "Ada\u200bBob",
    "a family of joined emoji": "👩\u200d👧",
    "a mark of byte order": "\ufeffAda",
    "half a character": "\ud83d",
    "300 characters": "a" * 300,
}
# They accept these, which look worse than they are.
KEPT = {
    "quotes": "It's 'Ada' '''s",
    "braces": "{name} {0} }} {",
    "an expression of Jinja": "{{ 7 * 7 }}",
    "a statement of Jinja": "{% raw %} {% endraw %}",
    "a comment of Jinja": "{# Ada #}",
    "an expression of GitHub": "${{ github.token }}",
    "a variable of the shell": "touch${IFS}owned $HOME $$ $1",
    "a command of the shell": "$(touch owned)",
    "another command of the shell": "`touch owned`",
    "the end of a command": "Ada; touch owned & touch owned | cat > owned",
    "the end of a document": "EOF",
    "a function of make": "$(shell touch owned)",
    "a comment": "# Ada",
    "a comment behind": "Ada #1 #",
    "a key of YAML": "a: b",
    "an item of YAML": "- Ada",
    "an anchor of YAML": "&Ada *Ada !!python/object:os.system",
    "a word of YAML": "Yes",
    "nothing of YAML": "Null",
    "a tilde": "~",
    "a number": "1e3",
    "wide letters": "日" * 60,
    "a number in hexadecimal": "0x1",
    "a date": "2024-01-01",
    "an old format": "%(name)s %d 100 %",
    "a path": "../../etc/passwd",
    "a folder for everybody": "/tmp/ada",  # noqa: S108  # that is what is tried
    "an address": "0.0.0.0",  # noqa: S104  # the same
    "an option": "--help",
    "a link": "[Ada](javascript:alert(1)) ![x](y)",
    "a definition": "[Ada]: https://example.com",
    "an element": "<script>alert('owned')</script>",
    "a comment of HTML": "<!-- Ada",
    "an entity": "&lt;Ada&gt; &#35; R&D",
    "a fence": "```",
    "another fence": "~~~",
    "a rule": "---",
    "another rule": "___",
    "a quotation": "> Ada",
    "a numbered item": "1. Ada",
    "signs in words": "__init__ snake_case _it_ **bold** 2*3*4",
    "a row": "| Ada | Bob |",
    "emoji": "😀 ❤️",
    "Chinese": "你好",
    "Hebrew and Arabic": "שלום عربي",
    "letters that look like others": "Ada\u2019s \u0430gent \u2013 \uff57ide",
    "accents that stand alone": "Zu\u0308rich",
    "a keyword": "class",
    "a device of Windows": "CON",
    "as long as a name may be": "W" * 60,
}

NAMES = ("agent_slug", "package_name", "image")
PORTS = ("http_port", "grpc_port", "ops_port")
# What machines read is refused as soon as it is not plain, so all of the above as well as these.
REFUSED_NAMES: list[tuple[str, Any]] = [
    *(("agent_slug", word) for word in ("yes", "null", "off", "true", "kubectl", "pyyaml", "git")),
    *(("package_name", word) for word in ("__init__", "_ada", "no", "none", "yaml", "ada.bob")),
    ("agent_slug", "ada-" + "b" * 30),
    ("image", "ghcr.io/ada/bob:latest"),
    ("image", "ghcr.io/ada/../bob"),
    ("image", "ghcr.io//ada"),
    ("image", "-v.example/ada"),
    ("image", "ghcr.io/$(touch owned)/ada"),
    ("image", "ghcr.io/ada/bob\n"),
    *((port, number) for port in PORTS for number in (0, -1, 80, 65536, 8000.5, True)),
    *((port, text) for port in PORTS for text in ("", "http", "80 80", "1e3", "0x1", "8000.5")),
]
KEPT_NAMES: list[dict[str, Any]] = [
    {"agent_slug": "e1", "package_name": "x0", "image": "a.b/c"},
    {"agent_slug": "yes-sir", "package_name": "null_agent", "image": "localhost/a__b/c--d.e"},
    {"agent_slug": "a" * 30, "package_name": "b" * 30, "image": "r:5000/" + "c" * 190},
    {"agent_slug": "a-b-c", "package_name": "a_b_c", "http_port": 1024, "ops_port": 65535},
    {"agent_slug": "agent", "package_name": "conftest0", "grpc_port": 1024, "http_port": 65535},
]
