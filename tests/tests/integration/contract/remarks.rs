//! What was said on pull requests.

use kit::{at, wait};
use laptime_core::port::{Posted, PullRequest, Remarks, Said, Seen, Spot};
use laptime_core::time::Day;

use super::NOON;

pub(super) fn what_was_said_is_written_over_what_was_known(store: &impl Remarks) {
    let sha = "a".repeat(40);
    let [a, b] = [1, 2].map(|repository| Spot::Pull { repository, number: 7 });
    let c = Spot::Head { repository: 1, sha: sha.clone() };
    let pull = PullRequest { number: 7, base: "main".to_owned(), head: sha, is_locked: false };
    let said = |revision: u64| Said {
        revision,
        at: at(NOON),
        seen: Some(Seen {
            print: [9; 8],
            asked: at(NOON),
            pulls: vec![pull.clone()],
            days: vec![(1, Day(20_574)), (u64::MAX, Day(-1))],
        }),
        posted: Some(Posted {
            made: at(NOON),
            asked: at(NOON),
            claim: Some(at(NOON)),
            id: Some(revision),
            says: [7; 8],
            muted: true,
        }),
    };
    assert_eq!(wait(store.said(&a)).unwrap(), None);
    assert!(!wait(store.put_said(&a, &said(2))).unwrap(), "nothing comes before it");
    assert!(wait(store.put_said(&a, &said(1))).unwrap());
    assert!(!wait(store.put_said(&a, &said(1))).unwrap(), "somebody was first");
    assert!(wait(store.put_said(&a, &said(2))).unwrap());
    assert!(wait(store.put_said(&b, &said(1))).unwrap(), "that of another repository is another");
    assert!(wait(store.put_said(&c, &said(1))).unwrap(), "and so is a head");
    assert_eq!(wait(store.said(&a)).unwrap(), Some(said(2)));
    assert_eq!(wait(store.said(&b)).unwrap(), Some(said(1)));
    assert_eq!(wait(store.said(&c)).unwrap(), Some(said(1)));
    let bare = Said { seen: None, posted: None, ..said(2) };
    assert!(wait(store.put_said(&c, &bare)).unwrap());
    assert_eq!(wait(store.said(&c)).unwrap(), Some(bare));
}
