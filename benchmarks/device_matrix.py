"""The table of experiments and devices in docs/devices.md: what runs, what is refused and why, what was compared."""

import argparse
import json
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.scorecard import replace_table
from base.catalogue import ROOT
from runner import devices
from runner.devices.base import Device
from runner.devices.features import FEATURES, Requirement

MARKERS = {
    "features": ("<!-- features -->", "<!-- /features -->"),
    "experiments": ("<!-- experiments -->", "<!-- /experiments -->"),
}
COMPARED = {"same tables": "**same tables**", "same score": "**same score**", "differs": "**differs**"}


def features_table() -> str:
    """Write what each device offers, as Markdown."""
    rows = [f"| a network may have | {' | '.join(devices.DEVICES)} |", "|---|" + "---|" * len(devices.DEVICES)]
    for key, (text, _) in FEATURES.items():
        cells = ["–" if key in device.lacks else "✓" for device in devices.DEVICES.values()]
        rows.append(f"| {text} | {' | '.join(cells)} |")
    return "\n".join(rows)


def experiments_table() -> str:
    """Write what every experiment does on every device, as Markdown; looks at every network of scale smoke."""
    from brian2 import defaultclock, ms

    from base.catalogue import names
    from runner.devices.network import assemble
    from runner.devices.numpy import activate
    from runner.devices.requirements import requirements
    from runner.experiment import load
    from runner.guards import changed, guards
    from runner.planning import planned

    activate()
    others = [name for name in devices.DEVICES if name != devices.DEFAULT]
    rows = [f"| experiment | {' | '.join(others)} |", "|---|" + "---|" * len(others)]
    for name in names():
        experiment = load(name)
        made = planned(name, "smoke")
        file = experiment.folder / "devices.json"
        cards = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        required: list[Requirement] = []
        for structure in made.builds.values():
            defaultclock.dt = 0.1 * ms
            required += requirements(assemble(experiment.module, structure))
        held = {
            device: card
            for device, card in cards.items()
            if not changed(card["guards"], guards(experiment, planned(name, card["scale"]).points))
        }
        cells = [_cell(devices.DEVICES[other], required, held.get(other, {})) for other in others]
        rows.append(f"| `{name}` | {' | '.join(cells)} |")
    return "\n".join(rows)


def _cell(on: Device, required: list[Requirement], card: Mapping[str, Any]) -> str:
    """Write what one experiment does on one device. Nothing is claimed that was not run with this very code."""
    lacking = [requirement for requirement in required if requirement.feature in on.lacks]
    if lacking:
        features = list(dict.fromkeys(requirement.feature for requirement in lacking))
        rest = f"; also {', '.join(features[1:])}" if features[1:] else ""
        return f"refused ({features[0]}): `{lacking[0].object}` {lacking[0].detail}{rest}".replace("|", r"\|")
    if not card:
        return "accepted; not run"
    if card["outcome"] == "no target":
        return f"runs; other tables, and no target at scale {card['scale']}: not compared"
    seeds = f", {card['seeds']} seeds" if card.get("seeds", 1) > 1 else ""
    said = COMPARED[card["outcome"]]
    if card["outcome"] == "same tables":
        return f"runs; {said} at scale {card['scale']} (largest difference {card['difference']:g})"
    detail = f"; {', '.join(card['differ'])}" if card["differ"] else ""
    return f"runs; {said} at scale {card['scale']} ({card['targets']} targets{detail}{seeds}), other recordings"


def document(text: str) -> str:
    """Return the page with both tables made anew.

    Parameters
    ----------
    text : str
        Content of docs/devices.md.
    """
    text = replace_table(text, features_table(), MARKERS["features"])
    return replace_table(text, experiments_table(), MARKERS["experiments"])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.device_matrix", description=__doc__)
    parser.add_argument("--update", action="store_true", help="rewrite the tables; default: say whether they hold")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "devices.md")
    args = parser.parse_args()
    logging.getLogger("brian2").setLevel(logging.ERROR)
    before = args.page.read_text(encoding="utf-8")
    after = document(before)
    if args.update:
        args.page.write_text(after, encoding="utf-8")
    elif before != after:
        sys.exit(f"{args.page}: the tables are stale; run `python -m benchmarks.device_matrix --update`")


if __name__ == "__main__":
    main()
