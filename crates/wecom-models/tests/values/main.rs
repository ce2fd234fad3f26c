//! Values whose type depends on a field of a table or a control of a form.

#[cfg(feature = "oa")]
mod approvals;
#[cfg(feature = "wedoc")]
mod cells;
#[cfg(feature = "oa")]
mod reports;
