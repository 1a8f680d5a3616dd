//! `DynamoDB` or SSM out of order: the answer is right, nothing is half stored, and a redelivery
//! repairs.

use kit::Fault;

use super::a_run;
use super::hook::{Answer, Hook};

fn deliver(hook: &Hook) -> Answer {
    hook.deliver("workflow_run", "a guid", &a_run())
}

/// The fault gives 503 and one error line; mended, the redelivery is answered `repaired`. What is
/// silent stays so: the function itself ends the wait.
fn repaired_by_a_redelivery(operation: &'static str, fault: Fault, repaired: u64) {
    let hook = Hook::start();
    hook.relay.fail(operation, fault);
    let answer = deliver(&hook);
    assert_eq!(answer.status, 503, "{fault:?}: {answer:?}");
    assert!(answer.body.starts_with("not stored, redeliver it later: "), "{answer:?}");
    let log = hook.function.log(1);
    assert_eq!((log.len(), &log[0]["level"]), (1, &"ERROR".into()), "{log:?}");
    assert_eq!(log[0]["message"], "the delivery was not stored");
    hook.relay.mend();
    if operation == "PutItem" {
        assert_eq!(deliver(&hook).status, repaired, "{fault:?}");
        assert_eq!(deliver(&hook).status, 200);
    }
}

#[test]
fn a_throttled_table_answers_503() {
    let throttled = Fault::Answer(400, "ProvisionedThroughputExceededException");
    repaired_by_a_redelivery("PutItem", throttled, 202);
    repaired_by_a_redelivery("PutItem", Fault::Answer(400, "ThrottlingException"), 202);
}

#[test]
fn a_table_that_fails_answers_503() {
    repaired_by_a_redelivery("PutItem", Fault::Answer(500, "InternalServerError"), 202);
    repaired_by_a_redelivery("PutItem", Fault::Answer(400, "AccessDeniedException"), 202);
    repaired_by_a_redelivery("PutItem", Fault::Close, 202);
}

#[test]
fn a_table_that_hangs_answers_503() {
    repaired_by_a_redelivery("PutItem", Fault::Silence, 202);
}

#[test]
fn what_was_stored_without_an_answer_is_known_when_it_comes_again() {
    repaired_by_a_redelivery("PutItem", Fault::SilenceAfterwards, 200);
}

#[test]
fn a_secret_that_cannot_be_had_answers_503() {
    repaired_by_a_redelivery("GetParameter", Fault::Silence, 202);
    repaired_by_a_redelivery("GetParameter", Fault::Answer(400, "ThrottlingException"), 202);
}

#[test]
fn a_lost_condition_is_a_duplicate() {
    let hook = Hook::start();
    hook.relay.fail("PutItem", Fault::Answer(400, "ConditionalCheckFailedException"));
    let answer = deliver(&hook);
    assert_eq!((answer.status, answer.body.as_str()), (200, "duplicate: stored before"));
}

#[test]
fn a_table_that_is_gone_or_out_of_reach_answers_503() {
    let hook = Hook::start_with(Some(super::SECRET), &[("LAPTIME_TABLE", "another")]);
    assert_eq!(deliver(&hook).status, 503);
    let error = hook.function.log(1)[0]["error"].as_str().unwrap().to_owned();
    assert!(error.contains("another") && error.contains("check its name"), "{error}");

    // Nobody listens at the end point.
    let hook = Hook::start_with(None, &[("AWS_ENDPOINT_URL", "http://127.0.0.1:9")]);
    assert_eq!(deliver(&hook).status, 503);
}
