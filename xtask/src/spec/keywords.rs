//! Enums whose variants are words of the spec format.

/// Makes an enum whose variants are words of the spec format. The first one is the default.
macro_rules! keywords {
    ($(#[doc = $doc:literal])* $name:ident {
        $(#[doc = $first_doc:literal])* $first:ident = $first_word:literal,
        $($(#[doc = $variant_doc:literal])* $variant:ident = $word:literal,)*
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Deserialize)]
        pub enum $name {
            $(#[doc = $first_doc])*
            #[default]
            #[serde(rename = $first_word)]
            $first,
            $($(#[doc = $variant_doc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[Self::$first, $(Self::$variant),*];

            /// All of them, as written in a spec.
            pub const KEYWORDS: &[&str] = &[$first_word, $($word),*];

            /// Returns its meaning, for a spec's readers.
            pub fn meaning(self) -> &'static str {
                const MEANINGS: &[&str] = &[concat!($($first_doc),*), $(concat!($($variant_doc),*)),*];
                MEANINGS[self as usize].trim()
            }

            /// As written in a spec.
            pub const fn keyword(self) -> &'static str {
                match self {
                    Self::$first => $first_word,
                    $(Self::$variant => $word,)*
                }
            }

            /// Returns the one with this spelling.
            pub fn from_keyword(word: &str) -> Option<Self> {
                match word {
                    $first_word => Some(Self::$first),
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let meanings: Vec<&str> = Self::ALL.iter().map(|word| word.meaning()).collect();
                schemars::json_schema!({
                    "description": concat!($($doc),*).trim(),
                    "type": "string",
                    "enum": Self::KEYWORDS,
                    "markdownEnumDescriptions": meanings,
                })
            }
        }
    };
}
pub(crate) use keywords;
