//! What can change between two specs, and what that means for those who use the crates.
//!
//! The class follows from the code that is generated: structs are `#[non_exhaustive]` with public fields,
//! made by `new` with the required fields in order; enums and unions are `#[non_exhaustive]`; what is sent
//! implements `Serialize` and `Check`, what is received `Deserialize`. ARCHITECTURE.md ("What breaks") says
//! it at length.

/// What a change does to those who use the crates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Code that compiles with BASE may not compile with HEAD.
    Breaking,
    /// Code that compiles with BASE compiles with HEAD: something is new, or behaves as the documentation now
    /// says.
    Additive,
    /// Only documentation and examples.
    Docs,
}

impl Class {
    /// As it is called in a report for machines.
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
    /// What breaks.
    Breaking,
    /// What code that stays as it is does otherwise: what is sent again, held back or refused. It breaks nothing.
    Behaviour,
    /// What else is new.
    Additive,
    /// Documentation and examples.
    Docs,
}

impl Section {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Breaking, Self::Behaviour, Self::Additive, Self::Docs];

    /// As it is called in every form of the report.
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
    /// The part of a report that it stands in.
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
            /// All of them.
            pub const ALL: &[Self] = &[$($(Self::$rule,)*)*];

            /// Its stable name.
            pub fn name(self) -> &'static str {
                match self { $($(Self::$rule => $name,)*)* }
            }

            /// What it does to those who use the crates.
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
        /// A module is gone with all that is in it.
        ModuleRemoved = "module-removed",
        /// A module has another path.
        ModuleRenamed = "module-renamed",
        /// A request is gone, and its response.
        EndpointRemoved = "endpoint-removed",
        /// A request has another name, and its response.
        EndpointRenamed = "endpoint-renamed",
        /// A request stands in another module, and its response.
        EndpointMoved = "endpoint-moved",
        /// The type of an event or a passive reply is gone.
        CallbackRemoved = "callback-removed",
        /// The type of an event or a passive reply has another name.
        CallbackRenamed = "callback-renamed",
        /// The type of an event or a passive reply stands in another module.
        CallbackMoved = "callback-moved",
        /// `Endpoint::Token` is another type, so another credential is needed.
        TokenKindChanged = "token-kind-changed",
        /// `Endpoint::Response` is another type.
        ResponseFormatChanged = "response-format-changed",
        /// A request implements `Paged` no longer.
        PaginationRemoved = "pagination-removed",
        /// The items of a request's pages can no longer be had one by one.
        PaginationItemsRemoved = "pagination-items-removed",
        /// `PagedItems::Item` is another type.
        PaginationItemChanged = "pagination-item-changed",
        /// A request implements `Job` no longer.
        JobRemoved = "job-removed",
        /// A request implements `Signed` no longer.
        SignRemoved = "sign-removed",
        /// A field is no longer filled in by signing: `new` takes it.
        FieldNoLongerSigned = "field-no-longer-signed",
        /// A field is filled in by signing: `new` takes it no longer.
        FieldNowSigned = "field-now-signed",
        /// `new` gains an argument.
        RequestFieldAddedRequired = "request-field-added-required",
        /// A field is gone, with its setter or its argument of `new`.
        FieldRemoved = "field-removed",
        /// A field has another name, and so has its setter.
        FieldRenamed = "field-renamed",
        /// A field has another Rust type.
        FieldTypeChanged = "field-type-changed",
        /// A field is an `Option`, and no argument of `new`.
        FieldNowOptional = "field-now-optional",
        /// A field is no longer an `Option`, and an argument of `new`.
        FieldNowRequired = "field-now-required",
        /// `new` takes its arguments in another order.
        RequiredOrderChanged = "required-order-changed",
        /// A type is gone.
        TypeRemoved = "type-removed",
        /// A type has another name.
        TypeRenamed = "type-renamed",
        /// A type stands in another module.
        TypeMoved = "type-moved",
        /// A struct is an enum now, or the like.
        TypeKindChanged = "type-kind-changed",
        /// A type loses `Serialize`, and `new` and its setters where it has any.
        TypeNoLongerSent = "type-no-longer-sent",
        /// A type loses `Deserialize`.
        TypeNoLongerReceived = "type-no-longer-received",
        /// A type inside requests loses `Check`, since nothing of it is limited any more.
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
        /// What a variant of a union holds has another type.
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
        /// A module with all that is in it.
        ModuleAdded = "module-added",
        /// A request and its response.
        EndpointAdded = "endpoint-added",
        /// The type of an event or a passive reply.
        CallbackAdded = "callback-added",
        /// A handler takes other callbacks, or a reply says that it is another.
        CallbackWireChanged = "callback-wire-changed",
        /// `Meta::id` is another one, though the Rust names stay.
        EndpointIdChanged = "endpoint-id-changed",
        /// Requests go to another path.
        PathChanged = "path-changed",
        /// `GET` became `POST`, or the other way round.
        MethodChanged = "method-changed",
        /// Requests go to another host.
        HostChanged = "host-changed",
        /// The body or the answer is encoded in another way.
        EncodingChanged = "encoding-changed",
        /// Whether a success has to have an `errcode`.
        ResponseErrcodeChanged = "response-errcode-changed",
        /// Whether a client may repeat the request after a lost answer.
        SafeChanged = "safe-changed",
        /// The client keeps to other rates.
        RatesChanged = "rates-changed",
        /// The client keeps to a rate more that is of no single endpoint's page.
        GeneralRateAdded = "general-rate-added",
        /// The client keeps to a rate no longer that is of no single endpoint's page.
        GeneralRateRemoved = "general-rate-removed",
        /// A rate that is of no single endpoint's page is another one.
        GeneralRateChanged = "general-rate-changed",
        /// The client keeps to another number of calls at once.
        ConcurrencyChanged = "concurrency-changed",
        /// A request implements `Paged`.
        PaginationAdded = "pagination-added",
        /// The items of a request's pages can be had one by one.
        PaginationItemsAdded = "pagination-items-added",
        /// Pages follow each other by other fields.
        PaginationChanged = "pagination-changed",
        /// A request implements `Job`.
        JobAdded = "job-added",
        /// Whether a job is over, and has failed, is told in another way.
        JobChanged = "job-changed",
        /// A request implements `Signed`.
        SignAdded = "sign-added",
        /// Signing fills in other fields.
        SignChanged = "sign-changed",
        /// The mock gives out tokens in another way.
        GrantsChanged = "grants-changed",
        /// A setter more, or a field more that signing fills in.
        RequestFieldAddedOptional = "request-field-added-optional",
        /// A field more in what is received.
        ResponseFieldAdded = "response-field-added",
        /// A field is called otherwise on the wire, and the same in Rust.
        FieldWireNameChanged = "field-wire-name-changed",
        /// A field is written otherwise, and has the same Rust type.
        FieldWireTypeChanged = "field-wire-type-changed",
        /// A field goes into the query, a header or the body instead.
        FieldPlaceChanged = "field-place-changed",
        /// A union's fields stand among those around it now, or no longer.
        FieldEmbedChanged = "field-embed-changed",
        /// What was accepted before is now refused before it is sent.
        LimitAdded = "limit-added",
        /// A limit is no longer checked.
        LimitRemoved = "limit-removed",
        /// More is refused before it is sent.
        LimitTightened = "limit-tightened",
        /// Less is refused before it is sent.
        LimitLoosened = "limit-loosened",
        /// A rule over several fields is checked.
        RuleAdded = "rule-added",
        /// A rule over several fields is no longer checked.
        RuleRemoved = "rule-removed",
        /// A rule over several fields has other numbers or values.
        RuleChanged = "rule-changed",
        /// A type more.
        TypeAdded = "type-added",
        /// A type gains `Serialize`, and `new` and setters where it is a struct.
        TypeNowSent = "type-now-sent",
        /// A type gains `Deserialize`.
        TypeNowReceived = "type-now-received",
        /// A variant of an enum more; enums are open.
        EnumValueAdded = "enum-value-added",
        /// A variant of an enum stands for another wire value.
        EnumValueWireChanged = "enum-value-wire-changed",
        /// A variant of a union more; unions are open.
        VariantAdded = "variant-added",
        /// A variant of a union has another tag, or its content another field.
        VariantWireChanged = "variant-wire-changed",
        /// The field that tells the variants apart, or how it is written.
        UnionTagChanged = "union-tag-changed",
        /// The first constants of `errcode`.
        ErrcodesAdded = "errcodes-added",
        /// A constant of `errcode` more.
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
        /// An example more.
        ExampleAdded = "example-added",
        /// An example less.
        ExampleRemoved = "example-removed",
        /// Another request, response or document in an example.
        ExampleChanged = "example-changed",
        /// A type's documentation, or a rule of a type that isn't checked.
        TypeDocsChanged = "type-docs-changed",
        /// A field's documentation, or a limit of one that is only received.
        FieldDocsChanged = "field-docs-changed",
        /// What the server assumes where a field is absent: no default is ever sent.
        FieldDefaultChanged = "field-default-changed",
        /// The documentation of an enum's variant.
        EnumValueDocsChanged = "enum-value-docs-changed",
        /// The documentation of a union's variant.
        VariantDocsChanged = "variant-docs-changed",
        /// What an error code means, or what to do about it.
        ErrcodeTextChanged = "errcode-text-changed",
        /// What is said of all error codes.
        ErrcodesDocsChanged = "errcodes-docs-changed",
        /// What is said of general rates.
        GeneralRatesDocsChanged = "general-rates-docs-changed",
    }
}
