#!/usr/bin/env python3
"""CloudTrail-like events, one a line, always the same. usage: gen_cloudtrail.py OUT MEGABYTES

Shaped after the service's documentation: who did what, from where, with which parameters. Most events only read, as in
a real account; about one in twenty is something that an alarm may ask for."""
import json
import random
import sys

out, target = sys.argv[1], int(float(sys.argv[2]) * 1e6)
R = random.Random(20261123)
dump = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

READS = [("ec2", "DescribeInstances", 18), ("ec2", "DescribeSecurityGroups", 8), ("ec2", "DescribeVolumes", 6), ("s3", "GetBucketAcl", 6),
         ("s3", "GetObject", 14), ("s3", "ListBuckets", 4), ("s3", "HeadObject", 8), ("kms", "Decrypt", 16), ("kms", "GenerateDataKey", 8),
         ("sts", "AssumeRole", 20), ("sts", "GetCallerIdentity", 6), ("iam", "GetRole", 4), ("iam", "ListRolePolicies", 3),
         ("logs", "DescribeLogGroups", 4), ("monitoring", "DescribeAlarms", 3), ("dynamodb", "DescribeTable", 4), ("ssm", "GetParameters", 6),
         ("lambda", "ListFunctions20150331", 2), ("cloudtrail", "LookupEvents", 1), ("config", "DescribeConfigRules", 1)]
WRITES = [("iam", "CreateUser"), ("iam", "AttachRolePolicy"), ("iam", "DeleteUserPolicy"), ("iam", "PutRolePolicy"), ("iam", "CreateAccessKey"),
          ("ec2", "AuthorizeSecurityGroupIngress"), ("ec2", "CreateSecurityGroup"), ("ec2", "RunInstances"), ("ec2", "TerminateInstances"),
          ("ec2", "CreateRoute"), ("ec2", "CreateVpc"), ("ec2", "AttachInternetGateway"), ("ec2", "CreateNetworkAclEntry"), ("s3", "PutBucketPolicy"),
          ("s3", "DeleteBucketPolicy"), ("s3", "PutBucketAcl"), ("kms", "ScheduleKeyDeletion"), ("kms", "DisableKey"), ("cloudtrail", "StopLogging"),
          ("cloudtrail", "UpdateTrail"), ("config", "StopConfigurationRecorder"), ("lambda", "UpdateFunctionCode20150331v2"),
          ("rds", "ModifyDBInstance"), ("logs", "DeleteLogGroup"), ("signin", "ConsoleLogin"), ("organizations", "CreateAccount")]
REGIONS = ["ap-northeast-2", "us-east-1", "eu-west-1"]
AGENTS = ["aws-cli/2.15.30 Python/3.11.8 Linux/5.10.213 exe/x86_64.amzn.2 prompt/off command/ec2.describe-instances",
          "Boto3/1.34.69 md/Botocore#1.34.69 ua/2.0 os/linux#6.1.79 md/arch#x86_64 lang/python#3.11.6 cfg/retry-mode#standard Botocore/1.34.69",
          "aws-sdk-java/2.25.11 Linux/5.10.0 OpenJDK_64-Bit_Server_VM/17.0.10+7 Java/17.0.10 vendor/Amazon.com_Inc. io/sync http/Apache",
          "APN/1.0 HashiCorp/1.0 Terraform/1.7.5 (+https://www.terraform.io) terraform-provider-aws/5.42.0",
          "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488 Linux/5.10.209 OpenJDK_64-Bit_Server_VM/25.402-b08]"]
HEX = "0123456789abcdef"


def hexes(n):
    return "%0*x" % (n, R.getrandbits(4 * n))


def uuid():
    return "-".join(hexes(n) for n in (8, 4, 4, 4, 12))


def key_id(prefix):
    return prefix + "".join(R.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))


def identity():
    kind = R.choices(["AssumedRole", "IAMUser", "AWSService", "Root"], [72, 17, 10.9, 0.1])[0]
    if kind == "AWSService":
        return {"type": kind, "invokedBy": R.choice(["autoscaling", "lambda", "config", "ecs-tasks"]) + ".amazonaws.com"}
    name = R.choice(["deploy", "payment-api", "batch", "min.su", "monitoring", "ci-runner"])
    user = {"type": kind, "principalId": key_id("AROA") + ":" + name, "arn": f"arn:aws:sts::123456789012:assumed-role/{name}/{name}",
            "accountId": "123456789012", "accessKeyId": key_id("ASIA")}
    if kind == "AssumedRole":
        user["sessionContext"] = {
            "sessionIssuer": {"type": "Role", "principalId": key_id("AROA"), "arn": f"arn:aws:iam::123456789012:role/{name}", "accountId": "123456789012",
                              "userName": name},
            "webIdFederationData": {}, "attributes": {"creationDate": "2026-11-22T08:%02d:%02dZ" % (R.randrange(60), R.randrange(60)),
                                                      "mfaAuthenticated": R.choice(["false", "false", "true"])}}
    elif kind == "IAMUser":
        user["userName"] = name
    return user


def parameters(event):
    if event.startswith("Describe") or event.startswith("List"):
        return R.choice([None, {"maxResults": 1000}, {"filterSet": {"items": [{"name": "instance-state-name", "valueSet": {"items": [{"value": "running"}]}}]}}])
    if event in ("GetObject", "HeadObject"):
        return {"bucketName": "acme-logs-" + hexes(4), "Host": "acme-logs.s3.ap-northeast-2.amazonaws.com", "key": "2026/11/22/" + uuid() + ".json.gz"}
    if event == "AssumeRole":
        return {"roleArn": "arn:aws:iam::123456789012:role/service", "roleSessionName": hexes(16), "durationSeconds": 3600}
    if event == "Decrypt":
        return {"encryptionContext": {"aws:s3:arn": "arn:aws:s3:::acme-data/" + uuid()}, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}
    if event == "PutRolePolicy":
        policy = dump({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
        return {"roleName": "deploy", "policyName": "all", "policyDocument": policy}
    return {"name": hexes(8), "tagSet": {"items": [{"key": "team", "value": "결제"}]}}


def event(second):
    is_write = R.random() < 0.05
    service, name = R.choice(WRITES) if is_write else R.choices([r[:2] for r in READS], [r[2] for r in READS])[0]
    one = {"eventVersion": "1.09", "userIdentity": identity(),
           "eventTime": "2026-11-22T%02d:%02d:%02dZ" % (second // 3600 % 24, second // 60 % 60, second % 60), "eventSource": service + ".amazonaws.com",
           "eventName": name, "awsRegion": R.choice(REGIONS), "sourceIPAddress": "10.%d.%d.%d" % (R.randrange(256), R.randrange(256), R.randrange(256)),
           "userAgent": R.choice(AGENTS)}
    x = R.random()
    if x < 0.01:
        one["errorCode"] = R.choice(["AccessDenied", "Client.UnauthorizedOperation", "AccessDeniedException"])
        one["errorMessage"] = "User: arn:aws:sts::123456789012:assumed-role/batch/batch is not authorized to perform: " + service + ":" + name
    elif x < 0.04:
        one["errorCode"] = R.choice(["NoSuchEntityException", "ThrottlingException", "NoSuchKey"])
        one["errorMessage"] = "The request could not be completed."
    one["requestParameters"] = parameters(name)
    one["responseElements"] = {"_return": True} if is_write else None
    if name == "ConsoleLogin":
        one["responseElements"] = {"ConsoleLogin": R.choice(["Success", "Failure"])}
        one["additionalEventData"] = {"LoginTo": "https://console.aws.amazon.com/console/home?state\u003dhashArgs", "MobileVersion": "No",
                                      "MFAUsed": R.choice(["Yes", "No"])}
        if R.random() < 0.3:
            one["errorMessage"] = "Failed authentication"
    one.update({"requestID": uuid(), "eventID": uuid(), "readOnly": not is_write, "eventType": "AwsConsoleSignIn" if service == "signin" else "AwsApiCall",
                "managementEvent": True, "recipientAccountId": "123456789012", "eventCategory": "Management",
                "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": service + ".ap-northeast-2.amazonaws.com"}})
    text = dump(one)
    return text.replace("=", "\\u003d").replace("&", "\\u0026") if R.random() < 0.1 else text


lines = written = second = 0
with open(out, "wb", buffering=1 << 20) as file:
    while written < target:
        second += R.randrange(3)
        line = event(second).encode() + b"\n"
        file.write(line)
        lines += 1
        written += len(line)
print(lines, "lines", written, "bytes")
