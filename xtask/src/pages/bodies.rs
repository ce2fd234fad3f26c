//! Decides whether a body on a page is a request or a response.

use std::collections::BTreeSet;

use serde_json::Value;

use super::label::Announced;
use crate::spec::{INVOKE, Part};

/// The knowledge about the next fence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Hint {
    /// Nothing.
    #[default]
    None,
    /// It comes right after the address, like most requests.
    Address,
    /// It is labeled as a body.
    Body(Part),
    /// It is labeled as something else.
    Other,
}

impl Hint {
    /// Returns whether the fence is a body; otherwise, it may be anything.
    pub(super) fn is_of_body(self) -> bool {
        matches!(self, Self::Address | Self::Body(_))
    }

    /// Returns the hint below a label. Right after an address, a request needs no label.
    pub(super) fn below(self, announced: Announced) -> Self {
        match announced {
            Announced::Body(part) => Self::Body(part),
            Announced::Other if self != Self::Address => Self::Other,
            Announced::Other | Announced::Unsaid => self,
        }
    }
}

/// The bodies of an endpoint seen so far on a page.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    /// The names at the top of the requests.
    requested: BTreeSet<String>,
    /// Whether there was a response with an `errcode`.
    answered: bool,
}

impl Bodies {
    /// Returns the part of a call that a value is, if it is a whole one: a page may also show a piece of a body, even
    /// under the label of a whole one.
    pub(super) fn part(&mut self, hint: Hint, method: &str, value: &Value) -> Option<Part> {
        let names = || value.as_object().into_iter().flatten().map(|(name, _)| name);
        let answer = names().any(|name| name == "errcode");
        let known = names().filter(|name| self.requested.contains(*name)).count();
        let part = match hint {
            Hint::Body(Part::Response) if self.answered && !answer => return None,
            Hint::Body(Part::Request)
                if known == 0 && names().next().is_some() && !self.requested.is_empty() =>
            {
                return None;
            }
            Hint::Body(part) => part,
            // The request of a zone call that reports errors has a code, but no message.
            Hint::Address if method == INVOKE && !names().any(|name| name == "errmsg") => Part::Request,
            _ if answer => Part::Response,
            Hint::Address if method != "GET" => Part::Request,
            // A section about one kind of request shows most of its fields.
            Hint::None if known > 0 && 2 * known >= names().count() => Part::Request,
            Hint::Address | Hint::Other | Hint::None => return None,
        };
        match part {
            Part::Request => self.requested.extend(names().cloned()),
            Part::Response => self.answered |= answer,
            Part::Received | Part::Sent => {}
        }
        Some(part)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_errcode_makes_an_unlabelled_body_a_response() {
        for hint in [Hint::None, Hint::Other, Hint::Address] {
            let part = Bodies::default().part(hint, "POST", &json!({"errcode": 4}));
            assert_eq!(part, Some(Part::Response), "{hint:?}");
        }
        // Right after the name of a zone call, an object with a message is a response, and one without isn't.
        for (body, expected) in
            [(json!({"errcode": 0, "errmsg": "ok"}), Part::Response), (json!({"errcode": 4}), Part::Request)]
        {
            assert_eq!(Bodies::default().part(Hint::Address, INVOKE, &body), Some(expected));
        }
        // Requests that report errors have a code, too.
        let part = Bodies::default().part(Hint::Body(Part::Request), "POST", &json!({"errcode": 4}));
        assert_eq!(part, Some(Part::Request));
    }

    #[test]
    fn only_what_is_posted_stands_right_after_an_address() {
        let body = json!({"a": 1});
        assert_eq!(Bodies::default().part(Hint::Address, "POST", &body), Some(Part::Request));
        assert_eq!(Bodies::default().part(Hint::Address, "GET", &body), None);
    }

    #[test]
    fn a_piece_of_a_body_is_unlike_the_bodies_before() {
        let mut bodies = Bodies::default();
        let request = Hint::Body(Part::Request);
        let response = Hint::Body(Part::Response);
        assert_eq!(bodies.part(request, "POST", &json!({"sort": {}, "cup": {}})), Some(Part::Request));
        assert_eq!(bodies.part(response, "POST", &json!({"errcode": 0})), Some(Part::Response));
        for hint in [request, response, Hint::Other, Hint::None] {
            assert_eq!(bodies.part(hint, "POST", &json!({"leaf": 1})), None, "{hint:?}");
        }
        assert_eq!(bodies.part(Hint::None, "POST", &json!({"sort": 1})), Some(Part::Request));
        assert_eq!(bodies.part(Hint::Other, "POST", &json!({"sort": 1})), None);
    }
}
