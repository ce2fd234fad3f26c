//! The kinds of token, as values and as types.

/// A kind of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenKind {
    /// No token: the endpoint gives one out.
    None,
    /// An application's token for one corporation.
    AccessToken,
}

impl TokenKind {
    /// The query parameter that carries it, if there is one.
    pub const fn parameter(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::AccessToken => Some("access_token"),
        }
    }
}

/// A kind of token as a type, so that an endpoint can't be sent with the wrong one.
pub trait Token {
    /// The same as a value.
    const KIND: TokenKind;
}

/// No token.
#[derive(Clone, Copy, Debug)]
pub struct NoToken;

impl Token for NoToken {
    const KIND: TokenKind = TokenKind::None;
}

/// An application's token for one corporation.
#[derive(Clone, Copy, Debug)]
pub struct AccessToken;

impl Token for AccessToken {
    const KIND: TokenKind = TokenKind::AccessToken;
}
