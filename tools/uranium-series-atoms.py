"""Reference atoms of testdata/decay/uranium-series.json, with 400 digits.

Reads the network that tools/uranium-series-network.ts prints, writes the file:

    node bin/run.mjs tools/uranium-series-network.ts > network.json
    python3 tools/uranium-series-atoms.py network.json > testdata/decay/uranium-series.json

Every number is computed twice, in ways that have nothing in common but the network: as a Taylor series of the matrix
over a short time, squared up to the whole, and as Bateman's sum of exponentials. Needs mpmath. Under a minute.
"""

import json
import sys

from mpmath import exp, log, mp, mpf

mp.dps = 400
YEAR_SECONDS = 31_556_926  # tropical year of NUBASE2020, as in src/quantities/conversions.ts
TIMES = [("1 ms", "0.001"), ("1 s", "1"), ("1 d", "86400"), ("1e4 y", 10**4 * YEAR_SECONDS), ("1e10 y", 10**10 * YEAR_SECONDS)]
NATURAL_BECQUEREL = {"U-238": "99.274", "U-235": "0.72", "U-234": "0.005"}
SMALLEST = mpf("1e-300")  # what a double still holds with all its digits
AGREEMENT = mpf("1e-40")  # both ways, relative; far below the digits that are kept

with open(sys.argv[1], encoding="utf8") as file:
    text = file.read()
network = json.loads(text, parse_float=mpf, parse_int=mpf)
names = [entry["nuclide"] for entry in network]
size = len(names)
constants = [log(2) / e["halfLifeSeconds"] if e["halfLifeSeconds"] is not None else mpf(0) for e in network]
feeds = [[mpf(0)] * size for _ in range(size)]  # [daughter][parent], 1/s
for parent, entry in enumerate(network):
    for daughter, share in entry["branches"]:
        assert names.index(daughter) > parent, "parents come before daughters"
        feeds[names.index(daughter)][parent] = share * constants[parent]


def times_triangular(a, b):
    return [
        [sum((a[i][k] * b[k][j] for k in range(j, i + 1) if a[i][k] and b[k][j]), mpf(0)) if j <= i else mpf(0) for j in range(size)]
        for i in range(size)
    ]


def by_squaring(start, seconds):
    halvings = 0
    while max(constants) * seconds / mpf(2) ** halvings > mpf("1e-3"):
        halvings += 1
    step = seconds / mpf(2) ** halvings
    rate = [[(-constants[i] if i == j else feeds[i][j]) * step for j in range(size)] for i in range(size)]
    result = [[mpf(i == j) for j in range(size)] for i in range(size)]
    term, order = result, 0
    while order < size or max(abs(x) for row in term for x in row) > mpf(10) ** -mp.dps:
        order += 1
        term = [[x / order for x in row] for row in times_triangular(rate, term)]
        result = [[x + y for x, y in zip(p, q)] for p, q in zip(result, term)]
    for _ in range(halvings):
        result = times_triangular(result, result)
    return [sum((x * s for x, s in zip(row, start)), mpf(0)) for row in result]


def by_exponentials(start, seconds):
    weights = []  # atoms of j: sum over k of weights[j][k] exp(-constants[k] t)
    for j in range(size):
        row = [mpf(0)] * size
        for k in range(j):
            fed = sum((feeds[j][i] * weights[i][k] for i in range(k, j)), mpf(0))
            if fed:
                row[k] = fed / (constants[j] - constants[k])
        row[j] = start[j] - sum(row, mpf(0))
        weights.append(row)
    factors = [exp(-c * seconds) for c in constants]
    return [sum((w * f for w, f in zip(row, factors)), mpf(0)) for row in weights]


def atoms_after(start, seconds):
    """Both ways; what cannot be reached from the start, or is too small for a double, is left out."""
    one, other = by_squaring(start, mpf(seconds)), by_exponentials(start, mpf(seconds))
    kept = {}
    worst = mpf(0)
    for at, name in enumerate(names):
        if one[at] > SMALLEST:
            worst = max(worst, abs(other[at] / one[at] - 1))
            kept[name] = one[at]
    assert worst < AGREEMENT, f"the two ways differ by {worst}"
    print(f"{seconds} s: {len(kept)} nuclides, the two ways agree to {mp.nstr(worst, 2)}", file=sys.stderr)
    return kept


def rounded(values):
    return json.dumps({name: float(value) for name, value in values.items()})


one_atom = [mpf(name == "U-238") for name in names]
series = [(label, seconds, atoms_after(one_atom, seconds)) for label, seconds in TIMES]
natural = [mpf(NATURAL_BECQUEREL.get(name, 0)) / (constants[at] or 1) for at, name in enumerate(names)]
aeon = 10**9 * YEAR_SECONDS
activities = {name: atoms * constants[names.index(name)] for name, atoms in atoms_after(natural, aeon).items()}

about = [
    "Uranium and actinium series, 90Sr and 3H, for checks of the decay solver; atoms and activities with 400 digits. See ORIGIN.md.",
    "Half-lives: NUBASE2020. Branchings: ENDF/B-VII.1, or NUBASE2020 where branchesFrom says so. Frozen from src/nuclides.",
    f"A year is {YEAR_SECONDS} s. Fission is left out, so the shares of a nuclide may add up to a little less than 1.",
]
print('{\n  "about": [\n' + ",\n".join("    " + json.dumps(line) for line in about) + "\n  ],")
print('  "network": [\n' + ",\n".join("    " + line.rstrip(",") for line in text.strip().split("\n")[1:-1]) + "\n  ],")
lines = [f'    {{"time": "{label}", "seconds": {seconds}, "atoms": {rounded(atoms)}}}' for label, seconds, atoms in series]
print('  "uraniumSeries": [\n' + ",\n".join(lines) + "\n  ],")
start = json.dumps({name: float(value) for name, value in NATURAL_BECQUEREL.items()})
decaying = {name: value for name, value in activities.items() if value}
print(f'  "naturalUranium": {{"becquerel": {start}, "time": "1e9 y", "seconds": {aeon}, "becquerelAfter": {rounded(decaying)}}}\n}}')
