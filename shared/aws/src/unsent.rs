//! What surely did not arrive, of what must not be sent twice.

use aws_sdk_dynamodb::error::SdkError;

/// Whether it is certain that nothing of it was taken.
pub(crate) fn was_refused<E>(error: &SdkError<E>) -> bool {
    if let SdkError::DispatchFailure(failed) = error {
        let error = failed.as_connector_error();
        return error.is_some_and(|error| error.is_user() || is_unconnected(error));
    }
    let answered = error.raw_response().map(|response| response.status().is_client_error());
    answered.unwrap_or(matches!(error, SdkError::ConstructionFailure(_)))
}

/// Nobody listened, or no address was found: no byte was sent.
fn is_unconnected(error: &impl std::error::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>()
            && io.kind() == std::io::ErrorKind::ConnectionRefused
        {
            return true;
        }
        cause = error.source();
    }
    false
}
