"""One process of mypyc, in the copy of the packages: `python -m hil.compiled.mypyc_build FILES`."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from mypyc.build import mypycify
from setuptools import Distribution
from setuptools.command.build_ext import build_ext


class _Parallel(build_ext):
    """Compiles the C files of one extension beside each other; setuptools takes one after the other."""

    def build_extensions(self) -> None:
        compiler: Any = self.compiler
        one_by_one = compiler.compile

        def compile(sources: list[str], *given: Any, **named: Any) -> list[str]:
            with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
                made = pool.map(lambda source: one_by_one([source], *given, **named), sources)
            return [name for names in made for name in names]

        compiler.compile = compile
        super().build_extensions()


def main() -> None:
    """Compile in place. Level 1: level 2 costs the compiler three times as long."""
    files = sys.argv[1:]
    made = mypycify(files, opt_level="1", debug_level="0", multi_file=True)
    command = _Parallel(Distribution({"name": "compiled", "ext_modules": made}))
    command.inplace = True
    command.ensure_finalized()
    command.run()


if __name__ == "__main__":
    main()
