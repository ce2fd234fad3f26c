//! The address with which a page introduces an endpoint.

use crate::spec::names;

/// The host of the server API. Other addresses are the developer's own, or belong to other services.
const HOST: &str = "://qyapi.weixin.qq.com/";

/// The host that merchants call; its requests and responses are XML.
const MERCHANTS: &str = "://api.mch.weixin.qq.com/";

/// The labels of addresses.
const LABELS: [&str; 7] =
    ["请求地址", "请求URL", "请求 URL", "接口地址", "webhook是", "response_url 是", NAME_LABEL];

/// The label before the name of a zone call, which has no path.
const NAME_LABEL: &str = "接口名";

/// Returns whether a line announces an address, in itself or below.
pub(super) fn is_label(line: &str) -> bool {
    LABELS.iter().any(|label| line.contains(label))
}

/// Returns whether a line announces the name of a zone call below it.
pub(super) fn is_name_label(line: &str) -> bool {
    line.contains(NAME_LABEL)
}

/// Returns whether a text contains an address on any host.
pub(super) fn is_in(text: &str) -> bool {
    text.contains("://")
}

/// An address on one of WeCom's hosts.
#[derive(Debug, PartialEq)]
pub(super) struct Address {
    /// The path, without the query.
    pub path: String,
    /// The names of the parameters, in their order.
    pub query: Vec<String>,
    /// Whether it is on the merchants' host.
    pub merchant: bool,
}

impl Address {
    /// Creates the address of a zone call, whose name is the whole text.
    pub(super) fn invoked(text: &str) -> Option<Self> {
        let name = text.trim();
        names::is_snake(name).then(|| Self { path: name.to_owned(), query: Vec::new(), merchant: false })
    }

    /// Finds the address in a text.
    pub(super) fn find(text: &str) -> Option<Self> {
        let found = text.split_once(HOST).map(|(_, rest)| (rest, false));
        let (rest, merchant) = found.or_else(|| text.split_once(MERCHANTS).map(|(_, rest)| (rest, true)))?;
        let part = |c: char| c.is_ascii_alphanumeric() || "/_-.\\".contains(c);
        let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
        let path = format!("/{}", rest[..end].replace('\\', ""));
        Some(Self { path, query: parameters(&rest[end..]), merchant })
    }
}

/// Returns the names of the parameters in the part of an address after the path.
fn parameters(rest: &str) -> Vec<String> {
    let rest = rest.lines().next().unwrap_or_default();
    let rest = rest.replace("&amp;", "&").replace("×tamp", "&timestamp").replace('\\', "");
    let Some(query) = rest.strip_prefix('?') else { return Vec::new() };
    let end = query.find(|c: char| c.is_whitespace() || "<>\"'`（，。)*".contains(c)).unwrap_or(query.len());
    let names = query[..end].split('&').filter_map(|pair| pair.split('=').next());
    let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let names = names.filter(|text| !text.is_empty() && text.chars().all(name));
    names.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_of_the_zone_has_a_name_instead() {
        assert!(is_label("**请求接口名：** ") && is_name_label("**接口名：**"));
        assert_eq!(Address::invoked(" sync_msg ").map(|address| address.path).as_deref(), Some("sync_msg"));
        assert_eq!(Address::invoked("通过SDK调用"), None);
    }

    #[test]
    fn an_address_has_a_path_and_parameters_however_it_is_marked_up() {
        for (text, path, query) in [
            ("https://qyapi.weixin.qq.com/cgi-bin/a", "/cgi-bin/a", vec![]),
            ("<https://qyapi.weixin.qq.com/cgi-bin/a?b=1&amp;c=D>", "/cgi-bin/a", vec!["b", "c"]),
            ("`http://qyapi.weixin.qq.com/a\\_b?c\\_d=1`", "/a_b", vec!["c_d"]),
            ("https://qyapi.weixin.qq.com/a?b=1×tamp=2（c=3）", "/a", vec!["b", "timestamp"]),
            ("https://qyapi.weixin.qq.com/a?b=1\n&c=2", "/a", vec!["b"]),
        ] {
            let address = Address::find(text).unwrap_or_else(|| panic!("{text} has an address"));
            assert_eq!(
                (address.path.as_str(), address.query),
                (path, query.into_iter().map(str::to_owned).collect()),
                "{text}"
            );
            assert!(!address.merchant, "{text}");
        }
        assert!(Address::find("https://api.mch.weixin.qq.com/pay").is_some_and(|address| address.merchant));
        assert_eq!(Address::find("https://example.com/cgi-bin/a"), None);
    }
}
