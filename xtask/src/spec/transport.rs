//! The ways in which calls reach WeCom. All differences between transports are in one table: [`Transport::facts`].

/// The method of a call that the SDK of the zone carries: a name follows it, not a path.
pub const INVOKE: &str = "INVOKE";

/// The method of a command that is sent through a long connection: its name follows.
pub const CMD: &str = "CMD";

/// The method of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// All fields are in the query.
    Get,
    /// The fields are in a body.
    Post,
    /// WeCom's SDK in the zone carries JSON.
    Invoke,
    /// A frame in a long connection carries JSON.
    Cmd,
}

impl Method {
    /// Its name, as a spec writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Invoke => INVOKE,
            Self::Cmd => CMD,
        }
    }

    /// Returns the one of this name; the checks report anything else.
    pub fn named(name: &str) -> Self {
        match name {
            "GET" => Self::Get,
            INVOKE => Self::Invoke,
            CMD => Self::Cmd,
            _ => Self::Post,
        }
    }

    /// Returns the transport of such calls.
    pub const fn transport(self) -> Transport {
        match self {
            Self::Get | Self::Post => Transport::Http,
            Self::Invoke => Transport::Zone,
            Self::Cmd => Transport::Socket,
        }
    }
}

/// The transport of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// HTTP.
    Http,
    /// WeCom's SDK in the zone.
    Zone,
    /// A long connection, a WebSocket.
    Socket,
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
    /// The notices on its calls with pages, and on those whose pages are lists of items.
    pub pages: [&'static str; 2],
    /// Its calls that report the progress of a job; `None` if there are none.
    pub jobs: Option<JobFacts>,
    /// The words of a check for one of its calls, and for the form that all of them have; `None` if they have several.
    pub only_json: Option<[&'static str; 2]>,
    /// The check of a call in the snapshot tests.
    pub check: &'static str,
    /// The table of all its calls for `conformance`, and its description.
    pub contracts: [&'static str; 2],
    /// The module and the type of the entries of that table.
    pub contract: [&'static str; 2],
}

/// The facts about the calls of a transport that report the progress of a job.
#[derive(Debug)]
pub struct JobFacts {
    /// Their trait.
    pub name: &'static str,
    /// The function that uses it.
    pub waits: &'static str,
    /// The notice on them.
    pub notice: &'static str,
}

impl Transport {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Http, Self::Zone, Self::Socket];

    /// The table.
    pub const fn facts(self) -> &'static TransportFacts {
        match self {
            Self::Http => &TransportFacts {
                key: "endpoints",
                row: None,
                target: "call",
                notice: None,
                pages: [
                    "[`Client::pages`](https://docs.rs/wecom-sdk/latest/wecom_sdk/struct.Client.html#method.pages) of `wecom-sdk` follows its pages.",
                    "[`Client::items`](https://docs.rs/wecom-sdk/latest/wecom_sdk/struct.Client.html#method.items) of `wecom-sdk` follows its pages.",
                ],
                jobs: Some(JobFacts {
                    name: "Job",
                    waits: "Client::wait",
                    notice: "[`Client::wait`](https://docs.rs/wecom-sdk/latest/wecom_sdk/struct.Client.html#method.wait) of `wecom-sdk` waits until the job is over.",
                }),
                only_json: None,
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
                    "For programs in the zone, through WeCom's SDK: see [`ZoneCall`](https://docs.rs/wecom-sdk/latest/wecom_sdk/trait.ZoneCall.html).",
                ),
                pages: [
                    "[`ZonePaged`](https://docs.rs/wecom-sdk/latest/wecom_sdk/trait.ZonePaged.html) returns where its next page starts.",
                    "[`ZonePaged`](https://docs.rs/wecom-sdk/latest/wecom_sdk/trait.ZonePaged.html) returns where its next page starts.",
                ],
                jobs: Some(JobFacts {
                    name: "ZoneJob",
                    waits: "ZoneJob::state",
                    notice: "`state` of [`ZoneJob`](https://docs.rs/wecom-sdk/latest/wecom_sdk/trait.ZoneJob.html) says whether the job is over.",
                }),
                only_json: Some(["a call of the zone", "the zone's SDK carries the call"]),
                check: "zone_call",
                contracts: ["ZONE", "Every call of the zone, likewise."],
                contract: ["zone", "ZoneContract"],
            },
            Self::Socket => &TransportFacts {
                key: "sockets",
                row: Some("commands"),
                target: "command",
                notice: Some(
                    "Sent over a long connection, by [`AiBot`](https://docs.rs/wecom-sdk/latest/wecom_sdk/struct.AiBot.html) of `wecom-sdk`; without I/O, see [`SocketCommand`](https://docs.rs/wecom-requests/latest/wecom_requests/trait.SocketCommand.html).",
                ),
                pages: [""; 2],
                jobs: None,
                only_json: Some(["a command", "a long connection carries the command"]),
                check: "command",
                contracts: ["SOCKETS", "Every command of a long connection, likewise."],
                contract: ["socket", "SocketContract"],
            },
        }
    }
}
