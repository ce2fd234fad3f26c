//! Further terms for rustdoc's search: Chinese titles, paths, numbers.

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Endpoint, Event};

/// Emits the title of an endpoint, its path, and the last two parts of the path, which people know by heart.
pub(super) fn endpoint_aliases(endpoint: &Endpoint) -> TokenStream {
    let path = endpoint.path.as_str();
    let short = path.rmatch_indices('/').nth(1).map_or(path, |(slash, _)| &path[slash + 1..]);
    let mut names = vec![endpoint.title.as_str(), path];
    if short != path {
        names.push(short);
    }
    aliases(&names)
}

/// Emits the title of an event, and its name on the wire.
pub(super) fn event_aliases(event: &Event) -> TokenStream {
    let mut names = vec![event.title.as_str()];
    names.extend(event.wires().map(|wire| wire.change.unwrap_or(wire.kind)));
    names.dedup();
    aliases(&names)
}

/// Emits aliases, which the search treats like an item's own name.
pub(super) fn aliases(names: &[&str]) -> TokenStream {
    let names = names.iter().map(|name| plain(name)).filter(|name| !name.is_empty());
    quote!(#[doc(alias(#(#names),*))])
}

/// Removes what rustdoc rejects in an alias: quotes, and white space other than single spaces between words.
fn plain(name: &str) -> String {
    let words: Vec<&str> = name
        .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\''))
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_has_nothing_that_rustdoc_refuses() {
        assert_eq!(plain(" 获取\t\"会话\"  记录'\n"), "获取 会话 记录");
        assert_eq!(plain("/cgi-bin/message/send"), "/cgi-bin/message/send");
    }
}
