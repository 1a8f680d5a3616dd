"""Deploys the real template on the stand-in for AWS, with functions built for this machine: for
`make local-aws` and the tests. Runs with the Python of .venv/sam; AWS_ENDPOINT_URL says where.

    local.py FUNCTIONS [PARAMETER=VALUE ...]     prints what was made, as JSON
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import boto3

FOLDER = Path(__file__).resolve().parent
SAM = str(Path(sys.executable).with_name("sam"))
NAME = "laptime"


def package(functions, folder):
    """The template beside the functions, as `sam deploy` wants them."""
    shutil.copy(FOLDER / "template.yaml", folder)
    for function in ("webhook", "aggregator", "reporter"):
        place = folder / "build" / function
        place.mkdir(parents=True)
        # Without its debug information a program of the tests is small enough to be deployed.
        subprocess.run(["strip", "-o", place / "bootstrap", functions / function], check=True)


def deploy(folder, parameters):
    machine = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
    given = [f"Architecture={machine}", *(f'{p.split("=", 1)[0]}="{p.split("=", 1)[1]}"' for p in parameters)]
    done = subprocess.run(
        [SAM, "deploy", "--stack-name", NAME, "--template-file", "template.yaml", "--resolve-s3"]
        + ["--capabilities", "CAPABILITY_IAM", "--no-progressbar", "--parameter-overrides", *given],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"laptime: sam deploy failed on the stand-in:\n{done.stdout}")


def made():
    """What is in the stack, by logical name, and its outputs."""
    cloudformation = boto3.client("cloudformation")
    resources = cloudformation.describe_stack_resources(StackName=NAME)["StackResources"]
    stack = cloudformation.describe_stacks(StackName=NAME)["Stacks"][0]
    found = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources}
    outputs = {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]}
    identity = urlsplit(outputs["WebhookUrl"]).hostname.split(".")[0]
    # The stand-in serves all function URLs on its own address.
    return found | {"WebhookUrl": f"{os.environ['AWS_ENDPOINT_URL']}/_aws/lambda-url/{identity}/"}


def mend(found):
    """What the stand-in leaves out of a template."""
    expiry = {"AttributeName": "x", "Enabled": True}
    boto3.client("dynamodb").update_time_to_live(
        TableName=found["Table"], TimeToLiveSpecification=expiry
    )


def main():
    functions, *parameters = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        package(Path(functions), Path(folder))
        deploy(Path(folder), parameters)
    found = made()
    mend(found)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
