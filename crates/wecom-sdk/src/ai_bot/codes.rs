//! The error codes that the connection and streams act upon.

/// Frames of one stream overlapped ("data version conflict").
pub(super) const CONFLICT: i64 = 6000;

/// The callback isn't known, or takes no reply of this kind.
pub(super) const INVALID_REQ_ID: i64 = 846_605;

/// The stream is too old.
pub(super) const STREAM_EXPIRED: i64 = 846_608;

/// Another connection has taken over.
pub(super) const NOT_SUBSCRIBED: i64 = 846_609;

/// The bot's ID or its secret is wrong.
pub(super) const REJECTED: i64 = 853_000;

/// Calls were made too often, or too many at once.
pub(super) const TOO_OFTEN: [i64; 2] = [45009, 45033];
