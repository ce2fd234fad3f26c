//! Wordings for the fields that a signature covers.

/// Returns the lists of fields that a text says are signed: one name per line below `…如下几个字段参与签名：`, each list with
/// the line of that sentence.
pub(crate) fn signed_fields(text: &str) -> Vec<(usize, Vec<&str>)> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let begins = |line: &str| line.contains("字段参与签名") && line.ends_with(['：', ':']);
    let is_name = |line: &&str| {
        line.starts_with(|c: char| c.is_ascii_alphabetic())
            && line.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let places = lines.iter().enumerate().filter(|(_, line)| begins(line));
    let lists = places.map(|(at, _)| {
        let fields = lines[at + 1..].iter().copied().skip_while(|line| line.is_empty()).take_while(is_name);
        (at + 1, fields.collect::<Vec<&str>>())
    });
    lists.filter(|(_, fields)| !fields.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::signed_fields;

    #[test]
    fn a_list_below_the_sentence_has_the_fields() {
        let text = "除sign外所有字段参与签名。\n点茶固定如下几个字段参与签名：\n\ncup\npot_id\n\n倒茶如下字段参与签名：\ncup\n示例";
        assert_eq!(signed_fields(text), [(2, vec!["cup", "pot_id"]), (7, vec!["cup"])]);
    }
}
