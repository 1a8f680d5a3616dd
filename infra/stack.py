"""Deploys the stack and removes it: `make deploy`, `make destroy`. Runs with the Python of .venv/sam.

    stack.py check      says whether there are credentials, before anything is built
    stack.py deploy     sam deploy, then the webhook's secret, then what to enter at GitHub
    stack.py destroy    sam delete, and what stays
"""

import re
import secrets
import subprocess
import sys
from pathlib import Path

import boto3
import tomlkit
from botocore.exceptions import BotoCoreError, ClientError

FOLDER = Path(__file__).resolve().parent
ANSWERS = FOLDER / "samconfig.toml"
SAM = str(Path(sys.executable).with_name("sam"))
ADVICE = "Run `aws configure`; or look at the profile and the region, in AWS_PROFILE and AWS_DEFAULT_REGION"
# Parameters that name secrets of the reporter; none has to be set.
TOKENS = ["GitHubTokenName", "GitHubAppKeyName", "GrafanaTokenName", "SlackWebhookName"]
# The field e_machine of an ELF file.
MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}


def stop(message):
    sys.exit(f"laptime: {message}")


def answers():
    """What `sam deploy --guided` was told, and wrote down."""
    if not ANSWERS.exists():
        return {}
    default = tomlkit.parse(ANSWERS.read_text(encoding="utf-8")).unwrap().get("default", {})
    return {
        key: value
        for command in ("global", "deploy")
        for key, value in default.get(command, {}).get("parameters", {}).items()
    }


def session():
    told = answers()
    return boto3.Session(region_name=told.get("region"), profile_name=told.get("profile"))


def check():
    try:
        here = session()
        here.client("sts", region_name=here.region_name or "us-east-1").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        stop(f"AWS cannot be reached, or lets nobody in ({error}). {ADVICE}")


def stack():
    """The deployed stack: its name, parameters and outputs."""
    name = answers().get("stack_name")
    if not name:
        stop(f"no stack_name in {ANSWERS}: run `make deploy` and let it save the answers")
    try:
        found = session().client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        stop(f"no stack {name}: {error}")
    except BotoCoreError as error:
        stop(f"the stack {name} cannot be asked for ({error}). {ADVICE}")
    parameters = {p["ParameterKey"]: p["ParameterValue"] for p in found["Parameters"]}
    return name, parameters, {o["OutputKey"]: o["OutputValue"] for o in found.get("Outputs", [])}


def deploy():
    header = (FOLDER / "build/webhook/bootstrap").read_bytes()[:20]
    built = MACHINES.get(int.from_bytes(header[18:20], "little"))
    sam = [SAM, "deploy", "--template-file", "template.yaml", "--no-fail-on-empty-changeset"]
    if ANSWERS.exists():
        asked = re.search(r"Architecture\W+(\w+)", str(answers().get("parameter_overrides")))
        asked = asked[1] if asked else "arm64"
        if built != asked:
            stop(f"built for {built}, but {ANSWERS} asks for {asked}: make deploy ARCH={asked}")
    else:
        print(
            "sam asks for every setting now; Enter takes the default. One question wants another answer:\n"
            '"Webhook Function Url has no authentication. Is this okay?" y, it checks signatures itself.\n'
            "The answers are kept in infra/samconfig.toml; from then on nothing is asked.\n"
        )
        sam += ["--guided", "--stack-name", "laptime", "--parameter-overrides", f"Architecture={built}"]
    if subprocess.run(sam, cwd=FOLDER, check=False).returncode:
        stop("sam deploy failed, see above")
    _, parameters, outputs = stack()
    print(f"""
Laptime is deployed. In GitHub, in the settings of a repository or an organisation,
choose Webhooks, Add webhook:

    Payload URL    {outputs["WebhookUrl"]}
    Content type   application/json
    Secret         {secret(parameters)}
    Events         Workflow runs, Workflow jobs

Reports come to s3://{outputs["ReportsBucket"]}/reports/ every night. More in docs/OPERATIONS.md.""")
    for name in missing(parameters):
        print(f"\nNobody is told yet what needs {name}: it is not there. Put it with\n\n    {put(name, parameters)}")


def named(parameters):
    """Names of secrets that the reporter is to use."""
    return [parameters[name] for name in TOKENS if parameters.get(name)]


def missing(parameters):
    """Those that are not there."""
    return [name for name in named(parameters) if not is_there(name, parameters)]


def is_there(name, parameters):
    try:
        if parameters["TokensIn"] == "ssm":
            session().client("ssm").get_parameter(Name=name)
        else:
            session().client("secretsmanager").describe_secret(SecretId=name)
    except ClientError as error:
        # Whoever may not look cannot say that it is missing.
        return error.response["Error"]["Code"] not in ("ParameterNotFound", "ResourceNotFoundException")
    return True


def put(name, parameters):
    """The command that puts such a secret, from a file, where the reporter looks for it."""
    if parameters["TokensIn"] == "ssm":
        return f"aws ssm put-parameter --name {name} --type SecureString --value file://FILE"
    return f"aws secretsmanager create-secret --name {name} --secret-string file://FILE"


def secret(parameters):
    """Makes the secret unless it is there. What to show of it: a new one on a terminal, no other."""
    if parameters["WebhookSecretArn"]:
        return f"as in {parameters['WebhookSecretArn']}"
    name, value = parameters["WebhookSecretParameter"], secrets.token_hex(32)
    ssm = session().client("ssm")
    try:
        ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=False)
    except ssm.exceptions.ParameterAlreadyExists:
        value = None
    if value and sys.stdout.isatty():
        return f"{value} (made just now, kept in the parameter {name})"
    return f"aws ssm get-parameter --name {name} --with-decryption --query Parameter.Value --output text"


def destroy():
    name, parameters, outputs = stack()
    # A stack whose creation failed has no outputs, and kept nothing.
    table, bucket = outputs.get("Table"), outputs.get("ReportsBucket")
    print(f"This removes the stack {name}: functions, schedules, queues, alarms, logs.")
    if table:
        tokens = "".join(f", {name}" for name in named(parameters))
        print(f"What stays: the table {table}, the bucket {bucket}, the secret of the webhook{tokens}.")
    try:
        answer = input(f"Type {name} to go on: ")
    except EOFError:
        answer = ""
    if answer != name:
        stop("nothing was removed")
    sam = [SAM, "delete", "--no-prompts", "--stack-name", name, "--region", session().region_name]
    if subprocess.run(sam, cwd=FOLDER, check=False).returncode:
        stop("sam delete failed, see above")
    if table:
        print(f"""
To remove what stayed, all of the history with it:

    aws dynamodb delete-table --table-name {table}
    aws s3 rb s3://{bucket} --force
    {forget(parameters)}""")
        for token in named(parameters):
            print(f"    {forget_token(token, parameters)}")


def forget_token(name, parameters):
    """The command that removes a secret of the reporter."""
    if parameters["TokensIn"] == "ssm":
        return f"aws ssm delete-parameter --name {name}"
    return f"aws secretsmanager delete-secret --secret-id {name}"


def forget(parameters):
    """The command that removes the secret of the webhook."""
    if parameters["WebhookSecretArn"]:
        return f"aws secretsmanager delete-secret --secret-id {parameters['WebhookSecretArn']}"
    return f"aws ssm delete-parameter --name {parameters['WebhookSecretParameter']}"


if __name__ == "__main__":
    {"check": check, "deploy": deploy, "destroy": destroy}[sys.argv[1]]()
