"""Reads decks with pyg4ometry and says what it found, one JSON object a line.

A tool of the tests, run as a program of its own: pyg4ometry is GPL-3 and no part of Isolario. Packages that draw and plot
are replaced by nothing, so that they need not be installed.

    python parse_decks.py FILE...              what each deck holds
    python parse_decks.py --geometry FILE...   overlaps and volumes as well, on meshes
"""

import importlib.abc
import importlib.machinery
import json
import sys
from itertools import combinations
from unittest.mock import MagicMock

UNUSED = {"vtk", "vtkmodules", "matplotlib", "pandas", "scipy"}
# Faces that touch are moved apart by this much for the search of overlaps, mm.
SAFETY_MM = 1e-3


class Nothing(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] not in UNUSED:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = MagicMock(name=spec.name)
        module.__path__ = []
        module.__name__ = spec.name
        module.__spec__ = spec
        return module

    def exec_module(self, module):
        pass


sys.meta_path.insert(0, Nothing())

from pyg4ometry import config  # noqa: E402
from pyg4ometry.fluka import body, fluka_registry  # noqa: E402
from pyg4ometry.fluka.reader import Reader  # noqa: E402


def contents(registry):
    materials = {
        name: type(material).__name__
        for name, material in registry.materials.items()
    }
    return {
        "bodies": {one.name: type(one).__name__ for one in registry.bodyDict.values()},
        "regions": list(registry.regionDict),
        "materials": materials,
        "assigned": {region: found[0] for region, found in registry.assignmas.items()},
    }


def boxes_meet(first, second):
    return all(
        first[axis][0] <= second[axis][1] and second[axis][0] <= first[axis][1] for axis in range(3)
    )


def box_of(mesh):
    points = mesh.toVerticesAndPolygons()[0]
    return [(min(p[a] for p in points), max(p[a] for p in points)) for a in range(3)]


def geometry(registry):
    bigger = fluka_registry.FlukaRegistry()
    smaller = fluka_registry.FlukaRegistry()
    for one in registry.bodyDict.values():
        bigger.addBody(one.safetyExpanded())
        smaller.addBody(one.safetyShrunk())
    volumes = {name: region.mesh().volume() for name, region in registry.regionDict.items()}
    apart = {
        name: region.withLengthSafety(bigger, smaller).mesh()
        for name, region in registry.regionDict.items()
    }
    boxes = {name: box_of(mesh) for name, mesh in apart.items()}
    overlaps = []
    pairs = 0
    for first, second in combinations(apart, 2):
        if not boxes_meet(boxes[first], boxes[second]):
            continue
        pairs += 1
        common = apart[first].intersect(apart[second])
        if not common.isNull():
            overlaps.append([first, second, common.volume()])
    return {"volumes": volumes, "overlaps": overlaps, "pairs": pairs}


def main(arguments):
    wanted = arguments[0] == "--geometry"
    body.LENGTH_SAFETY = SAFETY_MM
    for file in arguments[1:] if wanted else arguments:
        registry = Reader(file).flukaregistry
        found = {"file": file, **contents(registry)}
        if wanted:
            found["geometry"] = geometry(registry)
        print(json.dumps(found), flush=True)


main(sys.argv[1:])
