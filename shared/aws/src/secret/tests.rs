use std::sync::Mutex as StdMutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::time::advance;

use super::*;

/// Answers what it is told to, and counts.
struct Fake {
    value: StdMutex<Result<&'static str, ()>>,
    calls: AtomicUsize,
}

impl Source for Fake {
    async fn fetch(&self) -> Result<SecretString, NoSecretNow> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        // Others get their turn, as during a real call.
        tokio::task::yield_now().await;
        let value = *self.value.lock().unwrap();
        value.map(SecretString::from).map_err(|()| NoSecretNow("no answer".to_owned()))
    }

    fn empty(&self) -> NoSecretNow {
        NoSecretNow("it is empty".to_owned())
    }
}

fn kept(value: Result<&'static str, ()>) -> Kept<Fake> {
    Kept::of(Fake { value: StdMutex::new(value), calls: AtomicUsize::new(0) })
}

impl Kept<Fake> {
    fn becomes(&self, value: Result<&'static str, ()>) {
        *self.source.value.lock().unwrap() = value;
    }

    fn calls(&self) -> usize {
        self.source.calls.load(Ordering::Relaxed)
    }

    /// Whether a delivery signed with this secret is believed, as the webhook asks.
    async fn believes(&self, secret: &str) -> Result<bool, NoSecretNow> {
        let signature = Secrets::parse(secret).unwrap().sign(b"a body");
        let fits = |secrets: &Secrets| secrets.verify(b"a body", Some(&signature)).is_ok();
        let used = self.current().await?;
        let newer = if fits(&used.secrets) { None } else { self.newer(&used).await };
        Ok(fits(&used.secrets) || newer.is_some_and(|newer| fits(&newer.secrets)))
    }
}

#[test]
fn places_are_read_and_nothing_else() {
    assert_eq!("ssm:/laptime/secret".parse(), Ok(Place::Ssm("/laptime/secret".to_owned())));
    let arn = "arn:aws:secretsmanager:eu-west-1:1:secret:x";
    let place = format!("secretsmanager:{arn}").parse();
    assert_eq!(place, Ok(Place::SecretsManager(arn.to_owned())));
    for text in ["", "ssm", "ssm:", "hunter2", "env:SECRET", ":x"] {
        assert_eq!(text.parse::<Place>(), Err(NoPlace), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_is_fetched_once_and_kept_for_five_minutes() {
    let kept = kept(Ok("old"));
    for _ in 0..10 {
        assert!(kept.believes("old").await.unwrap());
    }
    assert_eq!(kept.calls(), 1);
    advance(KEPT).await;
    assert!(kept.believes("old").await.unwrap());
    assert_eq!(kept.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn wrong_signatures_cause_one_call_a_minute() {
    let kept = kept(Ok("right"));
    for _ in 0..600 {
        assert!(!kept.believes("guessed").await.unwrap());
        advance(Duration::from_secs(1)).await;
    }
    // Ten, and the two of the five minutes.
    assert!((10..=12).contains(&kept.calls()), "{}", kept.calls());
}

#[tokio::test(start_paused = true)]
async fn a_new_secret_is_taken_up_with_the_first_delivery_it_signs() {
    let kept = kept(Ok("old"));
    assert!(kept.believes("old").await.unwrap());
    kept.becomes(Ok("new,old"));
    assert!(kept.believes("new").await.unwrap() && kept.believes("old").await.unwrap());
    kept.becomes(Ok("new"));
    advance(KEPT).await;
    assert!(!kept.believes("old").await.unwrap());
    assert_eq!(kept.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_value_known_before_is_used_on_while_no_newer_can_be_had() {
    let kept = kept(Ok("old"));
    assert!(kept.believes("old").await.unwrap());
    kept.becomes(Err(()));
    advance(KEPT).await;
    for _ in 0..300 {
        assert!(kept.believes("old").await.unwrap());
        advance(Duration::from_secs(1)).await;
    }
    assert!((5..=6).contains(&(kept.calls() - 1)), "{}", kept.calls());
    assert!(!kept.believes("guessed").await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn without_a_value_each_delivery_hears_why_and_few_calls_are_made() {
    let kept = kept(Err(()));
    for _ in 0..60 {
        assert_eq!(kept.believes("right").await.unwrap_err().to_string(), "no answer");
        advance(Duration::from_millis(100)).await;
    }
    assert_eq!(kept.calls(), 2);
    kept.becomes(Ok(" , "));
    advance(PAUSE_WITHOUT).await;
    assert_eq!(kept.believes("right").await.unwrap_err().to_string(), "it is empty");
    kept.becomes(Ok("right"));
    advance(PAUSE_WITHOUT).await;
    assert!(kept.believes("right").await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn an_emptied_secret_is_void() {
    let kept = kept(Ok("old"));
    assert!(kept.believes("old").await.unwrap());
    kept.becomes(Ok(""));
    advance(KEPT).await;
    assert_eq!(kept.believes("old").await.unwrap_err().to_string(), "it is empty");
}

#[tokio::test(start_paused = true)]
async fn many_at_once_share_one_call() {
    let kept = Arc::new(kept(Ok("right")));
    let all: Vec<_> = (0..50)
        .map(|_| {
            let kept = kept.clone();
            tokio::spawn(async move { kept.believes("right").await.unwrap() })
        })
        .collect();
    for one in all {
        assert!(one.await.unwrap());
    }
    assert_eq!(kept.calls(), 1);
}

#[tokio::test]
async fn neither_the_secret_nor_its_keys_are_printed() {
    let kept = kept(Ok("hunter2"));
    kept.current().await.unwrap();
    assert!(!format!("{:?}", kept.held).contains("hunter2"));
}
