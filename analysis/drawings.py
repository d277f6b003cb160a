"""Where things stand in the drawings of a page: the deviations of all targets, and the network."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from base.origins import ORIGINS, OUTCOMES

# -- targets -----------------------------------------------------------------------------------------------------------

LEFT, UNIT, LIMIT = 214, 108, 3.0  # pixels before the axis and per tolerance; deviations beyond end there
COLUMNS = dict(zip(OUTCOMES, (604, 666, 728, 790), strict=True))  # targets without a distance, by outcome
STEP, WIDE = 12, 832


def deviations(targets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Place a mark for every target: how far it is off, in tolerances, in a row for each origin.

    Parameters
    ----------
    targets : sequence of Mapping
        Rows of the table of targets, with ``origin``, ``outcome``, ``deviation`` (None where there is no distance: an
        order, a bound, a target that was not run).

    Returns
    -------
    dict
        ``width``, ``height``; ``rows``: ``label``, ``group``, ``y`` (base line) and ``n``; ``marks``: ``x``, ``y``,
        ``outcome`` and ``number`` (which target); ``ticks``: ``x`` and ``label``; ``columns``: outcome to ``x``.
        Nothing without targets.
    """
    marks: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    bottom = 34
    for origin, about in ORIGINS.items():
        here = [(number, target) for number, target in enumerate(targets) if target["origin"] == origin]
        if not here:
            continue
        heights: dict[int, int] = {}
        placed = []
        for number, target in sorted(here, key=lambda pair: (pair[1]["deviation"] is None, pair[1]["deviation"] or 0)):
            slot = _slot(target)
            heights[slot] = heights.get(slot, 0) + 1
            placed.append((number, target["outcome"], slot, heights[slot]))
        bottom += 16 + STEP * max(heights.values())
        rows.append({"label": about.label, "group": about.group, "y": bottom, "n": len(here)})
        marks += [
            {"number": number, "outcome": outcome, "x": slot, "y": bottom - STEP * (level - 0.5)}
            for number, outcome, slot, level in placed
        ]
    ticks = [{"x": LEFT + UNIT * at, "label": f"{at}"} for at in range(int(LIMIT))]
    ticks.append({"x": LEFT + UNIT * LIMIT, "label": f"≥ {LIMIT:.0f}"})
    drawn = {"width": WIDE, "height": bottom + 40, "base": bottom + 6, "unit": UNIT, "left": LEFT}
    return {**drawn, "rows": rows, "marks": marks, "ticks": ticks, "columns": COLUMNS} if rows else {}


def _slot(target: Mapping[str, Any]) -> int:
    """Return where a target stands on the axis, in steps that keep marks apart, or in which column."""
    if target["deviation"] is None:
        return COLUMNS[target["outcome"]]
    return LEFT + STEP * round(UNIT * min(target["deviation"], LIMIT) / STEP)


# -- network -----------------------------------------------------------------------------------------------------------

BOX, TALL = (150, 46), 104  # size of a group; distance of two layers
APART, LOOP = 205, 150  # distance of two groups in a layer, and room for a loop with its label at the left


def _ranks(groups: Iterable[str], edges: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return the layer of every group: what it is driven by stands above it, as far as connections run in no circle."""
    ahead: dict[str, list[str]] = {name: [] for name in groups}
    driven = {edge["target"] for edge in edges if edge["plastic"] and edge["source"] != edge["target"]}
    reached = {edge["target"] for edge in edges if edge["source"] != edge["target"]}
    for edge in edges:
        ahead[edge["source"]].append(edge["target"])
    # Begin at what nothing drives; where all is driven, at what no learned connection drives.
    order = sorted(ahead, key=lambda name: (name in reached and name in driven, name in reached, not ahead[name]))
    forward: list[tuple[str, str]] = []
    seen: set[str] = set()

    def walk(name: str, above: tuple[str, ...]) -> None:
        seen.add(name)
        for other in ahead[name]:
            if other != name and other not in above:
                forward.append((name, other))
                if other not in seen:
                    walk(other, (*above, other))

    for name in order:
        if name not in seen:
            walk(name, (name,))
    ranks = dict.fromkeys(ahead, 0)
    for _ in ahead:  # the longest way down; connections that close a circle do not count
        for source, target in forward:
            if ranks[target] <= ranks[source] < len(ahead):
                ranks[target] = ranks[source] + 1
    return ranks


def network(wiring: Mapping[str, Any]) -> dict[str, Any]:
    """Place groups in layers, and connections between them.

    Parameters
    ----------
    wiring : Mapping
        What `runner.devices.wiring.wiring` said; may be empty.

    Returns
    -------
    dict
        ``width``, ``height``; ``groups``: ``x``, ``y`` (centre), ``name``, ``size``; ``edges``: ``path`` (of SVG),
        ``x``, ``y`` (of the label), ``name``, ``plastic``, ``source``, ``target``; ``links``: ``path``, ``source``,
        ``target``, ``variables``. Nothing without groups.
    """
    groups = {group["name"]: group for group in wiring.get("groups", ())}
    named = {one["name"]: one for one in wiring.get("synapses", ())}
    edges = []
    for one in wiring.get("synapses", ()):
        # Synapses that act on synapses are drawn towards the neurons of these.
        ends = {
            end: one[end] if one[end] in groups else named.get(one[end], one)["target"] for end in ("source", "target")
        }
        if set(ends.values()) <= set(groups):
            edges.append({**one, **ends})
    if not groups:
        return {}
    connected = {edge[end] for edge in edges for end in ("source", "target") if edge["source"] != edge["target"]}
    links = [link for link in wiring.get("links", ()) if {link["source"], link["target"]} <= set(groups)]
    # What has no connection stands where its links put it.
    placing = [{**link, "plastic": []} for link in links if not {link["source"], link["target"]} <= connected]
    ranks = _ranks(groups, [*edges, *placing])
    layers: dict[int, list[str]] = {}
    for name in sorted(groups, key=lambda name: (name not in connected, name)):
        layers.setdefault(ranks[name], []).append(name)
    wide = max(map(len, layers.values()))
    apart = APART + LOOP * any(edge["source"] == edge["target"] for edge in edges)
    middle = LOOP + apart * (wide - 1) / 2 + BOX[0] / 2
    place = {
        name: (middle + apart * (k - (len(layer) - 1) / 2), 40 + TALL * row)
        for row, (_, layer) in enumerate(sorted(layers.items()))
        for k, name in enumerate(layer)
    }
    drawn = []
    beside: dict[tuple[str, str], int] = {}
    for edge in edges:
        pair = (edge["source"], edge["target"])
        beside[pair] = beside.get(pair, -1) + 1
        drawn.append({**edge, **_path(place[pair[0]], place[pair[1]], beside[pair])})
    led = [{**link, **_path(place[link["source"]], place[link["target"]], 0)} for link in links]
    right = max([middle + apart * (wide - 1) / 2 + BOX[0] / 2, *(edge["right"] for edge in [*drawn, *led])]) + 20
    return {
        "width": round(right),
        "height": round(max(y for _, y in place.values()) + 60),
        "box": BOX,
        "groups": [{**groups[name], "x": x, "y": y} for name, (x, y) in place.items()],
        "edges": drawn,
        "links": led,
    }


def _path(start: tuple[float, float], end: tuple[float, float], number: int) -> dict[str, Any]:
    """Return the curve of a connection, where its label stands, and how far right it reaches."""
    (x, y), (u, v) = start, end
    half, tall = BOX[0] / 2, BOX[1] / 2
    if start == end:  # a loop at the left
        edge, far = x - half, x - half - 46 - 30 * number
        path = f"M{edge:g} {y - 9:g} C{far:g} {y - 26:g} {far:g} {y + 26:g} {edge:g} {y + 9:g}"
        return {"path": path, "x": 0.22 * edge + 0.78 * far - 3, "y": y + 4, "anchor": "end", "right": x}
    if v == y:  # within a layer: below it
        a, deep = y + tall, y + tall + 30 + abs(u - x) / 12 + 12 * number
        path = f"M{x:g} {a:g} C{x:g} {deep:g} {u:g} {deep:g} {u:g} {a + 5:g}"
        return {"path": path, "x": (x + u) / 2, "y": a + 0.75 * (deep - a) + 4, "anchor": "middle", "right": 0}
    if 0 < v - y < TALL + 1:  # to the next layer
        bow, a, b = 60 * number, y + tall, v - tall - 5
        path = f"M{x:g} {a:g} C{x + bow:g} {(a + b) / 2:g} {u + bow:g} {(a + b) / 2:g} {u:g} {b:g}"
        return {"path": path, "x": (x + u) / 2 + 0.75 * bow + 7, "y": (a + b) / 2 + 4, "anchor": "start", "right": 0}
    # Back up, or past other layers: at the right.
    out = 44.0 + 26 * number + 12 * abs(y - v) / TALL
    a, b = x + half, u + half + 5
    reach = max(a, b) + out
    path = f"M{a:g} {y:g} C{reach:g} {y:g} {reach:g} {v:g} {b:g} {v:g}"
    return {
        "path": path,
        "x": max(a, b) + 0.75 * out + 4,
        "y": (y + v) / 2 + 4 + 15 * number,
        "anchor": "start",
        "right": max(a, b) + out + 80,
    }
