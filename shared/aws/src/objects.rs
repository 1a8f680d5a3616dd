//! S3. Every put has a condition, so two reporters at once put each object once.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use laptime_core::port::{Object, ObjectStanding, Objects, StoreError, StoreErrorKind, Stored};

use crate::Clients;
use crate::said::said;

/// Where a copy says which period it is of.
const PERIOD: &str = "period";

/// A bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    name: String,
}

impl Clients {
    /// A bucket that exists.
    pub fn bucket(&self, name: impl Into<String>) -> Bucket {
        let config = aws_sdk_s3::config::Builder::from(self.config());
        // A stand-in has one address for all buckets.
        let one_address = self.config().endpoint_url().is_some();
        let config = config.force_path_style(one_address).build();
        Bucket { client: Client::from_conf(config), name: name.into() }
    }
}

impl Objects for Bucket {
    async fn has(&self, key: &str) -> Stored<bool> {
        Ok(self.head(key).await?.is_some())
    }

    async fn create(&self, object: &Object) -> Stored<bool> {
        self.put(object, self.request(object).if_none_match("*")).await
    }

    async fn standing(&self, key: &str) -> Stored<Option<ObjectStanding>> {
        Ok(self.head(key).await?.map(|head| ObjectStanding {
            tag: head.e_tag.unwrap_or_default(),
            period: head.metadata.and_then(|mut told| told.remove(PERIOD)).unwrap_or_default(),
        }))
    }

    async fn replace(
        &self,
        object: &Object,
        period: &str,
        before: Option<&ObjectStanding>,
    ) -> Stored<bool> {
        let put = self.request(object).metadata(PERIOD, period);
        let put = match before {
            Some(before) => put.if_match(&before.tag),
            None => put.if_none_match("*"),
        };
        self.put(object, put).await
    }
}

impl Bucket {
    fn request(&self, object: &Object) -> PutObjectFluentBuilder {
        self.client
            .put_object()
            .bucket(&self.name)
            .key(&object.key)
            .content_type(object.content_type)
            .body(ByteStream::from(object.body.clone()))
    }

    async fn put(&self, object: &Object, put: PutObjectFluentBuilder) -> Stored<bool> {
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) if is_taken(&error) => Ok(false),
            Err(error) => Err(self.failed("putting", &object.key, &error)),
        }
    }

    async fn head(&self, key: &str) -> Stored<Option<HeadObjectOutput>> {
        match self.client.head_object().bucket(&self.name).key(key).send().await {
            Ok(head) => Ok(Some(head)),
            Err(SdkError::ServiceError(refused)) if refused.err().is_not_found() => Ok(None),
            Err(error) => Err(self.failed("looking for", key, &error)),
        }
    }

    fn failed<E>(&self, doing: &str, key: &str, error: &SdkError<E>) -> StoreError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let why = said(error);
        StoreError {
            kind: StoreErrorKind::Failed,
            what: format!("{doing} s3://{}/{key} failed ({why}); it is tried again", self.name),
            source: None,
        }
    }
}

/// The condition does not hold, or another put of the key is under way.
fn is_taken<E>(error: &SdkError<E>) -> bool {
    let status = error.raw_response().map(|response| response.status().as_u16());
    matches!(status, Some(409 | 412))
}
