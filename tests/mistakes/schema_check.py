#!/usr/bin/python3
"""The JSON Schema that `idferry schema` prints, judged by a validator that is not ours: it must accept what the loader
accepts (good.yaml, packaging/examples, the README) and refuse each case that says so, and no other.

usage: schema_check.py IDFERRY SOURCE_DIR
"""

import pathlib
import re
import subprocess
import sys

import jsonschema
import yaml

SIGN = "\u00a7"


class Loader(yaml.SafeLoader):
    """YAML 1.2's core schema, as editors read it: `yes` is text, a date is text."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("null", r"^(~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", list("-+0123456789.")),
    ("merge", r"^<<$", ["<"]),
):
    Loader.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile(pattern), first)


def text_of(case, good):
    if "bytes" in case:
        return bytes.fromhex(case["bytes"]).decode("utf-8", "surrogateescape")
    if "text" in case:
        return case["text"].replace(SIGN, "", 1)
    if case["from"] not in good:
        raise SystemExit(f"{case['name']}: good.yaml does not hold what the case replaces")
    text = good.replace(case["from"], case["to"], 1)
    if "drop" in case:
        text = text.replace(case["drop"], "", 1)
    return text.replace(SIGN, "", 1)


def main():
    idferry, root = sys.argv[1], pathlib.Path(sys.argv[2])
    schema = __import__("json").loads(subprocess.run([idferry, "schema"], check=True, capture_output=True).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(schema)
    wrong = []

    here = root / "tests" / "mistakes"
    good = (here / "good.yaml").read_text()
    accepted = {"good.yaml": good}
    for path in sorted((root / "packaging" / "examples").glob("*.yaml")):
        accepted[path.name] = path.read_text()
    for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", (root / "README.md").read_text(), re.S)):
        accepted[f"README.md, block {number + 1}"] = block
    for name, text in accepted.items():
        for error in judge.iter_errors(yaml.load(text, Loader)):
            wrong.append(f"{name} is refused: {error.json_path}: {error.message[:300]}")

    refused = 0
    cases = yaml.load((here / "cases.yaml").read_text(), Loader)
    for case in cases:
        expected = case["schema"]
        try:
            errors = list(judge.iter_errors(yaml.load(text_of(case, good), Loader)))
        except yaml.YAMLError:
            if expected != "no YAML":
                wrong.append(f"{case['name']}: is no YAML")
            continue
        if expected == "rejects":
            refused += 1
            if not errors:
                wrong.append(f"{case['name']}: the schema accepts it")
        elif errors:
            wrong.append(f"{case['name']}: the schema refuses it, the case says {expected!r}: {errors[0].message[:200]}")
        elif not re.match(r"cannot express: .+", expected):
            wrong.append(f"{case['name']}: says neither 'rejects' nor why not: {expected!r}")

    print(f"{len(accepted)} files accepted, {refused} of {len(cases)} mistakes refused by the schema")
    for line in wrong:
        print("FAILED: " + line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
