//! The page that `thanos audit --html` makes.

use crate::support::thanos::files::{Block, DAY, Files};
use crate::world::{Place, sound};

/// Labels come from whoever uploads, and a page is opened by whoever reads the audit.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_has_a_bar_for_each_stream_and_runs_nothing_of_what_a_label_says() {
    let mut place = Place::with("page", &Files::default()).await;
    let now = place.scene.now.as_millisecond();
    let mut blocks = sound(place.scene.now);
    blocks.push(Block::raw("<script>alert(1)</script>\"&", now - 9 * DAY, now - 8 * DAY));
    let mut files = Files::of(&blocks);
    let broken = files.blocks(0)[0].clone();
    files.0.remove(&format!("{broken}/index"));
    place.put("", &files);
    place.run(0, &["thanos", "audit", "--html", "page.html", "-q"]).await;
    let page = std::fs::read_to_string(place.scene.file("page.html")).expect("the page");
    assert!(page.starts_with("<!doctype html>"), "{page}");
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("&lt;script&gt;"), "{page}");
    // One file with all that it shows: nothing is fetched when it is opened.
    for word in ["http://", "https://", "src=", "<link"] {
        assert!(!page.contains(word), "{word}: {page}");
    }
    let (_, picture) = page.split_once("<svg").expect("a picture");
    let (picture, tables) = picture.split_once("</svg>").expect("its end");
    for row in ["cluster=&quot;eu&quot;", "class=\"raw\"", "class=\"m5\""] {
        assert!(picture.contains(row), "{row}: {picture}");
    }
    assert!(tables.contains("<code>object-missing</code>"), "{tables}");
    assert!(tables.contains(&format!("{broken}/index is not there")), "{tables}");
}
