//! What a deployment is: infra/template.yaml after SAM's transform. The stand-in for AWS ignores
//! much of it (permissions, expiry, encryption, missing data of alarms), so it is asserted here.

use std::collections::BTreeMap;

use kit::variable;
use laptime_core::config::Policy;
use serde_json::{Value, json};

fn template() -> Value {
    let file = variable("LAPTIME_TEMPLATE");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    serde_json::from_str(&text).unwrap()
}

/// All resources of a type, by name.
fn all(kind: &str) -> BTreeMap<String, Value> {
    let template = template();
    let resources = template["Resources"].as_object().unwrap();
    let chosen = resources.iter().filter(|(_, resource)| resource["Type"] == kind);
    let found: BTreeMap<_, _> = chosen.map(|(name, it)| (name.clone(), it.clone())).collect();
    assert!(!found.is_empty(), "no {kind} in the template");
    found
}

pub(super) fn properties(name: &str) -> Value {
    let resource = template()["Resources"][name].clone();
    assert!(resource.is_object(), "no {name} in the template");
    resource["Properties"].clone()
}

fn default_of(parameter: &str) -> String {
    text(&template()["Parameters"][parameter]["Default"])
}

/// A value as one would say it: `Table.Arn` for what `!GetAtt Table.Arn` became.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            if let Some(part) = fields.get("Fn::GetAtt") {
                return format!("{}.{}", text(&part[0]), text(&part[1]));
            }
            if let Some(name) = fields.get("Ref").or_else(|| fields.get("Fn::Sub")) {
                return text(name);
            }
            let field = |(key, value): (&String, &Value)| format!("{key} {}", text(value));
            fields.iter().map(field).collect::<Vec<_>>().join(", ")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn statement(value: &Value) -> String {
    if value["Ref"] == "AWS::NoValue" {
        return "nothing".to_owned();
    }
    if let Some(choice) = value.get("Fn::If") {
        let (then, otherwise) = (statement(&choice[1]), statement(&choice[2]));
        return format!("if {}: {then}\nelse: {otherwise}", text(&choice[0]));
    }
    let condition = value.get("Condition").map(|condition| format!(" when {}", text(condition)));
    let (effect, action) = (text(&value["Effect"]), text(&value["Action"]));
    format!("{effect} {action} on {}{}", text(&value["Resource"]), condition.unwrap_or_default())
}

/// What a role may do, a line for each statement.
pub(super) fn allowed(role: &Value) -> String {
    assert_eq!(role.get("ManagedPolicyArns"), None, "managed policies allow more");
    let policies = role["Policies"].as_array().unwrap().iter();
    let statements = policies.flat_map(|it| it["PolicyDocument"]["Statement"].as_array().unwrap());
    statements.map(statement).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_function_may_do_what_its_ports_need_and_no_more() {
    insta::assert_snapshot!(allowed(&properties("WebhookRole")), @"
    Allow dynamodb:PutItem on Table.Arn
    if SecretInSecretsManager: Allow secretsmanager:GetSecretValue on WebhookSecretArn
    else: Allow ssm:GetParameter on arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${WebhookSecretParameter}
    Allow logs:CreateLogStream, logs:PutLogEvents on WebhookLog.Arn
    ");
    insta::assert_snapshot!(allowed(&properties("AggregatorRole")), @"
    Allow dynamodb:GetItem, dynamodb:BatchGetItem, dynamodb:Query, dynamodb:PutItem, dynamodb:UpdateItem, dynamodb:DeleteItem, dynamodb:ConditionCheckItem on Table.Arn
    Allow dynamodb:DescribeStream, dynamodb:GetRecords, dynamodb:GetShardIterator, dynamodb:ListStreams on Table.StreamArn
    Allow sqs:SendMessage on StreamFailures.Arn
    Allow cloudwatch:PutMetricData on * when StringEquals cloudwatch:namespace MetricsNamespace, CI/CD/Performance
    Allow logs:CreateLogStream, logs:PutLogEvents on AggregatorLog.Arn
    ");
    insta::assert_snapshot!(allowed(&properties("ReporterRole")), @"
    Allow dynamodb:GetItem, dynamodb:Query on Table.Arn
    Allow dynamodb:PutItem, dynamodb:DeleteItem on Table.Arn when ForAllValues:StringLike dynamodb:LeadingKeys F, N, Q#*, C#*
    Allow dynamodb:DescribeStream, dynamodb:GetRecords, dynamodb:GetShardIterator, dynamodb:ListStreams on Table.StreamArn
    if HasGitHubToken: Allow ssm:GetParameter, secretsmanager:GetSecretValue on arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${GitHubTokenName}, arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${GitHubTokenName}-??????
    else: nothing
    if HasGitHubKey: Allow ssm:GetParameter, secretsmanager:GetSecretValue on arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${GitHubAppKeyName}, arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${GitHubAppKeyName}-??????
    else: nothing
    if HasGrafana: Allow ssm:GetParameter, secretsmanager:GetSecretValue on arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${GrafanaTokenName}, arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${GrafanaTokenName}-??????
    else: nothing
    if HasSlack: Allow ssm:GetParameter, secretsmanager:GetSecretValue on arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${SlackWebhookName}, arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${SlackWebhookName}-??????
    else: nothing
    if HasNoticeTopic: Allow sns:Publish on Notices
    else: nothing
    Allow s3:PutObject, s3:GetObject on ${Reports.Arn}/reports/*
    Allow s3:ListBucket on Reports.Arn
    Allow sqs:SendMessage on ScheduleFailures.Arn
    Allow logs:CreateLogStream, logs:PutLogEvents on ReporterLog.Arn
    ");
    for (name, function) in all("AWS::Lambda::Function") {
        assert_eq!(text(&function["Properties"]["Role"]), format!("{name}Role.Arn"));
    }
}

#[test]
fn only_metrics_are_allowed_everywhere() {
    for (name, role) in all("AWS::IAM::Role") {
        for line in allowed(&role["Properties"]).lines() {
            assert!(!line.contains(":*"), "{name}: {line}");
            let everywhere = line.contains(" on *");
            assert_eq!(everywhere, line.contains("cloudwatch:PutMetricData"), "{name}: {line}");
        }
    }
}

#[test]
fn anybody_may_call_the_url_and_nothing_but_the_url() {
    assert_eq!(properties("WebhookUrl")["AuthType"], "NONE");
    let permissions = all("AWS::Lambda::Permission");
    assert_eq!(permissions.len(), 2);
    let by_action = |action: &str| {
        let mut found = permissions.values().map(|it| &it["Properties"]);
        found.find(|it| it["Action"] == action).unwrap_or_else(|| panic!("no {action}")).clone()
    };
    let (url, function) =
        (by_action("lambda:InvokeFunctionUrl"), by_action("lambda:InvokeFunction"));
    assert_eq!(url["FunctionUrlAuthType"], "NONE");
    assert_eq!(function["InvokedViaFunctionUrl"], true);
    for permission in [url, function] {
        assert_eq!(permission["Principal"], "*");
        assert_eq!(text(&permission["FunctionName"]), "Webhook");
    }
}

#[test]
fn the_table_forgets_recovers_encrypts_and_streams_its_keys() {
    let table = properties("Table");
    assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
    let keys = json!([{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}]);
    assert_eq!(table["KeySchema"], keys);
    let expiry = json!({"AttributeName": "x", "Enabled": true});
    assert_eq!(table["TimeToLiveSpecification"], expiry);
    let recovery = &table["PointInTimeRecoverySpecification"];
    assert_eq!(recovery["PointInTimeRecoveryEnabled"], true);
    assert_eq!(table["SSESpecification"]["SSEEnabled"], true);
    assert_eq!(table["StreamSpecification"]["StreamViewType"], "KEYS_ONLY");
}

#[test]
fn only_new_events_of_the_stream_reach_the_aggregator_and_none_is_lost_unseen() {
    let mapping = properties("AggregatorStream");
    assert_eq!(text(&mapping["EventSourceArn"]), "Table.StreamArn");
    assert_eq!(text(&mapping["FunctionName"]), "Aggregator");
    let filters = mapping["FilterCriteria"]["Filters"].as_array().unwrap();
    assert_eq!(filters.len(), 1);
    let pattern: Value = serde_json::from_str(filters[0]["Pattern"].as_str().unwrap()).unwrap();
    let keys = json!({"p": {"S": [{"prefix": "E#"}]}, "s": {"S": [{"prefix": "e#"}]}});
    assert_eq!(pattern, json!({"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": keys}}));
    assert_eq!(mapping["StartingPosition"], "TRIM_HORIZON");
    assert_eq!(mapping["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
    assert_eq!(mapping["BisectBatchOnFunctionError"], true);
    let failed = &mapping["DestinationConfig"]["OnFailure"]["Destination"];
    assert_eq!(text(failed), "StreamFailures.Arn");
    // Well within the 24 hours that the stream keeps what the sweep repairs from.
    assert_eq!(mapping["MaximumRecordAgeInSeconds"], 3600);
    assert_eq!(text(&mapping["MaximumBatchingWindowInSeconds"]), "BatchWindowSeconds");
    assert_eq!(template()["Parameters"]["BatchWindowSeconds"]["MaxValue"], 300);
}

#[test]
fn judgements_wake_the_reporter_where_there_is_somebody_to_tell() {
    let mapping = properties("ReporterJudged");
    assert_eq!(text(&mapping["EventSourceArn"]), "Table.StreamArn");
    assert_eq!(text(&mapping["FunctionName"]), "Reporter");
    let filters = mapping["FilterCriteria"]["Filters"].as_array().unwrap();
    let [judged, ended] = &filters[..] else { panic!("{filters:?}") };
    let [condition, ended, nothing] = &ended["Fn::If"].as_array().unwrap()[..] else {
        panic!("{ended}")
    };
    assert_eq!((condition, text(nothing).as_str()), (&json!("TellOfRuns"), "AWS::NoValue"));
    let keys = [
        json!({"p": {"S": ["V"]}}),
        json!({"p": {"S": [{"prefix": "D#"}]}, "s": {"S": [{"prefix": "r#"}]}}),
    ];
    for (filter, keys) in [judged, ended].into_iter().zip(keys) {
        let pattern: Value = serde_json::from_str(filter["Pattern"].as_str().unwrap()).unwrap();
        assert_eq!(pattern, json!({"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": keys}}));
    }
    // What is off unless somebody asks for it wakes nobody.
    let asked = &template()["Conditions"]["TellOfRuns"]["Fn::Or"];
    let pulls = json!({"Fn::Not": [{"Fn::Equals": [{"Ref": "PullSettings"}, "{}"]}]});
    assert_eq!(asked, &json!([pulls, {"Condition": "HasSlack"}, {"Condition": "HasNoticeTopic"}]));
    assert_eq!(default_of("PullSettings"), "{}");
    // One more reader of the stream only where it is of use.
    let of_people = json!({"Fn::If": ["TellPeople", true, false]});
    assert_eq!(mapping["Enabled"], of_people);
    let state = json!({"Fn::If": ["TellPeople", "ENABLED", "DISABLED"]});
    assert_eq!(properties("ReporterSweep")["State"], state);
    assert_eq!(text(&properties("ReporterSweep")["ScheduleExpression"]), "rate(1 hour)");
    for parameter in [
        "GitHubTokenName",
        "GitHubAppKeyName",
        "GrafanaTokenName",
        "SlackWebhookName",
        "NoticeEmail",
    ] {
        assert_eq!(default_of(parameter), "", "nobody is told unless somebody asks for it");
    }
    assert_eq!(default_of("NoticeTopic"), "false");
}

#[test]
fn schedules_start_the_aggregator_and_the_reporter_and_keep_what_failed() {
    for (schedule, function, input) in [
        ("AggregatorPass", "Aggregator", "schedule"),
        ("ReporterDaily", "Reporter", "schedule"),
        ("ReporterSweep", "Reporter", "sweep"),
    ] {
        let schedule = properties(schedule);
        // A fixed name would keep a second stack out of the account.
        assert_eq!(schedule.get("Name"), None);
        let target = &schedule["Target"];
        assert_eq!(text(&target["Arn"]), format!("{function}.Arn"));
        let given: Value = serde_json::from_str(target["Input"].as_str().unwrap()).unwrap();
        assert_eq!(given, json!({ "laptime": input }));
        assert_eq!(text(&target["DeadLetterConfig"]["Arn"]), "ScheduleFailures.Arn");
        assert!(target["RetryPolicy"]["MaximumRetryAttempts"].as_u64() > Some(0));
    }
    assert_eq!(text(&properties("AggregatorPass")["ScheduleExpression"]), "PassSchedule");
    assert_eq!(default_of("PassSchedule"), "rate(15 minutes)");
    // After the first pass that ends at 00:15 or later, even where there is one an hour.
    assert_eq!(text(&properties("ReporterDaily")["ScheduleExpression"]), "cron(30 1,4 * * ? *)");
    let failed = &properties("ReporterEventInvokeConfig")["DestinationConfig"]["OnFailure"];
    assert_eq!(text(&failed["Destination"]), "ScheduleFailures.Arn");
    for (name, queue) in all("AWS::SQS::Queue") {
        assert_eq!(queue["Properties"]["MessageRetentionPeriod"], 1_209_600, "{name}: 14 days");
        assert_eq!(queue["Properties"]["SqsManagedSseEnabled"], true, "{name}");
    }
}

#[test]
fn the_bucket_is_private_encrypted_and_forgets() {
    let bucket = properties("Reports");
    let access = bucket["PublicAccessBlockConfiguration"].as_object().unwrap();
    assert_eq!(access.len(), 4);
    assert!(access.values().all(|block| *block == true));
    let ownership = &bucket["OwnershipControls"]["Rules"][0]["ObjectOwnership"];
    assert_eq!(ownership, "BucketOwnerEnforced");
    let encryption = &bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
    assert_eq!(encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256");
    let rules = bucket["LifecycleConfiguration"]["Rules"].as_array().unwrap();
    assert!(rules.iter().all(|rule| rule["Status"] == "Enabled"));
    let daily = rules.iter().find(|rule| rule["Prefix"] == "reports/daily/").unwrap();
    assert_eq!(daily["ExpirationInDays"], 400);
    let unfinished = rules.iter().find(|rule| rule["Id"] == "unfinished").unwrap();
    assert_eq!(unfinished["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"], 7);
    let policy = properties("ReportsPolicy");
    assert_eq!(text(&policy["Bucket"]), "Reports");
    let statements = policy["PolicyDocument"]["Statement"].as_array().unwrap();
    let said: Vec<_> = statements.iter().map(statement).collect();
    insta::assert_snapshot!(said.join("\n"), @"Deny s3:* on Reports.Arn, ${Reports.Arn}/* when Bool aws:SecureTransport false");
}

#[test]
fn table_and_bucket_outlive_the_stack() {
    for name in ["Table", "Reports"] {
        let resource = &template()["Resources"][name];
        // Where the creation of the stack itself fails there is nothing to keep.
        assert_eq!(resource["DeletionPolicy"], "RetainExceptOnCreate", "{name}");
        assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{name}");
    }
}

#[test]
fn each_alarm_looks_at_what_it_says_and_tells_the_topic() {
    let mut lines = Vec::new();
    for (name, alarm) in all("AWS::CloudWatch::Alarm") {
        let alarm = &alarm["Properties"];
        assert_eq!(text(&alarm["AlarmActions"]), "AlarmTopic", "{name}");
        assert_eq!(alarm["EvaluationPeriods"], 1, "{name}");
        let comparison = match text(&alarm["ComparisonOperator"]).as_str() {
            "GreaterThanThreshold" => ">",
            "LessThanThreshold" => "<",
            other => panic!("{name} compares by {other}"),
        };
        let of = alarm["Dimensions"].as_array().map(|dimensions| {
            assert_eq!(dimensions.len(), 1, "{name}");
            format!(" of {}", text(&dimensions[0]["Value"]))
        });
        lines.push(format!(
            "{name}: {} {}{} in {} s {comparison} {}, without data {}",
            text(&alarm["Statistic"]),
            text(&alarm["MetricName"]),
            of.unwrap_or_default(),
            alarm["Period"],
            alarm["Threshold"],
            text(&alarm["TreatMissingData"]),
        ));
    }
    insta::assert_snapshot!(lines.join("\n"), @"
    AggregatorErrors: Sum Errors of Aggregator in 900 s > 0, without data notBreaching
    FailingWorkflows: Maximum WorkflowsUnderSuccessRate in 3600 s > 0, without data notBreaching
    NoPass: Sum Passes in 3600 s < 1, without data breaching
    QueueingWorkflows: Maximum WorkflowsQueueing in 3600 s > 0, without data notBreaching
    ReporterErrors: Sum Errors of Reporter in 3600 s > 0, without data notBreaching
    ScheduleFailuresWaiting: Maximum ApproximateNumberOfMessagesVisible of ScheduleFailures.QueueName in 300 s > 0, without data notBreaching
    SetAside: Maximum AttemptsSetAside in 3600 s > 0, without data notBreaching
    SlowWorkflows: Maximum WorkflowsOverP95 in 3600 s > 0, without data notBreaching
    StreamFailuresWaiting: Maximum ApproximateNumberOfMessagesVisible of StreamFailures.QueueName in 300 s > 0, without data notBreaching
    StreamLag: Maximum IteratorAge of Aggregator in 300 s > 1800000, without data notBreaching
    WebhookErrors: Sum Errors of Webhook in 300 s > 0, without data notBreaching
    WebhookThrottled: Sum Throttles of Webhook in 300 s > 0, without data notBreaching
    WebhookUnavailable: Sum Url5xxCount of Webhook in 300 s > 0, without data notBreaching
    ");
}

#[test]
fn alarms_look_in_the_namespace_their_metric_is_in() {
    for (name, alarm) in all("AWS::CloudWatch::Alarm") {
        let alarm = &alarm["Properties"];
        let dimension = alarm["Dimensions"][0]["Name"].as_str();
        let namespace = match dimension {
            Some("FunctionName") => "AWS/Lambda",
            Some("QueueName") => "AWS/SQS",
            Some(other) => panic!("{name} has the dimension {other}"),
            // Our own metrics that alarms look at have no dimensions.
            None => "MetricsNamespace",
        };
        assert_eq!(text(&alarm["Namespace"]), namespace, "{name}");
    }
}

#[test]
fn the_passes_are_never_rarer_than_the_alarms_on_their_metrics_look() {
    let pattern = &template()["Parameters"]["PassSchedule"]["AllowedPattern"];
    let hour = r"^rate\((1 minute|[2-9] minutes|[1-5][0-9] minutes|60 minutes|1 hour)\)$";
    assert_eq!(pattern, hour);
    for (name, alarm) in all("AWS::CloudWatch::Alarm") {
        let ours = text(&alarm["Properties"]["Namespace"]) == "MetricsNamespace";
        assert!(!ours || alarm["Properties"]["Period"].as_u64() >= Some(3600), "{name}");
    }
}

#[test]
fn cloudwatch_may_publish_to_the_topic_and_mail_goes_where_it_was_asked_to() {
    let policy = properties("AlarmTopicPolicy");
    assert_eq!(text(&policy["Topics"]), "AlarmTopic");
    let allowed = &policy["PolicyDocument"]["Statement"][0];
    assert_eq!(allowed["Principal"], json!({"Service": "cloudwatch.amazonaws.com"}));
    let said = "Allow sns:Publish on AlarmTopic when StringEquals aws:SourceAccount AWS::AccountId";
    assert_eq!(statement(allowed), said);
    assert_eq!(properties("AlarmSubscription")["Protocol"], "email");
    assert_eq!(template()["Resources"]["AlarmSubscription"]["Condition"], "SendAlarms");
    assert_eq!(default_of("AlarmEmail"), "");
}

#[test]
fn notices_have_a_topic_of_their_own_where_somebody_wants_them() {
    let template = template();
    let topic = &template["Resources"]["Notices"];
    assert_eq!(topic["Condition"], "HasNoticeTopic");
    assert_eq!(topic["Properties"]["KmsMasterKeyId"], "alias/aws/sns");
    let subscription = &template["Resources"]["NoticeSubscription"];
    assert_eq!(subscription["Condition"], "MailNotices");
    assert_eq!(text(&subscription["Properties"]["TopicArn"]), "Notices");
    assert_eq!(subscription["Properties"]["Protocol"], "email");
    let tells: Vec<_> = template["Conditions"]["TellPeople"]["Fn::Or"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| text(&one["Condition"]))
        .collect();
    let all = ["HasGitHubToken", "HasGitHubKey", "HasGrafana", "HasSlack", "HasNoticeTopic"];
    assert_eq!(tells, all);
}

#[test]
fn nothing_is_reserved_by_default_as_a_new_account_has_ten_executions() {
    let template = template();
    for (function, condition, parameter) in [
        ("Webhook", "LimitWebhook", "WebhookConcurrency"),
        ("Aggregator", "LimitAggregator", "AggregatorConcurrency"),
    ] {
        let reserved = json!({"Fn::If": [condition, {"Ref": parameter}, {"Ref": "AWS::NoValue"}]});
        assert_eq!(properties(function)["ReservedConcurrentExecutions"], reserved);
        let limited = json!({"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, "0"]}]});
        assert_eq!(template["Conditions"][condition], limited);
        assert_eq!(default_of(parameter), "0");
    }
    assert_eq!(properties("Reporter").get("ReservedConcurrentExecutions"), None);
}

#[test]
fn logs_of_each_function_are_json_and_go_after_their_time() {
    for (name, function) in all("AWS::Lambda::Function") {
        let logging = &function["Properties"]["LoggingConfig"];
        assert_eq!(logging["LogFormat"], "JSON", "{name}");
        let group = properties(&text(&logging["LogGroup"]));
        assert_eq!(text(&group["RetentionInDays"]), "LogRetentionDays", "{name}");
    }
    assert_eq!(default_of("LogRetentionDays"), "30");
}

#[test]
fn each_function_runs_as_it_was_built_within_its_time_and_memory() {
    let mut lines = Vec::new();
    for (name, function) in all("AWS::Lambda::Function") {
        let function = &function["Properties"];
        assert_eq!(function["Runtime"], "provided.al2023");
        assert_eq!(text(&function["Architectures"]), "Architecture");
        let (memory, time) = (&function["MemorySize"], &function["Timeout"]);
        let mut variables: Vec<_> =
            function["Environment"]["Variables"].as_object().unwrap().keys().cloned().collect();
        variables.sort();
        lines.push(format!("{name}: {memory} MB, {time} s, {}", variables.join(" ")));
    }
    assert_eq!(default_of("Architecture"), "arm64");
    insta::assert_snapshot!(lines.join("\n"), @"
    Aggregator: 512 MB, 300 s, LAPTIME_POLICY LAPTIME_STREAM LAPTIME_TABLE RUST_LOG
    Reporter: 512 MB, 300 s, GITHUB_API_URL GRAFANA_URL LAPTIME_BUCKET LAPTIME_GITHUB_APP_ID LAPTIME_GITHUB_APP_KEY LAPTIME_GITHUB_TOKEN LAPTIME_GRAFANA LAPTIME_GRAFANA_TOKEN LAPTIME_ISSUES LAPTIME_NOTICES LAPTIME_POLICY LAPTIME_PULLS LAPTIME_SLACK_WEBHOOK LAPTIME_TABLE LAPTIME_TOPIC RUST_LOG
    Webhook: 128 MB, 8 s, LAPTIME_POLICY LAPTIME_SECRET LAPTIME_TABLE RUST_LOG
    ");
}

/// The policy of the functions, with one value instead of each parameter's default.
fn policy(parameter: &str, value: &str) -> Policy {
    let template = template();
    let variables = &properties("Webhook")["Environment"]["Variables"];
    let mut policy = variables["LAPTIME_POLICY"]["Fn::Sub"].as_str().unwrap().to_owned();
    for name in template["Parameters"].as_object().unwrap().keys() {
        let value = if name == parameter { value.to_owned() } else { default_of(name) };
        policy = policy.replace(&format!("${{{name}}}"), &value);
    }
    Policy::parse(&policy).unwrap_or_else(|problems| panic!("{policy}{problems}"))
}

#[test]
fn the_parameters_make_a_policy() {
    let standard = policy("", "");
    assert_eq!(standard.thresholds.p95_s, 1800.0);
    assert_eq!(standard.thresholds.success_rate, 0.9);
    assert_eq!(standard.retention.raw_days, 35);
    assert_eq!(standard.ingest.progress, laptime_core::ingest::Progress::Drop);
    // Beyond what counts as a very long queue otherwise, which must not be the shorter of the two.
    assert_eq!(policy("QueueSeconds", "7200").thresholds.long_queue_s, 7200.0);
    assert_eq!(policy("SuccessRate", "1").thresholds.success_rate, 1.0);
}
