"""Is a description valid OpenAPI, and are answers what it says? Answers in JSON on standard output.

check.py DESCRIPTION ANSWERS
"""

import json
import sys

from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT202012


def main(description, answers):
    with open(description, encoding="utf-8") as text:
        description = json.load(text)
    with open(answers, encoding="utf-8") as text:
        answers = json.load(text)
    mistakes = [f"{error.json_path}: {error.message[:300]}" for error in OpenAPIV31SpecValidator(description).iter_errors()]
    # What nothing refers to is not looked at above.
    for name, schema in description["components"]["schemas"].items():
        try:
            Draft202012Validator.check_schema(schema)
        except Exception as error:
            mistakes.append(f"{name}: {error}")
    registry = Registry().with_resource("urn:description", DRAFT202012.create_resource(description))
    for answer in answers:
        pointer = f"urn:description#/components/schemas/{answer['schema']}"
        validator = Draft202012Validator(
            {"$ref": pointer} if not answer["is_list"] else {"type": "array", "items": {"$ref": pointer}},
            registry=registry,
            format_checker=FormatChecker(),
        )
        mistakes += [
            f"{answer['what']}: {error.json_path}: {error.message[:300]}" for error in validator.iter_errors(answer["body"])
        ]
    return {"mistakes": mistakes, "checked": len(answers)}


if __name__ == "__main__":
    json.dump(main(*sys.argv[1:]), sys.stdout)
