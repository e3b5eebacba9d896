"""The deployment's scripts against stand-ins: python -m unittest discover deploy/tests"""

import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import tomllib
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

AWS = """#!{python}
import json, os, pathlib, sys
log = pathlib.Path(os.environ["AWS_LOG"])
with log.open("a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
def option(name):
    return sys.argv[sys.argv.index(name) + 1]
call = tuple(sys.argv[1:3])
if call == ("lambda", "list-versions-by-function"):
    versions = ["$LATEST", "9", "10"] if "users" in option("--function-name") else ["$LATEST", "3"]
    print(json.dumps({{"Versions": [{{"Version": version}} for version in versions]}}))
elif call == ("lambda", "get-alias"):
    print(json.dumps({{"FunctionVersion": "9" if "users" in option("--function-name") else os.environ["BOOKINGS_AT"]}}))
elif call == ("deploy", "create-deployment"):
    print(json.dumps({{"deploymentId": "d-" + option("--deployment-group-name")}}))
elif call == ("deploy", "get-deployment"):
    print(json.dumps({{"deploymentInfo": {{"status": os.environ["STATUS"]}}}}))
"""

OUTPUTS = {
    "codedeploy_app": {"value": "innkeep-dev"},
    "shifts": {
        "value": {
            "users": {"function": "innkeep-dev-users", "hook": "innkeep-dev-release-check"},
            "bookings": {"function": "innkeep-dev-bookings", "hook": ""},
        }
    },
}


def run(*command, **environment):
    return subprocess.run(
        [sys.executable, *map(str, command)], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True
    )


class Shift(unittest.TestCase):
    def shift(self, status, bookings_at="3"):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        aws = folder / "aws"
        aws.write_text(AWS.format(python=sys.executable))
        aws.chmod(aws.stat().st_mode | stat.S_IXUSR)
        (folder / "outputs.json").write_text(json.dumps(OUTPUTS))
        script = (ROOT / "deploy/shift").read_text().replace("POLL_SECONDS = 10", "POLL_SECONDS = 0")
        (folder / "shift").write_text(script)
        done = run(
            folder / "shift", folder / "outputs.json",
            PATH=f"{folder}:{os.environ['PATH']}", AWS_LOG=str(folder / "log"), STATUS=status, BOOKINGS_AT=bookings_at,
        )  # fmt: skip
        return done, [json.loads(line) for line in (folder / "log").read_text().splitlines()]

    def test_only_what_is_behind_moves_to_the_newest_version(self):
        done, calls = self.shift("Succeeded")
        self.assertEqual(done.returncode, 0, done.stderr)
        deployments = [call for call in calls if call[:2] == ["deploy", "create-deployment"]]
        self.assertEqual(len(deployments), 1)
        revision = json.loads(deployments[0][deployments[0].index("--revision") + 1])
        content = json.loads(revision["appSpecContent"]["content"])
        properties = content["Resources"][0]["innkeep-dev-users"]["Properties"]
        self.assertEqual((properties["CurrentVersion"], properties["TargetVersion"]), ("9", "10"))
        self.assertEqual(content["Hooks"], [{"BeforeAllowTraffic": "innkeep-dev-release-check"}])

    def test_a_rollback_fails(self):
        done, calls = self.shift("Stopped", bookings_at="2")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("rolled back", done.stderr)
        stopped = [call for call in calls if call[:2] == ["deploy", "stop-deployment"]]
        self.assertEqual(len(stopped), 1, "the other one is stopped too")


class Settings(unittest.TestCase):
    def test_each_stage_has_its_settings_for_both_tools(self):
        config = tomllib.loads((ROOT / "samconfig.toml").read_text())
        for stage in ("dev", "staging", "prod"):
            sam = json.loads(run("deploy/stage-settings", stage, "cloudformation").stdout)
            terraform = json.loads(run("deploy/stage-settings", stage, "terraform").stdout)
            self.assertEqual(sam["Parameters"]["Stage"], stage)
            self.assertEqual(terraform["stage"], stage)
            overrides = config[stage]["deploy"]["parameters"]["parameter_overrides"]
            self.assertEqual(len(sam["Parameters"]), len(overrides))
            self.assertEqual(len(terraform), len(overrides))
            declared = (ROOT / "terraform/variables.tf").read_text()
            for name in terraform:
                self.assertIn(f'variable "{name}"', declared)
        self.assertIs(terraform["reserve_concurrency"], True)
        self.assertEqual(terraform["throttling_rate"], 2000)

    def test_an_unknown_stage_is_refused(self):
        self.assertNotEqual(run("deploy/stage-settings", "nowhere", "terraform").returncode, 0)


class Costs(unittest.TestCase):
    def test_twice_the_price_is_twice_the_cost(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        prices = json.loads((ROOT / "deploy/cost/prices.json").read_text())
        doubled = {name: value * 2 if isinstance(value, (int, float)) else value for name, value in prices.items()}
        (folder / "prices.json").write_text(json.dumps(doubled))

        def booking(*arguments):
            lines = run("deploy/cost/report", *arguments).stdout.splitlines()
            total = next(line for line in lines if line.startswith("| **all**"))
            return float(total.split("|")[4].strip(" *"))

        self.assertAlmostEqual(booking(folder / "prices.json"), 2 * booking(), delta=0.02)


if __name__ == "__main__":
    unittest.main()
