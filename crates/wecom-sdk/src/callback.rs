//! Receives callbacks ([`wecom_callback`]), with typed events ([`wecom_models::callback`]), and connects some of them with the client:
//! tickets, authorizations, messages, jobs.
//!
//! ```
//! # use wecom_sdk::{ClientBuilder, Suite};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(feature = "service")] {
//! use wecom_sdk::callback::{Callbacks, Receiver, suite_authorizations, suite_tickets};
//!
//! let suite = ClientBuilder::new(Suite::new("suite id", "suite secret")).build()?;
//! let router = suite_tickets([&suite]).merge(suite_authorizations(&suite, |installed| async move {
//!     println!("{} has installed the app", installed.auth_corp_info.corpid);
//!     // Keep `installed.permanent_code` now: it can't be fetched again.
//! }));
//! let receiver = Receiver::builder("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")
//!     .receiveid("suite id")
//!     .verified_as("the provider's corp id")
//!     .build()?;
//! let callbacks = Callbacks::new(receiver, router);
//! # }
//! # Ok(())
//! # }
//! ```

mod jobs;
#[cfg(any(feature = "chatdata", feature = "kf"))]
mod messages;
#[cfg(feature = "openhw")]
mod models;
#[cfg(feature = "service")]
mod suites;

pub use jobs::finished_jobs;
#[cfg(any(feature = "chatdata", feature = "kf"))]
pub use messages::SyncError;
#[cfg(feature = "chatdata")]
pub use messages::{ArchivedMessages, KeywordHits, archived_messages, keyword_hits};
#[cfg(feature = "kf")]
pub use messages::{KfMessages, kf_messages};
#[cfg(feature = "openhw")]
pub use models::model_tickets;
#[cfg(feature = "service")]
pub use suites::{PendingAuthorization, pending_authorizations, suite_authorizations, suite_tickets};
pub use wecom_callback::*;
pub use wecom_models::callback::*;
