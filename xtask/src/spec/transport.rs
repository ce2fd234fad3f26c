//! The ways in which calls reach WeCom. All differences between transports are in one table: [`Transport::facts`].

/// The method of a call that the SDK of the zone carries: a name follows it, not a path.
pub const INVOKE: &str = "INVOKE";

/// The method of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// All fields are in the query.
    Get,
    /// The fields are in a body.
    Post,
    /// WeCom's SDK in the zone carries JSON.
    Invoke,
}

impl Method {
    /// Its name, as a spec writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Invoke => INVOKE,
        }
    }

    /// Returns the one of this name; the checks report anything else.
    pub fn named(name: &str) -> Self {
        match name {
            "GET" => Self::Get,
            INVOKE => Self::Invoke,
            _ => Self::Post,
        }
    }

    /// Returns the transport of such calls.
    pub const fn transport(self) -> Transport {
        match self {
            Self::Get | Self::Post => Transport::Http,
            Self::Invoke => Transport::Zone,
        }
    }
}

/// The transport of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// HTTP.
    Http,
    /// WeCom's SDK in the zone.
    Zone,
}

/// The facts about a transport.
#[derive(Debug)]
pub struct TransportFacts {
    /// The part of the table of names that has its calls.
    pub key: &'static str,
    /// Its row in the table of coverage, where calls have names instead of paths with families.
    pub row: Option<&'static str>,
    /// The word for what follows a method.
    pub target: &'static str,
    /// The notice on its calls.
    pub notice: Option<&'static str>,
    /// The trait of calls that report the progress of a job.
    pub job: &'static str,
    /// The function that uses it.
    pub waits: &'static str,
    /// The notice on such calls.
    pub job_notice: &'static str,
    /// The check of a call in the snapshot tests.
    pub check: &'static str,
    /// The table of all its calls for `conformance`, and its description.
    pub contracts: [&'static str; 2],
    /// The module and the type of the entries of that table.
    pub contract: [&'static str; 2],
}

impl Transport {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Http, Self::Zone];

    /// The table.
    pub const fn facts(self) -> &'static TransportFacts {
        match self {
            Self::Http => &TransportFacts {
                key: "endpoints",
                row: None,
                target: "call",
                notice: None,
                job: "Job",
                waits: "Client::wait",
                job_notice: "[`Client::wait`](https://docs.rs/wecom-sdk/latest/wecom_sdk/struct.Client.html#method.wait) of `wecom-sdk` waits until the job is over.",
                check: "endpoint",
                contracts: [
                    "CONTRACTS",
                    "Every endpoint, in the order of the spec files, and where its page contradicts itself.",
                ],
                contract: ["conformance", "Contract"],
            },
            Self::Zone => &TransportFacts {
                key: "zone",
                row: Some("zone calls"),
                target: "name",
                notice: Some(
                    "For programs in the zone, through WeCom's SDK: see `wecom_requests::ZoneCall`.",
                ),
                job: "ZoneJob",
                waits: "ZoneJob::state",
                job_notice: "`state` of `wecom_requests::ZoneJob` says whether the job is over.",
                check: "zone_call",
                contracts: ["ZONE", "Every call of the zone, likewise."],
                contract: ["zone", "ZoneContract"],
            },
        }
    }

    /// Returns the transport of a call with this path or name: no name begins with a slash.
    pub fn of(target: &str) -> Self {
        if target.starts_with('/') { Self::Http } else { Self::Zone }
    }
}
