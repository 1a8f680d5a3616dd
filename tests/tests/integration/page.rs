//! The page as a browser shows it.

use std::collections::BTreeSet;
use std::process::Command;

use kit::{Laptime, busy_history, lines, variable};

/// A picture as rows of RGB pixels.
pub(crate) struct Picture {
    width: usize,
    pixels: Vec<[u8; 3]>,
}

/// Chromium's names of the colour schemes.
pub(crate) const DARK: u8 = 0;
pub(crate) const LIGHT: u8 = 1;

/// What Chromium shows at an address. It may have nothing to complain about.
pub(crate) fn screenshot(url: &str, scheme: u8, width: u32) -> Picture {
    let profile = tempfile::tempdir().unwrap();
    let file = profile.path().join("page.png");
    let output = Command::new(variable("LAPTIME_CHROMIUM"))
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg("--hide-scrollbars")
        .arg(format!("--user-data-dir={}", profile.path().join("profile").display()))
        .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
        .arg(format!("--window-size={width},2000"))
        .arg(format!("--screenshot={}", file.display()))
        .args(["--enable-logging=stderr", url])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(file.exists(), "{said}");
    assert!(!said.contains("CONSOLE"), "{url}: {said}");
    let reader = std::io::BufReader::new(std::fs::File::open(&file).unwrap());
    let mut reader = png::Decoder::new(reader).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    let pixel = |bytes: &[u8]| [bytes[0], bytes[1], bytes[2]];
    let pixels = bytes.chunks(info.color_type.samples()).map(pixel).collect();
    Picture { width: info.width as usize, pixels }
}

impl Picture {
    /// The colour of the page's margin, from 0 (black) to 255.
    pub(crate) fn background(&self) -> u8 {
        self.pixels[self.width + 1].iter().copied().max().unwrap()
    }

    pub(crate) fn colours(&self) -> usize {
        self.pixels.iter().collect::<BTreeSet<_>>().len()
    }
}

#[test]
fn a_browser_shows_the_page_in_light_and_dark_on_desk_and_phone() {
    let folder = tempfile::tempdir().unwrap();
    let laptime = Laptime::on(&folder.path().join("data"));
    let (history, page) = (folder.path().join("history.jsonl"), folder.path().join("page.html"));
    std::fs::write(&history, lines(&busy_history(120))).unwrap();
    let data = folder.path().join("data");
    laptime.ok(&["replay", "--data", data.to_str().unwrap(), history.to_str().unwrap()]);
    laptime.ok(&["aggregate"]);
    let out = ["--format", "html", "--out", page.to_str().unwrap()];
    laptime.ok(&[&["report", "--from", "2026-05-01", "--to", "2026-05-11"][..], &out].concat());
    for width in [1280, 500] {
        let url = format!("file://{}", page.display());
        let [dark, light] = [DARK, LIGHT].map(|scheme| screenshot(&url, scheme, width));
        assert!(dark.background() < 60, "dark is {}", dark.background());
        assert!(light.background() > 200, "light is {}", light.background());
        // Text and charts, not a blank page: anti-aliased text alone makes hundreds of shades.
        assert!(dark.colours() > 200 && light.colours() > 200);
    }
}
