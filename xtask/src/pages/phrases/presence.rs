//! How pages word whether a field is there.

use crate::pages::markup::plain;

pub(crate) fn yes_or_no(cell: &str) -> Option<bool> {
    match plain(cell).trim() {
        "是" | "必填" | "必须" | "Y" | "y" | "true" | "必选" | "M" => Some(true),
        "否" | "非必填" | "选填" | "N" | "n" | "false" | "可选" | "非必须" | "O" => Some(false),
        text if text.starts_with('是') => Some(true),
        text if text.starts_with('否') => Some(false),
        _ => None,
    }
}

/// Whether a description says that a response may lack the field.
pub(crate) fn may_be_absent(doc: &str) -> bool {
    ["不返回", "时返回", "才返回", "才有", "不会返回", "可能不", "仅当", "时存在", "不存在该字段"]
        .iter()
        .any(|words| doc.contains(words))
}
