use super::*;

#[test]
fn a_step_is_said_once_and_its_end_once() {
    for seed in 1..20 {
        let samples = noisy(seed, 240, |at| if (100..170).contains(&at) { 1.3 } else { 1.0 });
        let [up, down] = &watched(&samples)[..] else { panic!("seed {seed}") };
        for (alarm, place, direction) in [(up, 100, Direction::Up), (down, 170, Direction::Down)] {
            assert_eq!(alarm.size.direction, direction);
            assert!(alarm.index.abs_diff(place) <= 1, "{alarm:?}");
            assert!((place + 4..place + 20).contains(&alarm.confirmed_index), "{alarm:?}");
            assert_eq!(samples[alarm.index], alarm.first);
            assert_eq!(samples[alarm.confirmed_index], alarm.last);
        }
    }
}

#[test]
fn the_window_is_all_that_is_remembered() {
    let mut judge = Judge::new(Rules::default());
    for sample in noisy(1, 5_000, |_| 1.0) {
        judge.push(sample, 1);
        assert!(judge.samples.len() <= 2 * WINDOW);
    }
}

/// The verdict on a week depends on the window before it, wherever the history begins.
#[test]
fn a_judge_that_begins_on_a_later_monday_says_the_same_from_then_on() {
    for seed in 1..=10 {
        let samples = noisy(seed, 21 * 60, waves);
        let all = watched(&samples);
        for begin in [21, 210, 420] {
            let from = begin + 2 * WINDOW;
            let of = |alarms: &[Alarm], moved: usize| -> Vec<(usize, usize, Size)> {
                let place =
                    |one: &Alarm| (one.index + moved, one.confirmed_index + moved, one.size);
                alarms.iter().map(place).filter(|(index, _, _)| *index >= from).collect()
            };
            let expected = of(&all, 0);
            assert!(expected.len() >= 3);
            assert_eq!(of(&watched(&samples[begin..]), begin), expected, "{seed}, {begin}");
        }
    }
}

#[test]
fn what_is_said_does_not_depend_on_what_comes_later() {
    let samples = noisy(8, 500, waves);
    let all = watched(&samples);
    for count in [100, 250, 400] {
        let early = watched(&samples[..count]);
        assert_eq!(early, all[..early.len()]);
        assert!(all[early.len()..].iter().all(|alarm| alarm.confirmed_index >= count));
    }
}
