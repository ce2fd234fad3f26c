//! Callbacks that come again, with a clock of its own: nothing waits for real time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::sleep;
use wecom_callback::{Callbacks, Passive};

use crate::common::{counting, post, receiver, sender, sent, status_and_body, text};

#[tokio::test(start_paused = true)]
async fn a_repeated_callback_is_answered_like_the_first_and_handled_once() {
    let count = Arc::new(AtomicUsize::new(0));
    let callbacks = Callbacks::new(receiver(), counting(&count, |_| Ok(Passive::new("<xml>reply</xml>"))));
    // Each with another nonce and other random bytes; two at once, one later.
    let [a, b, c] = [(); 3].map(|()| sent(&text("hi")));
    let (first, second) = tokio::join!(post(&callbacks, &a), post(&callbacks, &b));
    let third = post(&callbacks, &c).await;
    for response in [first, second, third] {
        assert_eq!(sender().open_reply(response.body()).unwrap(), b"<xml>reply</xml>");
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
    post(&callbacks, &sent(&text("another"))).await;
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn replies_are_kept_of_the_last_callbacks_only() {
    let count = Arc::new(AtomicUsize::new(0));
    let callbacks = Callbacks::new(receiver(), counting(&count, |_| Ok(Passive::new("<xml>reply</xml>"))));
    for number in 0..257 {
        assert_ne!(post(&callbacks, &sent(&text(&number.to_string()))).await.body(), "");
    }
    assert_eq!(status_and_body(&post(&callbacks, &sent(&text("0"))).await), (200, ""), "this one is too old");
    assert_ne!(post(&callbacks, &sent(&text("1"))).await.body(), "");
    assert_eq!(count.load(Ordering::SeqCst), 257);
}

#[tokio::test(start_paused = true)]
async fn the_reply_of_a_forgotten_callback_takes_nothing_from_its_repetition() {
    let count = Arc::new(AtomicUsize::new(0));
    let router = counting(&count, |run| Ok(Passive::new(format!("<xml>{run}</xml>"))));
    let lifetime = Duration::from_secs(60 * 60);
    let callbacks = Callbacks::builder(router).receiver(receiver()).remember(lifetime, 1000).build();
    let reply = async |message: &str| {
        let response = post(&callbacks, &sent(message)).await;
        String::from_utf8(sender().open_reply(response.body()).unwrap()).unwrap()
    };
    assert_eq!(reply("<again/>").await, "<xml>0</xml>");
    sleep(lifetime).await;
    // It comes again, and 256 others push the reply out that it had at first: before it is handled, and after.
    for number in 0..255 {
        reply(&format!("<a{number}/>")).await;
    }
    let (again, another) = tokio::join!(reply("<again/>"), reply("<another/>"));
    let [again, another] =
        [again, another].map(|reply| reply.trim_matches(|c| "<xml>/".contains(c)).to_owned());
    assert_ne!(again, another);
    assert_eq!(reply("<again/>").await, format!("<xml>{again}</xml>"));
    assert_eq!(count.load(Ordering::SeqCst), 258);
}

#[tokio::test(start_paused = true)]
async fn a_callback_is_forgotten_after_its_time_or_when_there_are_too_many() {
    let count = Arc::new(AtomicUsize::new(0));
    let router = counting(&count, |_| Ok(Passive::none()));
    let callbacks =
        Callbacks::builder(router).receiver(receiver()).remember(Duration::from_secs(60), 2).build();
    let handled = async |message: &str| {
        let before = count.load(Ordering::SeqCst);
        post(&callbacks, &sent(message)).await;
        count.load(Ordering::SeqCst) > before
    };
    assert!(handled("<a/>").await && !handled("<a/>").await);
    sleep(Duration::from_secs(60)).await;
    assert!(handled("<a/>").await, "it is too old");
    assert!(handled("<b/>").await && handled("<c/>").await);
    assert!(!handled("<b/>").await && handled("<a/>").await, "of three, the oldest is forgotten");
}
