//! EC2, only read: what security groups let through.

use serde::Deserialize;

use super::error::{asked, there};
use super::network::{Items, VERSION};
use super::{Reader, Result};

/// A group with its rules for TCP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityGroup {
    pub id: String,
    pub ingress: Vec<SecurityRule>,
    pub egress: Vec<SecurityRule>,
}

/// One rule that lets TCP through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityRule {
    /// First and last; `None`: all.
    pub ports: Option<(u16, u16)>,
    pub groups: Vec<String>,
    /// IPv4, as CIDR.
    pub ranges: Vec<String>,
}

impl SecurityRule {
    pub fn covers(&self, port: u16) -> bool {
        self.ports.is_none_or(|(first, last)| (first..=last).contains(&port))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reply {
    #[serde(default)]
    security_group_info: Items<Group>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    group_id: String,
    #[serde(default)]
    ip_permissions: Items<Permission>,
    #[serde(default)]
    ip_permissions_egress: Items<Permission>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Permission {
    #[serde(default)]
    ip_protocol: String,
    from_port: Option<i32>,
    to_port: Option<i32>,
    #[serde(default)]
    groups: Items<Peer>,
    #[serde(default)]
    ip_ranges: Items<Range>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Peer {
    #[serde(default)]
    group_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Range {
    #[serde(default)]
    cidr_ip: String,
}

impl Reader {
    /// `None` when there is no such group.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn security_group(&self, group: &str) -> Result<Option<SecurityGroup>> {
        let thing = format!("security group {group}");
        let asked = asked("ec2:DescribeSecurityGroups", &thing);
        let fields = [("GroupId.1".to_owned(), group.to_owned())];
        let found = there(self.signed.query::<Reply>(asked, "ec2", VERSION, &fields).await)?;
        let first = found.and_then(|found| found.security_group_info.item.into_iter().next());
        Ok(first.map(|group| SecurityGroup {
            id: group.group_id,
            ingress: rules(group.ip_permissions),
            egress: rules(group.ip_permissions_egress),
        }))
    }
}

/// Only TCP, and what stands for every protocol.
fn rules(permissions: Items<Permission>) -> Vec<SecurityRule> {
    let tcp = |one: &Permission| matches!(one.ip_protocol.as_str(), "tcp" | "6" | "-1");
    let rules = permissions.item.into_iter().filter(tcp).map(|one| SecurityRule {
        ports: ports(&one),
        groups: one.groups.item.into_iter().map(|peer| peer.group_id).collect(),
        ranges: one.ip_ranges.item.into_iter().map(|range| range.cidr_ip).collect(),
    });
    rules.collect()
}

fn ports(permission: &Permission) -> Option<(u16, u16)> {
    let port = |port: Option<i32>| port.and_then(|port| u16::try_from(port).ok());
    if permission.ip_protocol == "-1" {
        return None;
    }
    port(permission.from_port).zip(port(permission.to_port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_as_ec2_writes_them() {
        let reply: Reply = quick_xml::de::from_str(
            "<R><securityGroupInfo><item><groupId>sg-1</groupId><ipPermissions><item><ipProtocol>tcp</ipProtocol>\
             <fromPort>443</fromPort><toPort>443</toPort><groups><item><groupId>sg-1</groupId></item></groups><ipRanges/></item>\
             <item><ipProtocol>udp</ipProtocol></item></ipPermissions><ipPermissionsEgress><item><ipProtocol>-1</ipProtocol>\
             <groups/><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges></item></ipPermissionsEgress></item>\
             </securityGroupInfo></R>",
        )
        .expect("a reply");
        let group = reply.security_group_info.item.into_iter().next().expect("a group");
        let inward =
            SecurityRule { ports: Some((443, 443)), groups: vec!["sg-1".into()], ranges: Vec::new() };
        let outward = SecurityRule { ports: None, groups: Vec::new(), ranges: vec!["0.0.0.0/0".into()] };
        assert_eq!(rules(group.ip_permissions), [inward]);
        assert_eq!(rules(group.ip_permissions_egress), [outward]);
    }
}
