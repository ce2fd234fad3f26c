//! Truncates text that is too long for WeCom.

/// Returns the beginning of a text that takes at most `max` bytes, without breaking a character.
///
/// ```
/// assert_eq!(wecom_models::cut_at_bytes("周报已提交", 10), "周报已");
/// ```
pub fn cut_at_bytes(text: &str, max: usize) -> &str {
    let end = (0..=max.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// Returns the first `max` characters of a text.
///
/// ```
/// assert_eq!(wecom_models::cut_at_chars("周报已提交", 2), "周报");
/// ```
pub fn cut_at_chars(text: &str, max: usize) -> &str {
    text.char_indices().nth(max).map_or(text, |(end, _)| &text[..end])
}

/// Returns the beginning of a text that is at most `max` characters wide, where a Chinese one counts as two.
///
/// ```
/// assert_eq!(wecom_models::cut_at_width("Q3周报", 5), "Q3周");
/// ```
pub fn cut_at_width(text: &str, max: usize) -> &str {
    let mut left = max;
    let end = text.char_indices().find(|(_, c)| {
        let width = if *c < '\u{2e80}' { 1 } else { 2 };
        let fits = width <= left;
        left = left.saturating_sub(width);
        !fits
    });
    end.map_or(text, |(end, _)| &text[..end])
}
