use serde_json::{Value, json};

use super::*;
use crate::Timestamp;

#[cfg(feature = "oa")]
mod approvals;
#[cfg(feature = "wedoc")]
mod cells;
