"""Prints the template as CloudFormation gets it: after SAM's transform, as JSON.

The tests read it, because much of what matters (both permissions of the function URL, the roles of
the schedules) is in no line of template.yaml. Run it with the Python of .venv/aws.
"""

import json
import os
import sys

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

# The translator asks boto3 for a region to learn the partition. Nothing is called.
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")


class NoManagedPolicies:
    """The roles here are written out; a managed policy would have to be fetched from an account."""

    def load(self):
        return {}


def main(path):
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # `sam deploy` uploads the folder and puts such an address in its place.
            name = os.path.basename(resource["Properties"]["CodeUri"])
            resource["Properties"]["CodeUri"] = f"s3://bucket/{name}"
    print(json.dumps(transform(template, {}, NoManagedPolicies()), indent=2))


main(sys.argv[1])
