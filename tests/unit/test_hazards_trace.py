"""A test that pytest would leave out, or that cannot fail, is no evidence, in whatever way it is hollow."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.hazards.trace import problems

NAME = "tests/unit/test_x.py"
GOOD = "def test_a():\n    assert x > 1\n"
HEAD = "import pytest, unittest\nfrom contextlib import suppress\nfrom hypothesis import given\n"


def found(tmp_path: Path, text: str, **others: str) -> list[str]:
    for path, content in {NAME: HEAD + text, **others}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    return list(problems([f"{NAME}::test_a"], tmp_path))


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "@pytest.mark.parametrize('x', [2])\ndef test_a(x):\n    assert x > 1\n",
        "CASES = [2]\n@pytest.mark.parametrize('x', CASES)\ndef test_a(x):\n    assert x > 1\n",
        "E = pytest.mark.parametrize('x', range(2))\n@E\ndef test_a(x):\n    assert x > 1\n",
        "def test_a():\n    with pytest.raises(ValueError):\n        int('x')\n",
        "def test_a(n):\n    if n:\n        return\n    assert n == 0\n",
        "def test_a(n):\n    for one in n:\n        assert one\n",
        "def test_a(n):\n    def told(x):\n        assert x\n    n(told)\n",
        "def test_a(n):\n    try:\n        n()\n    except ValueError as e:\n        assert str(e) == 'x'\n",
        "def test_a(n):\n    if n.broken:\n        pytest.fail('broken')\n",
        "def test_a(n):\n    assert n() == n()\n",
        "@given(1)\ndef test_a(x):\n    assert x > 1\n",
        "async def test_a(x):\n    assert await x\n",
        "pytestmark = pytest.mark.timeout(9)\n" + GOOD,
        GOOD + "@pytest.mark.skip\ndef test_b():\n    assert 1\n",
    ],
)
def test_a_test_that_can_fail_passes(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, text) == []


LEFT_OUT = {
    "renamed": GOOD.replace("test_a", "test_b"),
    "skip in the body": "def test_a():\n    pytest.skip('later')\n    assert x > 1\n",
    "skip below a condition": "def test_a():\n    if x:\n        pytest.skip('later')\n    assert x > 1\n",
    "importorskip": "def test_a():\n    pytest.importorskip('numpy')\n    assert x > 1\n",
    "imported skip": "from pytest import skip\ndef test_a():\n    skip()\n    assert x > 1\n",
    "renamed skip": "from pytest import skip as later\ndef test_a():\n    later()\n    assert x > 1\n",
    "assigned skip": "later = pytest.skip\ndef test_a():\n    later()\n    assert x > 1\n",
    "skip by getattr": "def test_a():\n    getattr(pytest, 'skip')()\n    assert x > 1\n",
    "raised skip": "def test_a():\n    raise unittest.SkipTest\n    assert x > 1\n",
    "helper skips": "def ready():\n    pytest.skip('x')\ndef test_a():\n    ready()\n    assert x > 1\n",
    "fixture skips": "@pytest.fixture\ndef f():\n    pytest.skip('x')\ndef test_a(f):\n    assert f\n",
    "autouse fixture skips": "@pytest.fixture(autouse=True)\ndef f():\n    pytest.skip('x')\n" + GOOD,
    "mark": "@pytest.mark.skip\n" + GOOD,
    "xfail": "@pytest.mark.xfail(strict=False)\n" + GOOD,
    "skipif": "@pytest.mark.skipif(True, reason='x')\n" + GOOD,
    "imported mark": "from pytest import mark\n@mark.skip\n" + GOOD,
    "alias of a mark": "later = pytest.mark.skip\n@later\n" + GOOD,
    "alias of an alias": "from pytest import mark as m\nlater = m.skip(reason='x')\nmuch = later\n@much\n"
    + GOOD,
    "unittest": "@unittest.skip('x')\n" + GOOD,
    "imported from unittest": "from unittest import skip\n@skip('x')\n" + GOOD,
    "under a harmless name": "from unittest import skip as given\n@given('x')\n" + GOOD,
    "a decorator of its own": "def later(f):\n    return None\n@later\n" + GOOD,
    "a test as fixture": "@pytest.fixture\n" + GOOD,
    "pytestmark": "pytestmark = pytest.mark.skip\n" + GOOD,
    "list of marks": "pytestmark = [pytest.mark.timeout(3), pytest.mark.skip]\n" + GOOD,
    "module skips": "pytest.skip('x', allow_module_level=True)\n" + GOOD,
    "module skips below a condition": "if True:\n    pytest.skip('x', allow_module_level=True)\n" + GOOD,
    "module needs another": "numpy = pytest.importorskip('numpy')\n" + GOOD,
    "deleted": GOOD + "del test_a\n",
    "assigned": GOOD + "test_a = None\n",
    "imported over": GOOD + "from os import path as test_a\n",
    "class of its name": GOOD + "class test_a:\n    pass\n",
    "not a test": GOOD + "test_a.__test__ = False\n",
    "no file of tests": "__test__ = False\n" + GOOD,
    "by globals": GOOD + "_ = globals().pop('test_a')\n",
    "below a condition": "if False:\n    def test_a():\n        assert x > 1\n",
    "in a function": "def f():\n    def test_a():\n        assert x > 1\n",
    "no cases": "@pytest.mark.parametrize('x', [])\ndef test_a(x):\n    assert x > 1\n",
    "no cases by name": "C = ()\n@pytest.mark.parametrize('x', C)\ndef test_a(x):\n    assert x > 1\n",
    "no cases by word": "@pytest.mark.parametrize('x', argvalues=[])\ndef test_a(x):\n    assert x > 1\n",
    "no cases of a list": "@pytest.mark.parametrize('x', [n for n in ()])\ndef test_a(x):\n    assert x\n",
    "no cases of a range": "@pytest.mark.parametrize('x', range(0))\ndef test_a(x):\n    assert x > 1\n",
    "second has none": "E = pytest.mark.parametrize('y', [])\n@pytest.mark.parametrize('x', [1])\n@E\n"
    "def test_a(x, y):\n    assert x\n",
    "no phases": "from hypothesis import settings\n@settings(phases=())\n@given(1)\n" + GOOD,
    "a case that is skipped": "@pytest.mark.parametrize('x', [pytest.param(2, marks=pytest.mark.skip)])\n"
    "def test_a(x):\n    assert x > 1\n",
    "it yields": "def test_a():\n    yield\n    assert x > 1\n",
}
HOLLOW = {
    "nothing": "pass",
    "a text": "'''Says much.'''",
    "a call only": "print(x)",
    "assert True": "assert True",
    "assert a number": "assert 1, 'x'",
    "assert a pair": "assert (x > 1, 'should be')",
    "assert a text": "assert 'x > 1'",
    "assert a sum": "assert 1 + 1 == 2",
    "assert a built-in": "assert bool(1)",
    "assert itself": "assert x == x",
    "assert a length": "assert len(x) >= 0",
    "assert an object": "assert isinstance(x, object)",
    "or True": "assert x > 1 or True",
    "not False": "assert not False",
    "return below a sum": "if 1 < 2:\n        return\n    assert x > 1",
    "below what is never so": "if 1 > 2:\n        assert x > 1",
    "never round": "for one in range(0):\n        assert x > one",
    "return first": "return\n    assert x > 1",
    "return below True": "if True:\n        return\n    assert x > 1",
    "return on both ways": "if x:\n        return\n    else:\n        return\n    assert x > 1",
    "if False": "if False:\n        assert x > 1",
    "if 0 else": "if 1:\n        pass\n    else:\n        assert x > 1",
    "while False": "while 0:\n        assert x > 1",
    "over nothing": "for one in []:\n        assert one",
    "swallowed": "try:\n        assert x > 1\n    except Exception:\n        pass",
    "swallowed bare": "try:\n        assert x > 1\n    except:\n        print(x)",
    "suppressed": "with suppress(AssertionError):\n        assert x > 1",
    "raises nothing of ours": "with pytest.raises(ValueError):\n        raise ValueError",
    "inner and not called": "def inner():\n        assert x > 1",
    "lambda": "assert lambda: x > 1",
}


@pytest.mark.parametrize("text", LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_test_that_pytest_leaves_out_is_said(tmp_path: Path, text: str) -> None:
    assert len(found(tmp_path, text)) == 1


@pytest.mark.parametrize("body", HOLLOW.values(), ids=HOLLOW)
def test_a_test_that_cannot_fail_is_said(tmp_path: Path, body: str) -> None:
    (line,) = found(tmp_path, f"def test_a():\n    {body}\n")
    assert line == f"{NAME}::test_a: it asserts nothing"


@pytest.mark.parametrize(
    "text", ["collect_ignore = ['unit/test_x.py']\n", "import pytest\npytest.skip('x')\n"]
)
def test_what_the_folders_leave_out_is_said(tmp_path: Path, text: str) -> None:
    assert len(found(tmp_path, GOOD, **{"tests/conftest.py": text})) == 1
    assert found(tmp_path, GOOD, **{"tests/conftest.py": "from pathlib import Path\n"}) == []
