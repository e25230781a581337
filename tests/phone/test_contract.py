"""What the phone's TypeScript says of the server's answers, and of words, is what is so."""

import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.needs import ROOT
from tests.phone.node import NODE, run

PHONE = ROOT / "phone"
SCHEMAS = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())["components"]["schemas"]
TYPES = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}


def in_typescript(schema: dict[str, Any]) -> str:
    """The type of a schema, with all that it refers to."""
    if schema.get("nullable"):
        return f"{in_typescript(schema | {'nullable': False})} | null"
    if "$ref" in schema:
        return in_typescript(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    if "allOf" in schema:
        return " & ".join(map(in_typescript, schema["allOf"]))
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if schema["type"] == "array":
        return f"({in_typescript(schema['items'])})[]"
    if schema["type"] != "object":
        return TYPES[schema["type"]]
    required = schema["required"]
    fields = [
        f"{name}{'' if name in required else '?'}: {in_typescript(field)};"
        for name, field in schema["properties"].items()
    ]
    return "{ " + " ".join(fields) + " }"


def checked(source: Path) -> str:
    """What the TypeScript compiler says of a file; nothing is good."""
    compiler = PHONE / "node_modules" / "typescript" / "bin" / "tsc"
    options = "--noEmit --strict --exactOptionalPropertyTypes --skipLibCheck --target es2023"
    modules = "--module esnext --moduleResolution bundler --allowImportingTsExtensions"
    command = [NODE, compiler, "--ignoreConfig", *options.split(), *modules.split(), source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize(("ours", "file"), [("Plan", "plan"), ("Catalogue", "catalogue")])
def test_the_types_are_those_of_the_api(ours: str, file: str, tmp_path: Path) -> None:
    source = tmp_path / "held.ts"
    answered = in_typescript(SCHEMAS[f"{ours}Body"])
    lines = [
        f'import type {{ {ours} }} from "{PHONE}/src/listening/{file}.ts";',
        f"type Answered = {answered};",
        "declare const answered: Answered;",
        f"declare const ours: {ours};",
        f"export const understood: {ours} = answered;",
        "export const complete: Answered = ours;",
    ]
    source.write_text("\n".join(lines))
    assert checked(source) == ""
    source.write_text("\n".join(lines).replace("Answered = { ", "Answered = { unheard: string; "))
    assert "'unheard' is missing" in checked(source)


def test_words_are_alike_as_they_are_on_the_server() -> None:
    """Every character that has a case; those that this Python does not know yet are left out."""
    cased = [
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(character) not in {"Cn", "Cs"}
        and len({character, character.lower(), character.upper(), character.casefold()}) > 1
    ]
    words = cased + [character.casefold() for character in cased]
    made = run("run_listening.mjs", {"folded": words})["folded"]
    theirs = dict(zip(words, made, strict=True))
    assert [c for c in cased if theirs[c] != theirs[c.casefold()]] == []  # what is alike here
    alike: dict[str, set[str]] = {}
    for character in cased:
        alike.setdefault(theirs[character], set()).add(character.casefold())
    assert {folded: words for folded, words in alike.items() if len(words) > 1} == {}  # and there
