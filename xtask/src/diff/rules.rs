//! The kinds of changes between two specs, and their effect on users of the crates.
//!
//! The class of a change follows from the generated code: structs are `#[non_exhaustive]` with public fields,
//! created by `new` with the required fields in order; enums and unions are `#[non_exhaustive]`; types that are sent
//! implement `Serialize` and `Check`, types that are received `Deserialize`. ARCHITECTURE.md ("What breaks") explains
//! this at length.

/// The effect of a change on users of the crates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Code that compiles with BASE may not compile with HEAD.
    Breaking,
    /// Code that compiles with BASE compiles with HEAD: something is new, or behaves as the new documentation
    /// says.
    Additive,
    /// Only documentation and examples.
    Docs,
}

impl Class {
    /// Returns its name in a report for machines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Additive => "additive",
            Self::Docs => "docs",
        }
    }
}

/// A part of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// Breaking changes.
    Breaking,
    /// Changes in the behavior of unchanged code: what is retried, delayed or rejected. Nothing breaks.
    Behaviour,
    /// Other additions.
    Additive,
    /// Documentation and examples.
    Docs,
}

impl Section {
    /// All sections, in their order.
    pub const ALL: [Self; 4] = [Self::Breaking, Self::Behaviour, Self::Additive, Self::Docs];

    /// Returns its name in every form of the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Behaviour => "behaviour",
            Self::Additive => "additive",
            Self::Docs => "docs",
        }
    }
}

impl Rule {
    /// Returns the section of a report that lists it.
    pub fn section(self) -> Section {
        match (self.class(), self) {
            (Class::Breaking, _) => Section::Breaking,
            (Class::Docs, _) => Section::Docs,
            (
                Class::Additive,
                Self::SafeChanged
                | Self::JobChanged
                | Self::RatesChanged
                | Self::GeneralRateAdded
                | Self::GeneralRateRemoved
                | Self::GeneralRateChanged
                | Self::ConcurrencyChanged
                | Self::LimitAdded
                | Self::LimitRemoved
                | Self::LimitTightened
                | Self::LimitLoosened
                | Self::RuleAdded
                | Self::RuleRemoved
                | Self::RuleChanged
                | Self::CallbackWireChanged,
            ) => Section::Behaviour,
            (Class::Additive, _) => Section::Additive,
        }
    }
}

macro_rules! rules {
    ($($class:ident { $($(#[$doc:meta])* $rule:ident = $name:literal,)* })*) => {
        /// A kind of change, with a stable name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($($(#[$doc])* $rule,)*)*
        }

        impl Rule {
            /// All kinds.
            pub const ALL: &[Self] = &[$($(Self::$rule,)*)*];

            /// Returns its stable name.
            pub fn name(self) -> &'static str {
                match self { $($(Self::$rule => $name,)*)* }
            }

            /// Returns its effect on users of the crates.
            pub fn class(self) -> Class {
                match self { $($(Self::$rule => Class::$class,)*)* }
            }
        }
    };
}

rules! {
    Breaking {
        /// A feature of the crates, and the module of that name, are gone.
        FamilyRemoved = "family-removed",
        /// A module is gone with all its contents.
        ModuleRemoved = "module-removed",
        /// A module has another path.
        ModuleRenamed = "module-renamed",
        /// A request is gone, and so is its response.
        EndpointRemoved = "endpoint-removed",
        /// A request has another name, and so has its response.
        EndpointRenamed = "endpoint-renamed",
        /// A request is in another module, and so is its response.
        EndpointMoved = "endpoint-moved",
        /// The type of an event or a passive reply is gone.
        CallbackRemoved = "callback-removed",
        /// The type of an event or a passive reply has another name.
        CallbackRenamed = "callback-renamed",
        /// The type of an event or a passive reply is in another module.
        CallbackMoved = "callback-moved",
        /// `Endpoint::Token` is another type, so another credential is needed.
        TokenKindChanged = "token-kind-changed",
        /// `Endpoint::Response` is another type.
        ResponseFormatChanged = "response-format-changed",
        /// A request no longer implements `Paged`.
        PaginationRemoved = "pagination-removed",
        /// A request no longer implements `PagedItems`.
        PaginationItemsRemoved = "pagination-items-removed",
        /// `PagedItems::Item` is another type.
        PaginationItemChanged = "pagination-item-changed",
        /// A request no longer implements `Job`.
        JobRemoved = "job-removed",
        /// A request no longer implements `Signed`.
        SignRemoved = "sign-removed",
        /// Signing no longer fills in a field: `new` takes it.
        FieldNoLongerSigned = "field-no-longer-signed",
        /// Signing fills in a field: `new` no longer takes it.
        FieldNowSigned = "field-now-signed",
        /// `new` gains an argument.
        RequestFieldAddedRequired = "request-field-added-required",
        /// A field is gone, with its setter or its argument of `new`.
        FieldRemoved = "field-removed",
        /// A field has another name, and so has its setter.
        FieldRenamed = "field-renamed",
        /// A field has another Rust type.
        FieldTypeChanged = "field-type-changed",
        /// A field is now an `Option`, and no longer an argument of `new`.
        FieldNowOptional = "field-now-optional",
        /// A field is no longer an `Option`, and now an argument of `new`.
        FieldNowRequired = "field-now-required",
        /// `new` takes its arguments in another order.
        RequiredOrderChanged = "required-order-changed",
        /// A type is gone.
        TypeRemoved = "type-removed",
        /// A type has another name.
        TypeRenamed = "type-renamed",
        /// A type is in another module.
        TypeMoved = "type-moved",
        /// A struct is now an enum, or the like.
        TypeKindChanged = "type-kind-changed",
        /// A type loses `Serialize`, and `new` and its setters where it has any.
        TypeNoLongerSent = "type-no-longer-sent",
        /// A type loses `Deserialize`.
        TypeNoLongerReceived = "type-no-longer-received",
        /// A type inside requests loses `Check`, since nothing in it has a limit anymore.
        TypeNoLongerChecked = "type-no-longer-checked",
        /// A variant of an enum is gone.
        EnumValueRemoved = "enum-value-removed",
        /// A variant of an enum has another name.
        EnumValueRenamed = "enum-value-renamed",
        /// An enum implements `StringEnum` instead of `IntEnum`, or the other way round.
        EnumReprChanged = "enum-repr-changed",
        /// A variant of a union is gone.
        VariantRemoved = "variant-removed",
        /// A variant of a union has another name.
        VariantRenamed = "variant-renamed",
        /// The content of a variant of a union has another type.
        VariantPayloadChanged = "variant-payload-changed",
        /// The trait of `wecom_models::wire` that a union implements is another one.
        UnionStyleChanged = "union-style-changed",
        /// All constants of `errcode` are gone.
        ErrcodesRemoved = "errcodes-removed",
        /// A constant of `errcode` is gone.
        ErrcodeRemoved = "errcode-removed",
        /// A constant of `errcode` has another name.
        ErrcodeRenamed = "errcode-renamed",
    }
    Additive {
        /// A feature of the crates, and a module of that name.
        FamilyAdded = "family-added",
        /// A module with all its contents is new.
        ModuleAdded = "module-added",
        /// A request and its response.
        EndpointAdded = "endpoint-added",
        /// The type of an event or a passive reply.
        CallbackAdded = "callback-added",
        /// A handler accepts other callbacks, or a reply identifies itself as another one.
        CallbackWireChanged = "callback-wire-changed",
        /// `Meta::id` changed, but the Rust names didn't.
        EndpointIdChanged = "endpoint-id-changed",
        /// Requests go to another path.
        PathChanged = "path-changed",
        /// `GET` became `POST`, or the other way round.
        MethodChanged = "method-changed",
        /// Requests go to another host.
        HostChanged = "host-changed",
        /// The body or the response has another encoding.
        EncodingChanged = "encoding-changed",
        /// A success must have an `errcode` now, or needn't any longer, or other codes than 0 are no error.
        ResponseErrcodeChanged = "response-errcode-changed",
        /// A client may retry the request after a response was lost, or no longer may.
        SafeChanged = "safe-changed",
        /// The client keeps other rates.
        RatesChanged = "rates-changed",
        /// The client keeps an additional general rate.
        GeneralRateAdded = "general-rate-added",
        /// The client no longer keeps a general rate.
        GeneralRateRemoved = "general-rate-removed",
        /// A general rate changed.
        GeneralRateChanged = "general-rate-changed",
        /// The client allows another number of concurrent calls.
        ConcurrencyChanged = "concurrency-changed",
        /// A request implements `Paged`.
        PaginationAdded = "pagination-added",
        /// A request implements `PagedItems`.
        PaginationItemsAdded = "pagination-items-added",
        /// Other fields control paging.
        PaginationChanged = "pagination-changed",
        /// A request implements `Job`.
        JobAdded = "job-added",
        /// A job reports its end or its failure in another way.
        JobChanged = "job-changed",
        /// A request implements `Signed`.
        SignAdded = "sign-added",
        /// Signing fills in other fields.
        SignChanged = "sign-changed",
        /// The mock issues tokens in another way.
        GrantsChanged = "grants-changed",
        /// An additional setter, or an additional field that signing fills in.
        RequestFieldAddedOptional = "request-field-added-optional",
        /// An additional field in a response or an event.
        ResponseFieldAdded = "response-field-added",
        /// A field has another name on the wire, and the same in Rust.
        FieldWireNameChanged = "field-wire-name-changed",
        /// A field is encoded differently, and has the same Rust type.
        FieldWireTypeChanged = "field-wire-type-changed",
        /// A field goes into the query, a header or the body instead.
        FieldPlaceChanged = "field-place-changed",
        /// A union's fields are now on the same level as those around it, or no longer are.
        FieldEmbedChanged = "field-embed-changed",
        /// A new limit: more requests are rejected before they are sent.
        LimitAdded = "limit-added",
        /// A limit is no longer checked.
        LimitRemoved = "limit-removed",
        /// A stricter limit: more requests are rejected before they are sent.
        LimitTightened = "limit-tightened",
        /// A looser limit: fewer requests are rejected before they are sent.
        LimitLoosened = "limit-loosened",
        /// A rule over several fields is checked.
        RuleAdded = "rule-added",
        /// A rule over several fields is no longer checked.
        RuleRemoved = "rule-removed",
        /// A rule over several fields has other numbers or values.
        RuleChanged = "rule-changed",
        /// An additional type.
        TypeAdded = "type-added",
        /// A type gains `Serialize`, and `new` and setters where it is a struct.
        TypeNowSent = "type-now-sent",
        /// A type gains `Deserialize`.
        TypeNowReceived = "type-now-received",
        /// An additional variant of an enum; enums are open.
        EnumValueAdded = "enum-value-added",
        /// A variant of an enum represents another wire value.
        EnumValueWireChanged = "enum-value-wire-changed",
        /// An additional variant of a union; unions are open.
        VariantAdded = "variant-added",
        /// A variant of a union has another tag, or its content has another field.
        VariantWireChanged = "variant-wire-changed",
        /// The field that distinguishes variants, or its type, changed.
        UnionTagChanged = "union-tag-changed",
        /// The first constants of `errcode`.
        ErrcodesAdded = "errcodes-added",
        /// An additional constant of `errcode`.
        ErrcodeAdded = "errcode-added",
        /// A constant of `errcode` has another number.
        ErrcodeNumberChanged = "errcode-number-changed",
    }
    Docs {
        /// A module's title or summary.
        ModuleDocsChanged = "module-docs-changed",
        /// An endpoint's title, page, summary or notes.
        EndpointDocsChanged = "endpoint-docs-changed",
        /// The title, page, summary or notes of an event or a passive reply.
        CallbackDocsChanged = "callback-docs-changed",
        /// An additional example.
        ExampleAdded = "example-added",
        /// An example is gone.
        ExampleRemoved = "example-removed",
        /// Another request, response or document in an example.
        ExampleChanged = "example-changed",
        /// A type's documentation, or a rule of a type that isn't checked.
        TypeDocsChanged = "type-docs-changed",
        /// A field's documentation, or a limit of one that is only received.
        FieldDocsChanged = "field-docs-changed",
        /// The value that the server assumes if a field is absent; defaults are never sent.
        FieldDefaultChanged = "field-default-changed",
        /// The documentation of an enum's variant.
        EnumValueDocsChanged = "enum-value-docs-changed",
        /// The documentation of a union's variant.
        VariantDocsChanged = "variant-docs-changed",
        /// The meaning of an error code, or the advice about it.
        ErrcodeTextChanged = "errcode-text-changed",
        /// The documentation of the error codes as a whole.
        ErrcodesDocsChanged = "errcodes-docs-changed",
        /// The documentation of general rates.
        GeneralRatesDocsChanged = "general-rates-docs-changed",
    }
}
