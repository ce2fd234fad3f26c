//! The kinds of token, as values and as types.

/// A kind of token as a type, so that an endpoint can't be sent with the wrong one.
pub trait Token {
    /// The kind as a value.
    const KIND: TokenKind;
}

macro_rules! tokens {
    ($($(#[$doc:meta])* $name:ident: $parameter:expr,)*) => {
        /// A kind of token.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum TokenKind {
            $($(#[$doc])* $name,)*
        }

        impl TokenKind {
            /// Returns the query parameter that carries it, if there is one.
            pub const fn parameter(self) -> Option<&'static str> {
                match self {
                    $(Self::$name => $parameter,)*
                }
            }
        }

        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl Token for $name {
                const KIND: TokenKind = TokenKind::$name;
            }
        )*
    };
}

tokens! {
    /// No token: the endpoint issues one, or authenticates the caller in another way.
    NoToken: None,
    /// An app's token for one company.
    AccessToken: Some("access_token"),
    /// The token of a service provider's app (套件).
    SuiteAccessToken: Some("suite_access_token"),
    /// A service provider's token.
    ProviderAccessToken: Some("provider_access_token"),
    /// A device's token.
    DeviceAccessToken: Some("device_access_token"),
    /// A model's token.
    ModelAccessToken: Some("model_access_token"),
    /// The key of a group bot's webhook.
    WebhookKey: Some("key"),
    /// The code for replying to one message.
    ResponseCode: Some("response_code"),
}
