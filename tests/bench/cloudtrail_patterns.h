#ifndef JL_BENCH_CLOUDTRAIL_PATTERNS_H
#define JL_BENCH_CLOUDTRAIL_PATTERNS_H
/**
 * Fifty patterns as they stand in the alarms of accounts: the fifteen that the CIS benchmark asks
 * for, in its words, and others in their manner.
 */
static const char *const cloudtrail_patterns[] = {
    "{ ($.errorCode = \"*UnauthorizedOperation\") || ($.errorCode = \"AccessDenied*\") }",
    "{ ($.eventName = \"ConsoleLogin\") && ($.additionalEventData.MFAUsed != \"Yes\") }",
    "{ $.userIdentity.type = \"Root\" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "
    "\"AwsServiceEvent\" }",
    "{ ($.eventName = DeleteGroupPolicy) || ($.eventName = DeleteRolePolicy) || ($.eventName = "
    "DeleteUserPolicy) || ($.eventName = PutGroupPolicy) || ($.eventName = PutRolePolicy) || "
    "($.eventName = PutUserPolicy) || ($.eventName = CreatePolicy) || ($.eventName = DeletePolicy) "
    "|| ($.eventName = CreatePolicyVersion) || ($.eventName = DeletePolicyVersion) || ($.eventName "
    "= AttachRolePolicy) || ($.eventName = DetachRolePolicy) || ($.eventName = AttachUserPolicy) "
    "|| ($.eventName = DetachUserPolicy) || ($.eventName = AttachGroupPolicy) || ($.eventName = "
    "DetachGroupPolicy) }",
    "{ ($.eventName = CreateTrail) || ($.eventName = UpdateTrail) || ($.eventName = DeleteTrail) "
    "|| "
    "($.eventName = StartLogging) || ($.eventName = StopLogging) }",
    "{ ($.eventName = ConsoleLogin) && ($.errorMessage = \"Failed authentication\") }",
    "{ ($.eventSource = kms.amazonaws.com) && (($.eventName = DisableKey) || ($.eventName = "
    "ScheduleKeyDeletion)) }",
    "{ ($.eventSource = s3.amazonaws.com) && (($.eventName = PutBucketAcl) || ($.eventName = "
    "PutBucketPolicy) || ($.eventName = PutBucketCors) || ($.eventName = PutBucketLifecycle) || "
    "($.eventName = PutBucketReplication) || ($.eventName = DeleteBucketPolicy) || ($.eventName = "
    "DeleteBucketCors) || ($.eventName = DeleteBucketLifecycle) || ($.eventName = "
    "DeleteBucketReplication)) }",
    "{ ($.eventSource = config.amazonaws.com) && (($.eventName = StopConfigurationRecorder) || "
    "($.eventName = DeleteDeliveryChannel) || ($.eventName = PutDeliveryChannel) || ($.eventName = "
    "PutConfigurationRecorder)) }",
    "{ ($.eventName = AuthorizeSecurityGroupIngress) || ($.eventName = "
    "AuthorizeSecurityGroupEgress) || ($.eventName = RevokeSecurityGroupIngress) || ($.eventName = "
    "RevokeSecurityGroupEgress) || ($.eventName = CreateSecurityGroup) || ($.eventName = "
    "DeleteSecurityGroup) }",
    "{ ($.eventName = CreateNetworkAcl) || ($.eventName = CreateNetworkAclEntry) || ($.eventName = "
    "DeleteNetworkAcl) || ($.eventName = DeleteNetworkAclEntry) || ($.eventName = "
    "ReplaceNetworkAclEntry) || ($.eventName = ReplaceNetworkAclAssociation) }",
    "{ ($.eventName = CreateCustomerGateway) || ($.eventName = DeleteCustomerGateway) || "
    "($.eventName = AttachInternetGateway) || ($.eventName = CreateInternetGateway) || "
    "($.eventName = DeleteInternetGateway) || ($.eventName = DetachInternetGateway) }",
    "{ ($.eventName = CreateRoute) || ($.eventName = CreateRouteTable) || ($.eventName = "
    "ReplaceRoute) || ($.eventName = ReplaceRouteTableAssociation) || ($.eventName = "
    "DeleteRouteTable) || ($.eventName = DeleteRoute) || ($.eventName = DisassociateRouteTable) }",
    "{ ($.eventName = CreateVpc) || ($.eventName = DeleteVpc) || ($.eventName = "
    "ModifyVpcAttribute) "
    "|| ($.eventName = AcceptVpcPeeringConnection) || ($.eventName = CreateVpcPeeringConnection) "
    "|| ($.eventName = DeleteVpcPeeringConnection) || ($.eventName = RejectVpcPeeringConnection) "
    "|| ($.eventName = AttachClassicLinkVpc) || ($.eventName = DetachClassicLinkVpc) || "
    "($.eventName = DisableVpcClassicLink) || ($.eventName = EnableVpcClassicLink) }",
    "{ ($.eventSource = organizations.amazonaws.com) && (($.eventName = \"AcceptHandshake\") || "
    "($.eventName = \"AttachPolicy\") || ($.eventName = \"CreateAccount\") || ($.eventName = "
    "\"CreateOrganizationalUnit\") || ($.eventName = \"DeclineHandshake\") || ($.eventName = "
    "\"DeleteOrganization\") || ($.eventName = \"LeaveOrganization\") || ($.eventName = "
    "\"MoveAccount\") || ($.eventName = \"RemoveAccountFromOrganization\")) }",
    "{ $.eventName = \"CreateUser\" }",
    "{ $.eventName = \"DeleteUser\" }",
    "{ $.eventName = \"CreateAccessKey\" && $.userIdentity.type = \"IAMUser\" }",
    "{ $.eventName = \"CreateLoginProfile\" || $.eventName = \"UpdateLoginProfile\" }",
    "{ $.eventName = \"DeactivateMFADevice\" || $.eventName = \"DeleteVirtualMFADevice\" }",
    "{ $.eventName = \"UpdateAssumeRolePolicy\" }",
    "{ $.eventName = \"AddUserToGroup\" || $.eventName = \"RemoveUserFromGroup\" }",
    "{ $.eventName = \"UpdateAccountPasswordPolicy\" || $.eventName = "
    "\"DeleteAccountPasswordPolicy\" }",
    "{ $.eventName = \"RunInstances\" && $.requestParameters.instanceType = \"p4d.24xlarge\" }",
    "{ $.eventName = \"RunInstances\" || $.eventName = \"StartInstances\" || $.eventName = "
    "\"StopInstances\" || $.eventName = \"RebootInstances\" || $.eventName = "
    "\"TerminateInstances\" }",
    "{ $.eventName = \"ModifyInstanceAttribute\" && $.requestParameters.userData = * }",
    "{ $.eventName = \"ModifySnapshotAttribute\" || $.eventName = \"ModifyImageAttribute\" }",
    "{ $.eventName = \"DeleteSnapshot\" || $.eventName = \"DeregisterImage\" }",
    "{ $.eventName = \"DeleteFlowLogs\" }",
    "{ $.eventName = \"CreateKeyPair\" || $.eventName = \"ImportKeyPair\" }",
    "{ $.eventName = \"PutBucketPublicAccessBlock\" || $.eventName = "
    "\"DeletePublicAccessBlock\" || $.eventName = \"PutAccountPublicAccessBlock\" }",
    "{ $.eventName = \"DeleteBucket\" || $.eventName = \"DeleteBucketEncryption\" }",
    "{ $.eventName = \"PutBucketVersioning\" && "
    "$.requestParameters.VersioningConfiguration.Status = \"Suspended\" }",
    "{ $.eventName = \"PutKeyPolicy\" || $.eventName = \"DisableKeyRotation\" }",
    "{ $.eventName = \"CreateGrant\" && $.userIdentity.invokedBy NOT EXISTS }",
    "{ $.eventName = \"DeleteAlarms\" || $.eventName = \"DisableAlarmActions\" }",
    "{ $.eventName = \"DeleteLogGroup\" || $.eventName = \"DeleteLogStream\" || $.eventName = "
    "\"DeleteMetricFilter\" || $.eventName = \"PutRetentionPolicy\" }",
    "{ $.eventName = \"DeleteDetector\" || $.eventName = \"UpdateDetector\" || $.eventName = "
    "\"DisassociateFromMasterAccount\" }",
    "{ $.eventName = \"DeleteRule\" || $.eventName = \"DisableRule\" || $.eventName = "
    "\"RemoveTargets\" }",
    "{ $.eventName = \"UpdateFunctionCode*\" || $.eventName = \"UpdateFunctionConfiguration*\" }",
    "{ $.eventName = \"AddPermission*\" && $.requestParameters.principal = \"*\" }",
    "{ $.eventName = \"DeleteDBInstance\" || $.eventName = \"DeleteDBCluster\" || $.eventName = "
    "\"ModifyDBInstance\" }",
    "{ $.eventName = \"AuthorizeDBSecurityGroupIngress\" }",
    "{ $.eventName = \"ModifyDBSnapshotAttribute\" || $.eventName = "
    "\"ModifyDBClusterSnapshotAttribute\" }",
    "{ $.eventName = \"DeleteSecret\" || $.eventName = \"PutResourcePolicy\" }",
    "{ $.eventName = \"GetFederationToken\" }",
    "{ $.eventName = \"SwitchRole\" && $.responseElements.SwitchRole = \"Failure\" }",
    "{ $.eventName = \"ConsoleLogin\" && $.responseElements.ConsoleLogin = \"Failure\" && "
    "$.userIdentity.type = \"Root\" }",
    "{ $.errorCode = \"ThrottlingException\" && $.eventSource = \"organizations.amazonaws.com\" }",
    "{ $.userAgent = \"*Terraform*\" && $.readOnly IS FALSE }",
};

enum { CLOUDTRAIL_PATTERNS = sizeof cloudtrail_patterns / sizeof *cloudtrail_patterns };

_Static_assert(CLOUDTRAIL_PATTERNS == 50, "fifty are what the goal is about");

#endif
