//! How callbacks are read and written.

use serde_json::json;

use super::{Document, Envelope, LARGEST, Payload, ReadError, Select, Shape, is, read, write, write_json};
use crate::wire::{
    Field, Output, ReadObject, Reading, WriteObject, flag, items, read_objects, write_objects,
};
use crate::{Csv, Timestamp};

mod json;
mod refused;
mod written;
mod xml;

/// A callback with fields of every kind.
#[derive(Debug, Default, PartialEq)]
struct Changed {
    id: String,
    userid: Option<String>,
    order: Option<u64>,
    state: Option<String>,
    docs: Vec<String>,
    groups: Option<Vec<String>>,
    members: Vec<Member>,
    departments: Option<Csv<u64>>,
    leads: Option<Csv<bool>>,
    extra: Option<Extra>,
}

#[derive(Debug, Default, PartialEq)]
struct Member {
    name: String,
    level: u64,
}

#[derive(Debug, Default, PartialEq)]
struct Extra {
    kinds: Vec<Member>,
}

impl ReadObject for Changed {
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
        match name {
            "Id" => field.read(&mut self.id),
            "UserID" | "UserId" => field.read(&mut self.userid),
            "Order" => field.read(&mut self.order),
            "State" => field.read(&mut self.state),
            "DocId" => field.read(&mut self.docs),
            "GroupIds" => field.read_items("GroupId", &mut self.groups),
            "MemberList" => field.read_items("Item", &mut self.members),
            "Department" => field.read(&mut self.departments),
            "IsLeaderInDept" => field.read(&mut self.leads),
            "ExtraInfo" => field.read(&mut self.extra),
            _ => field.skip(),
        }
    }
}

impl ReadObject for Member {
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
        match name {
            "Name" => field.read(&mut self.name),
            "Level" => field.read(&mut self.level),
            _ => field.skip(),
        }
    }
}

impl ReadObject for Extra {
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
        match name {
            "Kind" => field.read(&mut self.kinds),
            _ => field.skip(),
        }
    }
}

read_objects! { Changed, Member, Extra }

impl WriteObject for Changed {
    fn put<O: Output>(&self, out: &mut O) -> Result<(), O::Error> {
        out.put("Id", &self.id)?;
        out.put_some("UserID", &self.userid)?;
        out.put_some("Order", &self.order)?;
        out.put_some("State", &self.state)?;
        out.put("DocId", &self.docs)?;
        out.put_some("GroupIds", &self.groups.as_deref().map(|groups| items("GroupId", groups)))?;
        out.put("MemberList", &items("Item", &self.members))?;
        out.put_some("Department", &self.departments)?;
        let leads = self.leads.as_ref().map(|leads| leads.iter().copied().map(flag).collect::<Csv<u8>>());
        out.put_some("IsLeaderInDept", &leads)?;
        out.put_some("ExtraInfo", &self.extra)
    }
}

impl WriteObject for Member {
    fn put<O: Output>(&self, out: &mut O) -> Result<(), O::Error> {
        out.put("Name", &self.name)?;
        out.put("Level", &self.level)
    }
}

impl WriteObject for Extra {
    fn put<O: Output>(&self, out: &mut O) -> Result<(), O::Error> {
        out.put("Kind", &self.kinds)
    }
}

write_objects! { Changed, Member, Extra }

impl Payload for Changed {
    const NAME: &'static str = "tests.events.changed";
    const TITLE: &'static str = "变更";
    const FAMILY: &'static str = "tests";
    const SELECT: &'static [Select] = &[
        Select::change(Shape::Event, "change_test", "change"),
        Select::change(Shape::Info, "change_test", "change"),
    ];
}

fn changed(fields: &str) -> Changed {
    try_read(fields).unwrap()
}

fn try_read(fields: &str) -> Result<Changed, ReadError> {
    Document::parse(&format!("<xml>{fields}</xml>"))?.read()
}

fn refused(text: &str) -> String {
    Document::parse(text).unwrap_err().to_string()
}

fn envelope(text: &str) -> Envelope {
    Document::parse(text).unwrap().envelope().unwrap()
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn wecom_waits_for_a_response_as_long_as_the_pages_say() {
    for (shape, kind, seconds) in [
        (Shape::Message, "text", 5),
        (Shape::Event, "subscribe", 5),
        (Shape::Event, "device_checkin_data_report", 1),
        (Shape::Info, "create_auth", 1),
        (Shape::BotMessage, "text", 5),
        (Shape::Notification, "unbind", 1),
        (Shape::Notification, "bind", 3),
        (Shape::DeviceCommand, "user_scan", 1),
    ] {
        let envelope = Envelope { shape, kind: kind.to_owned(), ..Envelope::default() };
        assert_eq!(envelope.deadline().as_secs(), seconds, "{kind}");
    }
}

#[test]
fn an_unknown_callback_is_kept_whole() {
    let text = "<xml><Event>new</Event><A><B>1</B><B>2</B></A><C/><D><![CDATA[]]></D></xml>";
    let expected = json!({ "Event": "new", "A": { "B": ["1", "2"] }, "C": null, "D": "" });
    assert_eq!(Document::parse(text).unwrap().to_value().unwrap(), expected);
}
