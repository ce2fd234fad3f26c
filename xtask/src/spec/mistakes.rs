//! Every kind of mistake that a spec can have: its code, what it means, and what is right instead.
//!
//! Reports show the code, `cargo xtask explain` says the rest, and `spec/mistakes.md` lists it. What a check says of one
//! mistake (its message, its label, its help) stands where it is found.

/// What the catalogue says of a kind of mistake.
#[derive(Debug)]
pub struct Entry {
    /// The stable name that reports show.
    pub code: &'static str,
    /// What it means, in one sentence.
    pub meaning: &'static str,
    /// What else there is to know, if anything.
    pub more: &'static str,
    /// The mistake, and the same without it.
    pub example: Option<Example>,
    /// Whether it only says that a person's words are still to be written: no other mistake follows from it.
    pub unwritten: bool,
}

/// A mistake and its correction, as parts of a spec file.
#[derive(Debug)]
pub struct Example {
    /// What they are parts of.
    pub within: Within,
    /// With the mistake.
    pub wrong: &'static str,
    /// Without it.
    pub right: &'static str,
}

/// The part of a spec file that an [`Example`] is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// The whole file.
    File,
    /// An endpoint.
    Endpoint,
    /// The fields of a response.
    Response,
    /// A struct.
    Struct,
    /// An enum.
    Enum,
    /// A union.
    Union,
}

impl Within {
    /// In words, with its article.
    pub const fn words(self) -> &'static str {
        match self {
            Self::File => "a file",
            Self::Endpoint => "an endpoint",
            Self::Response => "a response",
            Self::Struct => "a struct",
            Self::Enum => "an enum",
            Self::Union => "a union",
        }
    }
}

impl Entry {
    const fn new(code: &'static str, meaning: &'static str) -> Self {
        Self { code, meaning, more: "", example: None, unwritten: false }
    }

    const fn more(self, more: &'static str) -> Self {
        Self { more, ..self }
    }

    const fn example(self, within: Within, wrong: &'static str, right: &'static str) -> Self {
        Self { example: Some(Example { within, wrong, right }), ..self }
    }

    const fn unwritten(self) -> Self {
        Self { unwritten: true, ..self }
    }
}

macro_rules! mistakes {
    ($($mistake:ident: $entry:expr,)*) => {
        /// A kind of mistake in a spec.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Mistake {
            $($mistake,)*
        }

        impl Mistake {
            /// All of them, in the order of their codes.
            pub const ALL: &[Self] = &[$(Self::$mistake),*];

            /// What the catalogue says of it.
            pub fn entry(self) -> &'static Entry {
                const ENTRIES: &[Entry] = &[$($entry),*];
                &ENTRIES[self as usize]
            }
        }
    };
}

impl Mistake {
    /// The stable name that reports show.
    pub fn code(self) -> &'static str {
        self.entry().code
    }

    /// The one with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mistake| mistake.code() == code)
    }

    /// Whether it only says that a person's words are still to be written.
    pub fn is_unwritten(self) -> bool {
        self.entry().unwritten
    }
}

mistakes! {
    BadCall: Entry::new("bad-call", "A call is not a method and a path.")
        .more("The path has no host and no query; parameters are fields. No part of it is empty or starts with a digit.")
        .example(Within::Endpoint, "call: /cgi-bin/room/get_room", "call: POST /cgi-bin/room/get_room"),
    BadDate: Entry::new("bad-date", "A date does not exist, or is not written as YYYY-MM-DD.")
        .example(
            Within::Endpoint,
            "doc: { id: 10001, page: 90001, updated: 2024-02-31 }",
            "doc: { id: 10001, page: 90001, updated: 2024-02-29 }",
        ),
    BadDeviation: Entry::new("bad-deviation", "A deviation is about nothing in this file, or is accepted twice.")
        .more("`at` begins with the name of an endpoint or a type, as `cargo xtask drift` prints it.")
        .example(
            Within::File,
            "deviations:\n  - { rule: field-type, at: get_rom.response.name, reason: Rooms have names. }",
            "deviations:\n  - { rule: field-type, at: get_room.response.name, reason: Rooms have names. }",
        ),
    BadEmbed: Entry::new("bad-embed", "A field can't stand among the fields around it.")
        .more(
            "Only a union with fields is embedded, one in each object. It is never optional, and none of its fields has \
             the name of a field beside it.",
        ),
    BadEncoding: Entry::new("bad-encoding", "The way a request or a response is encoded can't carry what it holds.")
        .more(
            "`GET` has no body. Files are sent in a form (`body: multipart`), a form has at least one, an answer that is \
             a file has no fields, and XML answers are flat.",
        )
        .example(
            Within::Endpoint,
            "call: GET /cgi-bin/room/get_room\nbody: xml",
            "call: POST /cgi-bin/room/get_room\nbody: xml",
        ),
    BadEnumValue: Entry::new("bad-enum-value", "A value of an enum is not what its `repr` says.")
        .more("YAML reads some keys as something other than text, such as `0x1` and `null`: put quotes around them.")
        .example(Within::Enum, "repr: int\nvalues:\n  small: Small", "repr: int\nvalues:\n  1: Small"),
    BadExample: Entry::new("bad-example", "An example is not a JSON object, or has a key twice.")
        .example(
            Within::Endpoint,
            "examples:\n  - response: |\n      { \"errcode\": 0, \"errmsg\": \"ok\", \"name\": \"North\", }",
            "examples:\n  - response: |\n      { \"errcode\": 0, \"errmsg\": \"ok\", \"name\": \"North\" }",
        ),
    BadExampleValue: Entry::new("bad-example-value", "A value of an example is not of its field's type.")
        .more("Where the page shows another type than it documents, the field says so with a `quirk`.")
        .example(
            Within::Endpoint,
            "examples:\n  - response: |\n      { \"errcode\": 0, \"errmsg\": \"ok\", \"name\": 5 }",
            "examples:\n  - response: |\n      { \"errcode\": 0, \"errmsg\": \"ok\", \"name\": \"5\" }",
        ),
    BadFileName: Entry::new("bad-file-name", "A file's name can't be a module's name, or is taken.")
        .more(
            "A file is called `family.yaml` or `family.chapter.yaml`, in snake_case. No family is both, and none has the \
             name of a module or a feature that the crates have already.",
        ),
    BadGrants: Entry::new("bad-grants", "`grants` doesn't say which kind of token the response holds."),
    BadIdentifier: Entry::new("bad-identifier", "A name can't become a Rust name of its kind.")
        .more(
            "Endpoints are named in snake_case, types and values in PascalCase, error codes in SCREAMING_SNAKE_CASE. A \
             field whose wire name can't be a Rust name has a `rename`.",
        )
        .example(
            Within::Response,
            "2nd_room?: { type: string, doc: \"The other room.\" }",
            "2nd_room?: { type: string, rename: second_room, doc: \"The other room.\" }",
        ),
    BadLimit: Entry::new("bad-limit", "A limit doesn't fit the type of its field, or no value meets it.")
        .example(
            Within::Response,
            "floor?: { type: string, max_items: 64, doc: \"Where the room is.\" }",
            "floor?: { type: string, max_chars: 64, doc: \"Where the room is.\" }",
        ),
    BadPagination: Entry::new("bad-pagination", "`pagination` doesn't say how one page follows another.")
        .more(
            "Pages start at a `cursor`, with the `next` one in the response, or at an `offset`, which moves on by the \
             number of `items`. At most one of `more`, `end` and `total` says whether more follows.",
        )
        .example(
            Within::Endpoint,
            "pagination: { cursor: room_id }",
            "pagination: { cursor: room_id, next: name }",
        ),
    BadQuery: Entry::new("bad-query", "A field can't be sent where its `in` says, or as its body is encoded.")
        .more("A query, a header, a form and XML hold no objects or lists. Only a request's own fields have a place.")
        .example(
            Within::Endpoint,
            "request:\n  rooms?: { type: list<string>, in: query, doc: \"The rooms.\" }",
            "request:\n  rooms?: { type: csv<string>, in: query, doc: \"The rooms.\" }",
        ),
    BadRate: Entry::new("bad-rate", "A rate or a concurrency allows no call at all.")
        .example(Within::Endpoint, "rate: [{ calls: 0, per: minute }]", "rate: [{ calls: 60, per: minute }]"),
    BadRule: Entry::new("bad-rule", "A rule over several fields doesn't say exactly one thing that can hold.")
        .more(
            "A group is of fields that may be absent, a span is between timestamps, and a condition is on a scalar and \
             makes a field required that may otherwise be absent.",
        )
        .example(Within::Endpoint, "rules: [{ at_least_one: [] }]", "rules: [{ at_least_one: [room_id] }]"),
    BadSign: Entry::new("bad-sign", "A field that signs a request is of the wrong type.")
        .more("`nonce` and `sig` are strings, `ts` is a timestamp."),
    BadType: Entry::new("bad-type", "A type is not written as one.")
        .more("A type with a parameter is `list<string>`. `pipe` and `csv` join strings or integers only.")
        .example(
            Within::Response,
            "names?: { type: list<string, doc: \"What the room is called.\" }",
            "names?: { type: list<string>, doc: \"What the room is called.\" }",
        ),
    BadUnion: Entry::new("bad-union", "The variants of a union can't be told apart, or can't hold what they should.")
        .more(
            "A `sibling` and a `flat` union have a `tag`; `oneof` and `kind` have none. The content of a `flat` variant is \
             a struct without the tag's field. A variant of a `kind` union is a kind of JSON.",
        )
        .example(
            Within::Union,
            "style: oneof\ntag: kind\nvariants: { code: string, card: string }",
            "style: oneof\nvariants: { code: string, card: string }",
        ),
    DuplicateEndpoint: Entry::new("duplicate-endpoint", "Two endpoints have the same call and the same page.")
        .more("Other pages may define the same call in their own way."),
    DuplicateKey: Entry::new("duplicate-key", "A key stands twice in the same mapping.")
        .more("A field stands once, with or without `?`.")
        .example(Within::Endpoint, "safe: true\nsafe: false", "safe: true"),
    EmptyType: Entry::new("empty-type", "An enum has no values, or a union has no variants.")
        .example(Within::Enum, "values: {}", "values: { small: Small }"),
    EndlessType: Entry::new("endless-type", "A type contains itself with nothing in between that can be empty.")
        .example(
            Within::Struct,
            "fields:\n  next?: { type: Door, doc: \"The next door.\" }",
            "fields:\n  next?: { type: list<Door>, doc: \"The next doors.\" }",
        ),
    EnvelopeField: Entry::new("envelope-field", "A response lists `errcode` or `errmsg`, which every response has.")
        .example(
            Within::Response,
            "errcode: { type: string, doc: \"What went wrong.\" }\nname: { type: string, doc: \"Its name.\" }",
            "name: { type: string, doc: \"Its name.\" }",
        ),
    IncompleteExample: Entry::new("incomplete-example", "An example lacks a field that can't be absent.")
        .more("The key of a field that may be absent ends in `?`.")
        .example(
            Within::Endpoint,
            "examples:\n  - response: |\n      { \"errcode\": 0, \"errmsg\": \"ok\" }",
            "examples:\n  - response: |\n      { \"errcode\": 0, \"errmsg\": \"ok\", \"name\": \"North\" }",
        ),
    MissingDescription: Entry::new("missing-description", "A title or a description is empty, or begins with TODO.")
        .more("It says what the name doesn't: meaning, unit, when it is absent, what it refers to.")
        .example(Within::Endpoint, "summary: TODO", "summary: Returns a room.")
        .unwritten(),
    MissingExample: Entry::new("missing-example", "An endpoint has no example.")
        .more("Examples become tests, and the mock's answers.")
        .example(
            Within::Endpoint,
            "examples: []",
            "examples:\n  - response: |\n      { \"errcode\": 0, \"errmsg\": \"ok\", \"name\": \"North\" }",
        ),
    MissingKey: Entry::new("missing-key", "A key that is always there is missing.")
        .example(
            Within::Response,
            "floor?: { doc: \"Where the room is.\" }",
            "floor?: { type: string, doc: \"Where the room is.\" }",
        ),
    MissingPage: Entry::new("missing-page", "The number of a document or of a page is 0.")
        .example(Within::Endpoint, "doc: { id: 0, page: 90001 }", "doc: { id: 10001, page: 90001 }"),
    MissingQuirk: Entry::new("missing-quirk", "A field is `or_text` without saying why.")
        .more("`quirk` says what the page shows in place of the type that it documents; an example shows it.")
        .example(
            Within::Response,
            "name: { type: or_text<timestamp>, doc: \"When it was opened.\" }",
            "name: { type: or_text<timestamp>, quirk: The page shows a name., doc: \"When it was opened.\" }",
        ),
    NameCollision: Entry::new("name-collision", "Two names are the same in Rust.")
        .example(
            Within::Response,
            "floor_id?: { type: string, doc: \"The floor.\" }\nfloorId?: { type: string, doc: \"The old floor.\" }",
            "floor_id?: { type: string, doc: \"The floor.\" }\n\
             floorId?: { type: string, rename: old_floor, doc: \"The old floor.\" }",
        ),
    PlaceholderName: Entry::new("placeholder-name", "A name that `cargo xtask import` made up waits for a better one.")
        .example(Within::Enum, "values: { small: Todo1 }", "values: { small: Small }")
        .unwritten(),
    PlainSecret: Entry::new("plain-secret", "A field is a `string`, and its name sounds like a secret.")
        .more("A `secret` is taken out of logs and errors. `public` says why everybody may see a value all the same.")
        .example(
            Within::Response,
            "password?: { type: string, doc: \"What opens it.\" }",
            "password?: { type: secret, doc: \"What opens it.\" }",
        ),
    ReservedName: Entry::new("reserved-name", "A type has a name that generated code uses itself, such as `Option`."),
    UnknownExampleField: Entry::new("unknown-example-field", "An example has a field that the spec lacks.")
        .example(
            Within::Endpoint,
            "examples:\n  - response: |\n      { \"errcode\": 0, \"errmsg\": \"ok\", \"name\": \"North\", \"flor\": 1 }",
            "examples:\n  - response: |\n      { \"errcode\": 0, \"errmsg\": \"ok\", \"name\": \"North\" }",
        ),
    UnknownField: Entry::new("unknown-field", "Something refers to a field that isn't there.")
        .example(
            Within::Endpoint,
            "rules: [{ at_least_one: [rom_id] }]",
            "rules: [{ at_least_one: [room_id] }]",
        ),
    UnknownKey: Entry::new("unknown-key", "Nothing reads a key.")
        .example(
            Within::Response,
            "floor?: { type: string, max_length: 64, doc: \"Where the room is.\" }",
            "floor?: { type: string, max_chars: 64, doc: \"Where the room is.\" }",
        ),
    UnknownType: Entry::new("unknown-type", "A type is neither built in nor one of this file.")
        .example(
            Within::Response,
            "floor?: { type: strng, doc: \"Where the room is.\" }",
            "floor?: { type: string, doc: \"Where the room is.\" }",
        ),
    UnknownValue: Entry::new("unknown-value", "A value is not one of those known there.")
        .example(Within::Endpoint, "token: corp_token", "token: access_token"),
    UnshownQuirk: Entry::new("unshown-quirk", "No example shows a `quirk`, so nothing tests it.")
        .more("Show it in an example, or say it in `doc`.")
        .example(
            Within::Response,
            "floor?: { type: string, quirk: The page shows a number., doc: \"Where the room is.\" }",
            "floor?: { type: string, doc: \"Where the room is. The page shows a number.\" }",
        ),
    UnusedType: Entry::new("unused-type", "Nothing uses a type.")
        .example(
            Within::File,
            "structs:\n  Door:\n    doc: A door.\n    fields: {}",
            "structs: {}",
        ),
    WrongKind: Entry::new("wrong-kind", "A value is of the wrong kind of YAML: text, number, list or mapping.")
        .example(Within::Endpoint, "safe: maybe", "safe: true"),
    YamlSyntax: Entry::new("yaml-syntax", "A file is not valid YAML, or uses more of it than spec files do.")
        .more("Text with `: `, `#` or a leading quote or bracket needs quotes. Anchors, aliases and tags are not used.")
        .example(
            Within::Endpoint,
            "summary: Returns a room: its name.",
            "summary: \"Returns a room: its name.\"",
        ),
}
