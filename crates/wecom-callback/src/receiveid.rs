//! The receiveid: the company, suite, device model or bot that a callback is for.

use std::fmt;
use std::sync::Arc;

/// The receiveids that a receiver accepts. WeCom encrypts one with each message. It is compared exactly, including whitespace.
///
/// | channel | callbacks | URL verification |
/// | --- | --- | --- |
/// | a company's own app, contacts, customers, payments | the company's ID | the same |
/// | 指令回调 (suite events) | the suite's ID | the provider's company ID |
/// | 数据回调 (events of the companies that installed the app) | that company's ID: [`any`](Self::any) | the provider's company ID |
/// | customized app (代开发), template | the template's ID (`dk…`) | the provider's company ID |
/// | AI bot | empty | empty |
/// | hardware in the cloud | the provider's company ID, or the model's ID | the same |
///
/// Converts from one ID, or from an array or a `Vec` of several.
#[derive(Clone)]
pub struct Receiveid(Policy);

#[derive(Clone)]
enum Policy {
    OneOf(Vec<String>),
    Any,
    If(Arc<dyn Fn(&str) -> bool + Send + Sync>),
}

impl Receiveid {
    /// Accepts any receiveid that equals the `ToUserName` of its envelope, if it has one: for a URL that receives the callbacks of many companies, or
    /// that has to be saved in WeCom's settings before the company's ID is known.
    pub fn any() -> Self {
        Self(Policy::Any)
    }

    /// Accepts a receiveid if the function returns `true` for it, for example if the company is known.
    pub fn matching(accepts: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self(Policy::If(Arc::new(accepts)))
    }

    pub(crate) fn accepts(&self, id: &str, to_user: Option<&str>) -> bool {
        match &self.0 {
            Policy::OneOf(ids) => ids.iter().any(|known| known == id),
            Policy::Any => to_user.is_none_or(|to_user| to_user == id),
            Policy::If(accepts) => accepts(id),
        }
    }
}

impl fmt::Debug for Receiveid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Policy::OneOf(ids) => f.debug_list().entries(ids).finish(),
            Policy::Any => f.write_str("any"),
            Policy::If(_) => f.write_str("a function"),
        }
    }
}

impl From<&str> for Receiveid {
    fn from(id: &str) -> Self {
        Self::from([id])
    }
}

impl From<&String> for Receiveid {
    fn from(id: &String) -> Self {
        Self::from(id.as_str())
    }
}

impl From<String> for Receiveid {
    fn from(id: String) -> Self {
        Self::from([id])
    }
}

impl<T: Into<String>, const N: usize> From<[T; N]> for Receiveid {
    fn from(ids: [T; N]) -> Self {
        Self(Policy::OneOf(ids.into_iter().map(Into::into).collect()))
    }
}

impl<T: Into<String>> From<Vec<T>> for Receiveid {
    fn from(ids: Vec<T>) -> Self {
        Self(Policy::OneOf(ids.into_iter().map(Into::into).collect()))
    }
}
