//! AI bots: what they log, and TLS. The rest is tested in `wecom-sdk`.

mod logs;
mod tls;
