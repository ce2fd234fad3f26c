//! Texts that WeCom would cut off.

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
