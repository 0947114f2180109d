"""
The whole journey of a replication with Waldur's published client for Python, against the reference host.

    node host/serve.ts --json --size small | head -1 > host.json
    python journey.py host.json

Without an argument it reads the host's line from standard input. It prints a line per check, and fails if one
does.
"""

from __future__ import annotations

import sys

import marketplace
import migrations
import neighbours
import refusals
from checks import check, end, same
from world import World, read_world


def main() -> int:
    world = read_world()
    sections = [
        ("create", migrations.create),
        ("await", migrations.await_ends),
        ("list", migrations.read_lists),
        ("authentication", migrations.sign_in),
        ("update", migrations.update),
        ("dialog", neighbours.dialog),
        ("source's page", neighbours.source_page),
        ("destination", neighbours.destination),
        ("copied objects", neighbours.copied_objects),
        ("around the source", marketplace.around_the_source),
        ("around the copies", marketplace.around_copies),
        ("refused creates", refusals.creates),
        ("refused updates", refusals.updates),
        ("refused lists", refusals.lists),
        ("refused addresses", refusals.addresses),
        ("refused users", refusals.users),
        ("refused bodies", refusals.bodies),
        ("destroy", migrations.destroy),
        ("all answers", all_answers),
    ]
    made = migrations.Made()
    for title, section in sections:
        print(f"\n# {title}")
        # Something that a section needs and that an earlier one did not get fails here.
        try:
            section(world, made)
        except Exception as error:
            with check(f"{title} runs to its end"):
                raise error
    print()
    return end()


def all_answers(world: World, _: migrations.Made) -> None:
    with check(f"each of {world.answers} answers keeps the conventions of media types, uuids and times"):
        same(world.broken, [])


if __name__ == "__main__":
    sys.exit(main())
