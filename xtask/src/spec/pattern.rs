//! The forms of a spec's texts, as regular expressions for JSON Schema.

/// A text that isn't blank.
pub(crate) const DESCRIPTION: &str = r"^\s*(?!TODO)\S";
/// Method and path, of which no part is only a mark; or a name that the zone's SDK takes, or a command.
pub(crate) const CALL: &str = "^(?:(?:GET|POST) (?:/(?![._-](?:/|$))[A-Za-z_.-][A-Za-z0-9_.-]*)+|INVOKE [a-z][a-z0-9]*(?:_[a-z0-9]+)*|CMD [a-z][a-z0-9]*(?:[_/][a-z0-9]+)*)$";
/// The path of a call.
pub(crate) const PATH: &str = "^(?:/(?![._-](?:/|$))[A-Za-z_.-][A-Za-z0-9_.-]*)+$";
/// The explanation of a call, for an editor's error.
pub(crate) const CALL_HELP: &str = "A call is a method and a path: `POST /cgi-bin/chatdata/sync_msg`, or, in the zone, `INVOKE sync_msg`, or, in a long connection, `CMD aibot_send_msg`.";
/// A date that exists, leap days of any year included.
pub(crate) const DATE: &str = "^(?:20[1-9][0-9]|2100)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])\
                               |(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|[12][0-9]))$";
/// A constant's name.
pub(crate) const SCREAMING_SNAKE: &str = "^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$";
/// An endpoint's name.
pub(crate) const SNAKE: &str = "^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$";
/// A type's name.
pub(crate) const PASCAL: &str = "^[A-Z][A-Za-z0-9]*$";
/// A Rust name.
pub(crate) const IDENTIFIER: &str = "^(?!_$)[A-Za-z_][A-Za-z0-9_]*$";
/// An integer as a key.
pub(crate) const INTEGER: &str = "^(?:0|-?[1-9][0-9]*)$";
/// A wire name that can become a Rust name.
pub(crate) const NAMEABLE: &str = "^[^A-Za-z0-9]*[A-Za-z]";
/// A regular expression over a whole text.
pub(crate) const WHOLE: &str = r"^\^.*\$$";
/// The distinguishing values of an event.
pub(crate) const WIRE: &str = r"^(?:Event|InfoType|MsgType|msgtype|eventtype|event_type|command_type|trade_state|refund_status|response_type) \S+(?: \S+)?$";
