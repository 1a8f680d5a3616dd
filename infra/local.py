"""The real template on the stand-in for AWS, with functions built for this machine. Runs with the
Python of .venv/sam.

    local.py deploy FUNCTIONS [PARAMETER=VALUE ...]
        deploys to AWS_ENDPOINT_URL, for the tests; prints what was made, as JSON
    local.py show MINISTACK FUNCTIONS
        `make local-aws`: starts the stand-in, deploys, posts deliveries, shows what comes of them
"""

import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urlsplit

import boto3

FOLDER = Path(__file__).resolve().parent
HISTORY = FOLDER.parent / "events" / "history.jsonl"
SAM = str(Path(sys.executable).with_name("sam"))
NAME = "laptime"
SECRET = "the secret of make local-aws"
MOMENT = re.compile(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z"')
# The schedule comes once a minute here.
PATIENCE = 180


def package(functions, folder):
    """The template beside the functions, as `sam deploy` wants them."""
    shutil.copy(FOLDER / "template.yaml", folder)
    for function in ("webhook", "aggregator", "reporter"):
        place = folder / "build" / function
        place.mkdir(parents=True)
        # Without its debug information a program of the tests is small enough to be deployed.
        subprocess.run(["strip", "-o", place / "bootstrap", functions / function], check=True)


def deploy(functions, parameters):
    """Deploys, and answers what is in the stack by logical name, with the webhook's address."""
    machine = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
    pairs = [parameter.split("=", 1) for parameter in [f"Architecture={machine}", *parameters]]
    with tempfile.TemporaryDirectory() as folder:
        package(Path(functions), Path(folder))
        done = subprocess.run(
            [SAM, "deploy", "--stack-name", NAME, "--template-file", "template.yaml", "--resolve-s3"]
            + ["--capabilities", "CAPABILITY_IAM", "--no-progressbar", "--parameter-overrides"]
            + [f'{name}="{value}"' for name, value in pairs],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    if done.returncode:
        sys.exit(f"laptime: sam deploy failed on the stand-in:\n{done.stdout}")
    made = found()
    # The stand-in leaves this out of a template.
    expiry = {"AttributeName": "x", "Enabled": True}
    boto3.client("dynamodb").update_time_to_live(
        TableName=made["Table"], TimeToLiveSpecification=expiry
    )
    return made


def found():
    cloudformation = boto3.client("cloudformation")
    resources = cloudformation.describe_stack_resources(StackName=NAME)["StackResources"]
    stack = cloudformation.describe_stacks(StackName=NAME)["Stacks"][0]
    outputs = {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]}
    identity = urlsplit(outputs["WebhookUrl"]).hostname.split(".")[0]
    # The stand-in serves all function URLs on its own address.
    url = f"{os.environ['AWS_ENDPOINT_URL']}/_aws/lambda-url/{identity}/"
    return {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources} | {"WebhookUrl": url}


@contextmanager
def stand_in(ministack):
    """The stand-in on loopback, and the variables by which everything finds it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    endpoint = f"http://127.0.0.1:{port}"
    os.environ |= {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "000000000001",
        "AWS_SECRET_ACCESS_KEY": "not a secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
    }
    with tempfile.TemporaryDirectory() as state:
        own = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "STATE_DIR": f"{state}/state"}
        server = subprocess.Popen(
            [ministack],
            env=os.environ | own | {"S3_DATA_DIR": f"{state}/s3"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for("the stand-in", lambda: answers(port))
            yield
        finally:
            server.terminate()
            server.wait()


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(what, happened):
    ends = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > ends:
            sys.exit(f"laptime: {what} did not come within {PATIENCE} s")
        time.sleep(0.2)


def recent(folder):
    """The sample deliveries as if the last of them had happened yesterday: CloudWatch takes two weeks."""
    text = HISTORY.read_text(encoding="utf-8")
    read = lambda moment: datetime.fromisoformat(moment).replace(tzinfo=timezone.utc)
    last = max(read(found[1]) for found in MOMENT.finditer(text))
    days = (datetime.now(timezone.utc) - timedelta(days=1)).date() - last.date()
    moved = lambda found: f'"{(read(found[1]) + days).strftime("%Y-%m-%dT%H:%M:%S")}{found[2] or ""}Z"'
    file = Path(folder) / "deliveries.jsonl"
    file.write_text(MOMENT.sub(moved, text), encoding="utf-8")
    return file


def show(functions):
    print("deploying infra/template.yaml on the stand-in ...", flush=True)
    made = deploy(functions, ["PassSchedule=rate(1 minute)", "BatchWindowSeconds=0"])
    boto3.client("ssm").put_parameter(
        Name="/laptime/webhook-secret", Value=SECRET, Type="SecureString", Overwrite=True
    )
    print(f"\nposting signed deliveries to {made['WebhookUrl']}", flush=True)
    program = Path(functions) / "laptime"
    os.environ["LAPTIME_WEBHOOK_SECRET"] = SECRET
    with tempfile.TemporaryDirectory() as folder:
        file = recent(folder)
        for _ in ("once", "again"):
            subprocess.run([program, "replay", "--to", made["WebhookUrl"], file], check=True)

    print("\nwaiting for the schedule, which comes once a minute here ...", flush=True)
    cloudwatch = boto3.client("cloudwatch")
    wait_for("a pass", lambda: cloudwatch.list_metrics(Namespace="Laptime", MetricName="RunDuration")["Metrics"])
    show_metrics(cloudwatch)
    show_reports(made)
    print("\nlaptime status, on the same table\n", flush=True)
    subprocess.run([program, "status", "--data", f"dynamodb://{made['Table']}"], check=True)


def show_metrics(cloudwatch):
    print("\nmetrics in CloudWatch")
    now = datetime.now(timezone.utc)
    pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace="Laptime")
    for metric in (metric for page in pages for metric in page["Metrics"]):
        points = cloudwatch.get_metric_statistics(
            Namespace="Laptime",
            MetricName=metric["MetricName"],
            Dimensions=metric["Dimensions"],
            StartTime=now - timedelta(days=14),
            EndTime=now + timedelta(hours=1),
            Period=60,
            Statistics=["Sum", "SampleCount"],
        )["Datapoints"]
        whose = " / ".join(dimension["Value"] for dimension in metric["Dimensions"])
        count, total = (sum(point[key] for point in points) for key in ("SampleCount", "Sum"))
        print(f"  {metric['MetricName']:<26} {count:>4.0f} samples, sum {total:>8.1f}  {whose}")
    print("\nalarms")
    for alarm in cloudwatch.describe_alarms()["MetricAlarms"]:
        print(f"  {alarm['StateValue']:<18} {alarm['AlarmDescription']}")


def show_reports(made):
    lambda_, s3 = boto3.client("lambda"), boto3.client("s3")
    start = {"FunctionName": made["Reporter"], "Payload": b'{"laptime": "schedule"}'}
    # It is an error to it while the pass that was waited for has not ended.
    wait_for("a report", lambda: "FunctionError" not in lambda_.invoke(**start))
    print("\nreports in S3, after the reporter's nightly work")
    for item in s3.list_objects_v2(Bucket=made["Reports"]).get("Contents", []):
        print(f"  {item['Size']:>8} bytes  {item['Key']}")
    latest = s3.get_object(Bucket=made["Reports"], Key="reports/daily/all/latest.md")
    head = latest["Body"].read().decode().splitlines()[:24]
    print("\nthe beginning of reports/daily/all/latest.md\n")
    print("\n".join(f"  | {line}" for line in head))


def main():
    command, *given = sys.argv[1:]
    if command == "deploy":
        print(json.dumps(deploy(given[0], given[1:])))
    else:
        with stand_in(given[0]):
            show(given[1])


main()
