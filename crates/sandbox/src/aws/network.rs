//! EC2: VPCs, subnets, route tables, endpoints and security groups, as far as a function's place depends on them.

use serde_json::{Value, json};

use super::{Ask, Call, Refusal, Told};

/// Each as EC2 tells of it.
#[derive(Clone, Debug, Default)]
pub struct Network {
    pub vpcs: Vec<Value>,
    pub subnets: Vec<Value>,
    pub route_tables: Vec<Value>,
    pub endpoints: Vec<Value>,
    pub security_groups: Vec<Value>,
}

/// The VPC and the security group that every world has.
pub const VPC: &str = "vpc-0123456789abcdef0";
pub const SECURITY_GROUP: &str = "sg-0123456789abcdef0";

pub(super) const CALLS: &[(&str, Call)] = &[
    ("DescribeSubnets", |ask| Ok(json!({ "subnetSet": of_vpc(ask, &ask.account.network.subnets) }))),
    ("DescribeRouteTables", |ask| {
        Ok(json!({ "routeTableSet": of_vpc(ask, &ask.account.network.route_tables) }))
    }),
    ("DescribeVpcEndpoints", |ask| {
        Ok(json!({ "vpcEndpointSet": of_vpc(ask, &ask.account.network.endpoints) }))
    }),
    ("DescribeSecurityGroups", describe_security_groups),
    ("CreateVpc", create_vpc),
    ("CreateSubnet", create_subnet),
    ("CreateSecurityGroup", create_security_group),
    ("CreateRouteTable", create_route_table),
    ("AssociateRouteTable", associate_route_table),
    ("CreateVpcEndpoint", create_vpc_endpoint),
];

impl Network {
    /// A public subnet with an internet gateway, and two private ones, in two zones, from which a gateway endpoint leads to S3.
    pub(super) fn usual() -> Self {
        let default = json!({"destinationCidrBlock": "0.0.0.0/0", "gatewayId": "igw-0a"});
        let joined = |subnets: &[&str]| -> Vec<Value> {
            subnets.iter().map(|subnet| json!({"subnetId": subnet, "main": false})).collect()
        };
        Self {
            vpcs: vec![json!({ "vpcId": VPC })],
            subnets: vec![
                subnet("subnet-0a", VPC, "us-east-1a"),
                subnet("subnet-0b", VPC, "us-east-1b"),
                subnet("subnet-0c", VPC, "us-east-1a"),
            ],
            route_tables: vec![
                json!({"routeTableId": "rtb-private", "vpcId": VPC, "routeSet": [], "associationSet": joined(&["subnet-0a", "subnet-0b"])}),
                json!({"routeTableId": "rtb-public", "vpcId": VPC, "routeSet": [default], "associationSet": joined(&["subnet-0c"])}),
            ],
            endpoints: vec![endpoint("vpce-0a", VPC, "com.amazonaws.us-east-1.s3", &["rtb-private".into()])],
            security_groups: vec![group(SECURITY_GROUP, VPC, "logs")],
        }
    }
}

fn subnet(id: &str, vpc: &str, zone: &str) -> Value {
    json!({"subnetId": id, "vpcId": vpc, "availabilityZone": zone, "availableIpAddressCount": 250, "state": "available"})
}

fn endpoint(id: &str, vpc: &str, service: &str, tables: &[String]) -> Value {
    json!({"vpcEndpointId": id, "vpcEndpointType": "Gateway", "vpcId": vpc, "serviceName": service, "routeTableIdSet": tables})
}

/// A new group lets its own members in nowhere and everything out.
fn group(id: &str, vpc: &str, name: &str) -> Value {
    let out = json!({"ipProtocol": "-1", "groups": [], "ipRanges": [{"cidrIp": "0.0.0.0/0"}]});
    json!({"groupId": id, "groupName": name, "vpcId": vpc, "ipPermissions": [], "ipPermissionsEgress": [out]})
}

/// Those that the filter `vpc-id` lets through.
fn of_vpc(ask: &Ask<'_>, all: &[Value]) -> Vec<Value> {
    let filters = ask.fields["Filter"].as_array().into_iter().flatten();
    let mut vpcs = filters.filter(|filter| filter["Name"] == "vpc-id");
    let wanted = vpcs.next().and_then(|filter| filter["Value"].as_array());
    all.iter().filter(|one| wanted.is_none_or(|wanted| wanted.contains(&one["vpcId"]))).cloned().collect()
}

fn describe_security_groups(ask: &mut Ask<'_>) -> Told {
    let all = &ask.account.network.security_groups;
    let wanted = ask.list("GroupId");
    if let Some(absent) = wanted.iter().find(|id| !all.iter().any(|group| group["groupId"] == **id)) {
        let message = format!("The security group '{absent}' does not exist");
        return Err(Refusal::new(400, "InvalidGroup.NotFound", message));
    }
    let found: Vec<&Value> = all
        .iter()
        .filter(|group| wanted.is_empty() || wanted.iter().any(|id| group["groupId"] == **id))
        .collect();
    Ok(json!({ "securityGroupInfo": found }))
}

fn new_id(ask: &mut Ask<'_>, kind: &str) -> String {
    format!("{kind}-0{}", ask.account.unique())
}

fn create_vpc(ask: &mut Ask<'_>) -> Told {
    let id = new_id(ask, "vpc");
    ask.account.network.vpcs.push(json!({ "vpcId": id }));
    Ok(json!({ "vpc": { "vpcId": id, "state": "available" } }))
}

fn vpc(ask: &Ask<'_>) -> Result<String, Refusal> {
    let id = ask.text("VpcId").to_owned();
    let there = ask.account.network.vpcs.iter().any(|vpc| vpc["vpcId"] == *id);
    let absent = || Refusal::new(400, "InvalidVpcID.NotFound", format!("The vpc ID '{id}' does not exist"));
    if there { Ok(id) } else { Err(absent()) }
}

fn create_subnet(ask: &mut Ask<'_>) -> Told {
    let (vpc, id) = (vpc(ask)?, new_id(ask, "subnet"));
    let made = subnet(&id, &vpc, ask.text("AvailabilityZone"));
    ask.account.network.subnets.push(made.clone());
    Ok(json!({ "subnet": made }))
}

fn create_security_group(ask: &mut Ask<'_>) -> Told {
    let (vpc, id) = (vpc(ask)?, new_id(ask, "sg"));
    let made = group(&id, &vpc, ask.text("GroupName"));
    ask.account.network.security_groups.push(made);
    Ok(json!({ "groupId": id, "return": true }))
}

fn create_route_table(ask: &mut Ask<'_>) -> Told {
    let (vpc, id) = (vpc(ask)?, new_id(ask, "rtb"));
    let made = json!({"routeTableId": id, "vpcId": vpc, "routeSet": [], "associationSet": []});
    ask.account.network.route_tables.push(made.clone());
    Ok(json!({ "routeTable": made }))
}

fn associate_route_table(ask: &mut Ask<'_>) -> Told {
    let (id, subnet) = (ask.text("RouteTableId").to_owned(), ask.text("SubnetId").to_owned());
    let association = new_id(ask, "rtbassoc");
    let mut tables = ask.account.network.route_tables.iter_mut();
    let table = tables.find(|table| table["routeTableId"] == *id).ok_or_else(|| {
        Refusal::new(400, "InvalidRouteTableID.NotFound", format!("The routeTable ID '{id}' does not exist"))
    })?;
    if let Some(joined) = table["associationSet"].as_array_mut() {
        joined.push(json!({"routeTableAssociationId": association, "subnetId": subnet, "main": false}));
    }
    Ok(json!({ "associationId": association }))
}

fn create_vpc_endpoint(ask: &mut Ask<'_>) -> Told {
    let (vpc, id) = (vpc(ask)?, new_id(ask, "vpce"));
    let made = endpoint(&id, &vpc, ask.text("ServiceName"), &ask.list("RouteTableId"));
    ask.account.network.endpoints.push(made.clone());
    Ok(json!({ "vpcEndpoint": made }))
}
