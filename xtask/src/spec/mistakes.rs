//! Every kind of mistake that a spec can contain.
//!
//! Reports show the code. `spec/mistakes.md` has a section for each code with its meaning and the right form,
//! which `cargo xtask explain` reads. The texts about one mistake (message, label, help) are where the check
//! finds it.

/// The explanations of all mistakes.
pub const PAGE: &str = include_str!("../../../spec/mistakes.md");

macro_rules! mistakes {
    ($($mistake:ident = $code:literal,)*) => {
        /// A kind of mistake in a spec.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Mistake {
            $($mistake,)*
        }

        impl Mistake {
            /// All of them, in the order of their codes.
            pub const ALL: &[Self] = &[$(Self::$mistake),*];

            /// The stable name that reports show.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$mistake => $code,)*
                }
            }
        }
    };
}

impl Mistake {
    /// The one with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mistake| mistake.code() == code)
    }

    /// Returns whether it only means that a person still has to write something: no other mistake follows from it.
    pub fn is_unwritten(self) -> bool {
        matches!(
            self,
            Self::CodeName | Self::MissingDescription | Self::MissingPagination | Self::PlaceholderName
        )
    }

    /// Returns its explanation in [`PAGE`]: the meaning, in one sentence, and the rest, as Markdown.
    pub fn section(self) -> (&'static str, &'static str) {
        let heading = format!("\n## `{}`\n\n", self.code());
        let after = PAGE.split_once(&heading).map_or("", |(_, after)| after);
        let section = after.split("\n## ").next().unwrap_or_default();
        let end = section.find('.').map_or(0, |dot| dot + 1);
        section.split_at(end)
    }
}

mistakes! {
    BadCall = "bad-call",
    BadDate = "bad-date",
    BadDeviation = "bad-deviation",
    BadEmbed = "bad-embed",
    BadEncoding = "bad-encoding",
    BadEnumValue = "bad-enum-value",
    BadExample = "bad-example",
    BadExampleValue = "bad-example-value",
    BadFileName = "bad-file-name",
    BadGeneralRate = "bad-general-rate",
    BadGrants = "bad-grants",
    BadIdentifier = "bad-identifier",
    BadImport = "bad-import",
    BadJob = "bad-job",
    BadKeeps = "bad-keeps",
    BadLimit = "bad-limit",
    BadPagination = "bad-pagination",
    BadQuery = "bad-query",
    BadRate = "bad-rate",
    BadRule = "bad-rule",
    BadSafe = "bad-safe",
    BadSign = "bad-sign",
    BadTransport = "bad-transport",
    BadType = "bad-type",
    BadUnion = "bad-union",
    BadWire = "bad-wire",
    BeyondLimit = "beyond-limit",
    BrokenRule = "broken-rule",
    CodeName = "code-name",
    DeadLink = "dead-link",
    DuplicateEndpoint = "duplicate-endpoint",
    DuplicateKey = "duplicate-key",
    EmptyType = "empty-type",
    EndlessType = "endless-type",
    EnvelopeField = "envelope-field",
    HeadlessSentence = "headless-sentence",
    IncompleteExample = "incomplete-example",
    MissingDescription = "missing-description",
    MissingExample = "missing-example",
    MissingKey = "missing-key",
    MissingPage = "missing-page",
    MissingPagination = "missing-pagination",
    MissingQuirk = "missing-quirk",
    NameCollision = "name-collision",
    OtherName = "other-name",
    PlaceholderName = "placeholder-name",
    PlainSecret = "plain-secret",
    ReservedName = "reserved-name",
    SecondWord = "second-word",
    UnknownExampleField = "unknown-example-field",
    UnknownField = "unknown-field",
    UnknownKey = "unknown-key",
    UnknownType = "unknown-type",
    UnknownValue = "unknown-value",
    UnlistedEndpoint = "unlisted-endpoint",
    UnseenPage = "unseen-page",
    UnshownQuirk = "unshown-quirk",
    UnusedType = "unused-type",
    WrongKind = "wrong-kind",
    YamlSyntax = "yaml-syntax",
}
