//! The standard streams.

use std::io::{IsTerminal, Write, stderr, stdout};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Prints a result.
pub(super) fn print(text: &str) {
    // A reader that closes the pipe early has read enough.
    let _ = stdout().write_all(text.as_bytes());
}

/// Returns whether results may be in color.
pub(super) fn color() -> bool {
    stdout().is_terminal()
}

/// Returns whether errors may be in color, and progress may be shown.
pub(super) fn errors_in_color() -> bool {
    stderr().is_terminal()
}

/// Returns a progress bar, which only a terminal shows.
pub(super) fn bar() -> ProgressBar {
    let bar = ProgressBar::no_length();
    if errors_in_color() {
        bar.set_style(ProgressStyle::default_bar());
    } else {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar
}
