"""REFERENCE.md is what the catalogue says, and has all of it."""

import importlib.util
import inspect
import pathlib
import unittest

import cxj

PACKAGE = pathlib.Path(__file__).resolve().parent.parent


class Reference(unittest.TestCase):
    def test_it_is_what_would_be_written(self) -> None:
        spec = importlib.util.spec_from_file_location("reference", PACKAGE / "reference.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        text = (PACKAGE / "REFERENCE.md").read_text("utf-8")
        self.assertEqual(text, module.reference(), "python reference.py writes it")
        rows = [line for line in text.splitlines() if line.startswith("| `")]
        with cxj.Engine() as engine:
            names = [info.name for info in cxj.metrics()] + [info.name for info in cxj.facets()] + [
                info.name for info in engine.dimensions()] + [info.name for info in cxj.predictors()]
        options = list(inspect.signature(cxj.Engine).parameters)
        self.assertEqual(sorted(row.split("`")[1] for row in rows), sorted([*names, *options]))
        for info in cxj.metrics():
            self.assertTrue([row for row in rows if row.startswith(f"| `{info.name}` |") and f"| {info.summary} |" in row], info.name)


if __name__ == "__main__":
    unittest.main()
