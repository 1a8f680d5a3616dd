use unicode_width::UnicodeWidthStr;

use super::text;
use crate::render::sample;

#[test]
fn show() {
    println!("{}", text(&sample::small(), 100));
    println!("{}", text(&sample::small(), 50));
    println!("{}", text(&sample::empty(), 50));
    println!("{}", text(&sample::unmeasured(), 50));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let reports = [
        sample::small(),
        sample::rich(6),
        sample::empty(),
        sample::hostile("テ\u{202e}@x"),
    ];
    for (report, width) in reports
        .iter()
        .flat_map(|report| (40..140).map(move |width| (report, width)))
    {
        for line in text(report, width).lines() {
            assert!(line.width() <= width, "{} > {width}: {line}", line.width());
        }
    }
}
