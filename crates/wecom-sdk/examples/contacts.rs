//! Prints the departments of a company as a tree, with their members.
//!
//! `cargo run -p wecom-sdk --example contacts` talks to a mock server, in which it first creates a small company. With
//! `WECOM_CORP_ID` and `WECOM_SECRET` set (the secret of the contacts sync, 通讯录同步), it reads the contacts of that
//! company and changes nothing.

mod setup;

use std::collections::BTreeMap;

use wecom_sdk::contacts::department::{
    CreateDepartment, DepartmentNode, GetDepartment, SimpleListDepartment,
};
use wecom_sdk::contacts::user::{CreateUser, GetUser, ListUserId};
use wecom_sdk::{Client, Error};

/// The ID of the root department.
const ROOT: u64 = 1;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, mock) = setup::client(1).await?;
    if mock.is_some() {
        found_company(&client).await?;
    }

    // One call returns the IDs of all departments, each with its parent. The names are fetched one by one: the call
    // that lists them with names is slow, and not available to newer apps.
    let departments = client.send(&SimpleListDepartment::new()).await?.department_id;
    let mut tree: BTreeMap<u64, Vec<DepartmentNode>> = BTreeMap::new();
    for department in departments {
        tree.entry(department.parentid).or_default().push(department);
    }
    for siblings in tree.values_mut() {
        siblings.sort_by_key(|department| std::cmp::Reverse(department.order));
    }

    // A company may have hundreds of thousands of members: `items` fetches page after page as the loop proceeds. A
    // member of several departments is in the list once for each.
    let mut members: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    let mut pages = client.items(ListUserId::new().limit(1000));
    while let Some(member) = pages.try_next().await? {
        // Third-party apps get an `open_userid` instead.
        if let Some(userid) = member.userid {
            members.entry(member.department).or_default().push(userid);
        }
    }

    print_members(&client, &members, ROOT, 0).await?;
    // Depth first, without recursion: the next one to print is on top of the stack.
    let children =
        |parent, depth| tree.get(&parent).into_iter().flatten().rev().map(move |child| (child, depth));
    let mut stack: Vec<(&DepartmentNode, usize)> = children(ROOT, 0).collect();
    while let Some((department, depth)) = stack.pop() {
        let named = client.send(&GetDepartment::new(department.id)).await?.department;
        // Which fields an app gets depends on its type and permissions, so most of them are optional.
        let name = named.name.as_deref().unwrap_or("(no name)");
        println!("{:indent$}{name} ({})", "", department.id, indent = 2 * depth);
        print_members(&client, &members, department.id, depth + 1).await?;
        stack.extend(children(department.id, depth + 1));
    }
    Ok(())
}

/// Prints the members of a department.
async fn print_members(
    client: &Client,
    members: &BTreeMap<u64, Vec<String>>,
    department: u64,
    depth: usize,
) -> Result<(), Error> {
    for userid in members.get(&department).into_iter().flatten() {
        let member = client.send(&GetUser::new(userid)).await?;
        let name = member.name.as_deref().unwrap_or("(no name)");
        let position = member.position.as_deref().unwrap_or("member");
        println!("{:indent$}- {name}, {position} ({userid})", "", indent = 2 * depth);
    }
    Ok(())
}

/// Creates three departments and their members.
async fn found_company(client: &Client) -> Result<(), Error> {
    let sales = client.send(&CreateDepartment::new("Sales", ROOT).order(20)).await?.id;
    let north = client.send(&CreateDepartment::new("North", sales)).await?.id;
    let office = client.send(&CreateDepartment::new("Office", ROOT).order(10)).await?.id;
    for (userid, name, position, departments) in [
        ("lin.wei", "Lin Wei", "Head of sales", vec![sales, office]),
        ("zhou.min", "Zhou Min", "Consultant", vec![north]),
        ("chen.yu", "Chen Yu", "Assistant", vec![office]),
    ] {
        // WeCom requires an email address or a mobile number.
        let member = CreateUser::new(userid, name).email(format!("{userid}@example.com"));
        client.send(&member.position(position).department(departments)).await?;
    }
    Ok(())
}
