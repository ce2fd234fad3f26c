//! Memory stays constant however many calls there are.

use std::fs;

use futures_util::StreamExt as _;
use futures_util::stream;
use wecom_mock::{Fault, Server};
use wecom_sdk::corpgroup::chain::RemoveCorp;
use wecom_sdk::meeting::basic::GetMeetingInfo;
use wecom_sdk::{Backoff, Client, OnLimit};

/// Returns the memory of the process, in KiB.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_stays_flat_over_a_hundred_thousand_calls() {
    if resident().is_none() {
        eprintln!("skipped: memory_stays_flat_over_a_hundred_thousand_calls: no /proc/self/status here");
        return;
    }
    let server = Server::start().await.unwrap();
    let client = Client::builder("ww1", "secret")
        .base_url(server.base_url())
        // More calls than WeCom allows.
        .on_limit(OnLimit::Ignore)
        .retry(Backoff::new().budget(u32::MAX / 10).retries(0))
        .build()
        .unwrap();
    let mut after = Vec::new();
    for round in 0..5 {
        // Some of each kind: calls that succeed, calls that fail, and calls that are dropped.
        server.inject(Fault::code(60111).on("/cgi-bin/corpgroup/corp/remove_corp"));
        stream::iter(0..20_000)
            .for_each_concurrent(64, |number| {
                let client = client.clone();
                async move {
                    match number % 20 {
                        0 => drop(client.send(&RemoveCorp::new("chain").corpid("ww2")).await.unwrap_err()),
                        1 => {
                            let soon = std::time::Duration::from_micros(50);
                            let request = GetMeetingInfo::new("hy");
                            let _ = tokio::time::timeout(soon, client.send(&request)).await;
                        }
                        _ => drop(client.send(&GetMeetingInfo::new("hy")).await.unwrap()),
                    }
                }
            })
            .await;
        server.clear_faults();
        after.push(resident().unwrap());
        if round == 2 {
            server.expire_tokens();
        }
    }
    // The first rounds fill caches, pools and the server's log; a leak of 100 bytes per call would be 4 MiB by the
    // end.
    let grown = after[4].saturating_sub(after[2]);
    assert!(grown < 3 << 10, "{grown} KiB more after 40,000 calls: {after:?} KiB");
}
