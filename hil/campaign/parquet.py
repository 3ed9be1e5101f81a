"""results.parquet: the columns of the results for other programs, written in batches of the same size."""

from __future__ import annotations

from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Final

from hil.campaign.results import RESULTS, Outcome, read

PARQUET: Final = "results.parquet"
BATCH: Final = 1_000
HOW: Final = "no results.parquet: pyarrow is not installed; use ./dev campaign, or install it"
# Column: type in pyarrow's words, where in a line it is.
COLUMNS: Final = {
    "number": "int64",
    "table_s": "float64",
    "injected_s": "float64",
    "effect_s": "float64",
    "detected_ms": "int64",
    "first_cause": "string",
    "worst_deg": "float64",
    "worst_dps": "float64",
    "home_s": "float64",
    "parked": "bool_",
    "end_deg": "float64",
    "end_mode": "string",
    "completed": "bool_",
    "false_trip": "bool_",
    "hash": "string",
}
SPEC: Final = {
    "seed": "int64",
    "scenario": "string",
    "drive": "string",
    "gear": "string",
    "fault": "string",
    "amount": "float64",
    "phase": "string",
    "after_s": "float64",
    "lasts_s": "float64",
    "start_deg": "float64",
}
RIDER: Final = {"sex": "string", "stature_m": "float64", "mass_kg": "float64"}


def write(folder: Path) -> bool:
    """Write it beside the lines; False where pyarrow is not installed."""
    try:
        arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        return False
    types = COLUMNS | SPEC | RIDER | {"violations": "int64", "rules": "string"}
    schema = arrow.schema([(name, getattr(arrow, kind)()) for name, kind in types.items()])
    lines = read(folder / RESULTS)
    with parquet.ParquetWriter(folder / PARQUET, schema) as writer:
        while batch := list(islice(lines, BATCH)):
            writer.write_table(arrow.Table.from_pylist([_row(one) for one in batch], schema))
    return True


def _row(outcome: Outcome) -> dict[str, Any]:
    spec, found = outcome["spec"], outcome["violations"]
    return {
        **{name: outcome.get(name) for name in COLUMNS},
        **{name: spec[name] for name in SPEC},
        **dict(zip(RIDER, spec["rider"], strict=True)),
        "violations": len(found),
        "rules": ",".join(sorted({one["rule"] for one in found})) or None,
    }
