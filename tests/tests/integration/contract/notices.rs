//! What channels were told.

use kit::{at, wait};
use laptime_core::port::{Announced, Notice, Notices, Sending, Topic};

use super::NOON;

pub(super) fn what_a_channel_was_told_is_written_over_what_was_known(store: &impl Notices) {
    let [finding, subject] = ["f00d", "5eed"].map(str::to_owned);
    let topics = vec![
        Topic::Finding { finding: finding.clone(), subject: subject.clone() },
        Topic::Over { finding, subject },
        Topic::Run { repository: 1, run: u64::MAX },
    ];
    let long = || "ü`".repeat(200_000);
    let notice = Notice { subject: "Laptime".to_owned(), chat: long(), plain: String::new() };
    let announced = |revision: u64| Announced {
        revision,
        since: at(NOON),
        told: topics.iter().map(|topic| (topic.clone(), at(NOON))).collect(),
        claim: Some(Sending { at: at(NOON), topics: topics.clone(), notice: notice.clone() }),
    };
    let put = |channel, revision| wait(store.put_announced(channel, &announced(revision))).unwrap();
    assert_eq!(wait(store.announced("slack")).unwrap(), None);
    assert!(!put("slack", 2), "nothing comes before it");
    assert!(put("slack", 1));
    assert!(!put("slack", 1), "somebody was first");
    assert!(put("slack", 2));
    assert!(put("sns", 1), "that of another channel is another");
    assert_eq!(wait(store.announced("slack")).unwrap(), Some(announced(2)));
    assert_eq!(wait(store.announced("sns")).unwrap(), Some(announced(1)));
    let bare = Announced { told: Vec::new(), claim: None, ..announced(3) };
    assert!(wait(store.put_announced("slack", &bare)).unwrap());
    assert_eq!(wait(store.announced("slack")).unwrap(), Some(bare));
}
