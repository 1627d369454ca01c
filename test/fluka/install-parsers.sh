#!/usr/bin/env bash
# Puts pyg4ometry (GPL-3, a tool of the tests, no part of Isolario) into a folder outside the clone: half a minute, 300 MB,
# once. Of what it asks for, only what reading decks and meshes needs is taken; see parse_decks.py.
set -euo pipefail
folder=${XDG_CACHE_HOME:-$HOME/.cache}/isolario/pyg4ometry-1.4.6
[ -e "$folder/stamp" ] && exit 0
mkdir -p "$folder"
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps \
  pyg4ometry==1.4.6 antlr4-python3-runtime==4.13.1 numpy==2.4.6 sympy==1.14.0 mpmath==1.3.0 networkx==3.6.1
"$folder/bin/python" -c 'import numpy, sympy, networkx, antlr4'
touch "$folder/stamp"
