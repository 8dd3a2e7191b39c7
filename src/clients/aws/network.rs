//! EC2, only read: subnets of the VPC, their routes, the security group.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::error::{asked, there};
use super::{Reader, Result};

pub(super) const VERSION: &str = "2016-11-15";

/// A subnet, as far as it matters to where a function can stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subnet {
    pub id: String,
    pub zone: String,
    /// Addresses that are free; each function needs some.
    pub free_addresses: u32,
    /// Whether its default route leads to an internet gateway: Lambda gives no public address, so nothing is gained there.
    pub public: bool,
    /// Whether S3 is reached from it: by a gateway endpoint, or by a default route that leads out.
    pub reaches_s3: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subnets {
    #[serde(default)]
    subnet_set: Items<SubnetItem>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub(super) struct Items<T> {
    #[serde(default = "Vec::new")]
    pub(super) item: Vec<T>,
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self { item: Vec::new() }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SubnetItem {
    subnet_id: String,
    #[serde(default)]
    availability_zone: String,
    #[serde(default)]
    available_ip_address_count: u32,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RouteTables {
    #[serde(default)]
    route_table_set: Items<RouteTable>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RouteTable {
    route_table_id: String,
    #[serde(default)]
    route_set: Items<Route>,
    #[serde(default)]
    association_set: Items<Association>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Route {
    destination_cidr_block: Option<String>,
    gateway_id: Option<String>,
    nat_gateway_id: Option<String>,
    transit_gateway_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Association {
    subnet_id: Option<String>,
    #[serde(default)]
    main: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoints {
    #[serde(default)]
    vpc_endpoint_set: Items<Endpoint>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint {
    #[serde(default)]
    service_name: String,
    #[serde(default)]
    vpc_endpoint_type: String,
    #[serde(default)]
    route_table_id_set: Items<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Groups {
    #[serde(default)]
    security_group_info: Items<Group>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    vpc_id: Option<String>,
}

impl Reader {
    /// The subnets of a VPC with what their routes lead to.
    ///
    /// # Errors
    ///
    /// When subnets or route tables cannot be read.
    pub async fn subnets(&self, vpc: &str) -> Result<Vec<Subnet>> {
        let thing = format!("VPC {vpc}");
        let filter = [
            ("Filter.1.Name".to_owned(), "vpc-id".to_owned()),
            ("Filter.1.Value.1".to_owned(), vpc.to_owned()),
        ];
        let subnets =
            self.signed.query::<Subnets>(asked("ec2:DescribeSubnets", &thing), "ec2", VERSION, &filter);
        let tables = self.signed.query::<RouteTables>(
            asked("ec2:DescribeRouteTables", &thing),
            "ec2",
            VERSION,
            &filter,
        );
        let endpoints = self.signed.query::<Endpoints>(
            asked("ec2:DescribeVpcEndpoints", &thing),
            "ec2",
            VERSION,
            &filter,
        );
        let (subnets, tables, endpoints) = tokio::try_join!(subnets, tables, endpoints)?;
        let routes = Routes::of(tables.route_table_set.item, &endpoints.vpc_endpoint_set.item);
        Ok(subnets.subnet_set.item.into_iter().map(|subnet| routes.judge(subnet)).collect())
    }

    /// The VPC that a security group is in; `None` when there is no such group.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn security_group_vpc(&self, group: &str) -> Result<Option<String>> {
        let thing = format!("security group {group}");
        let asked = asked("ec2:DescribeSecurityGroups", &thing);
        let fields = [("GroupId.1".to_owned(), group.to_owned())];
        let found = there(self.signed.query::<Groups>(asked, "ec2", VERSION, &fields).await)?;
        let first = found.and_then(|found| found.security_group_info.item.into_iter().next());
        Ok(first.and_then(|group| group.vpc_id))
    }
}

/// Route tables by subnet, and the main one for those without.
struct Routes {
    of_subnet: BTreeMap<String, usize>,
    main: Option<usize>,
    tables: Vec<RouteTable>,
    /// Tables from which a gateway endpoint leads to S3.
    with_gateway: BTreeSet<String>,
    /// S3 has an interface in the VPC itself.
    interface: bool,
}

impl Routes {
    fn of(tables: Vec<RouteTable>, endpoints: &[Endpoint]) -> Self {
        let to_s3 = || endpoints.iter().filter(|endpoint| endpoint.service_name.ends_with(".s3"));
        let mut routes = Self {
            of_subnet: BTreeMap::new(),
            main: None,
            tables: Vec::new(),
            with_gateway: to_s3()
                .flat_map(|endpoint| endpoint.route_table_id_set.item.iter().cloned())
                .collect(),
            interface: to_s3().any(|endpoint| endpoint.vpc_endpoint_type == "Interface"),
        };
        for (at, table) in tables.iter().enumerate() {
            for association in &table.association_set.item {
                if let Some(subnet) = &association.subnet_id {
                    routes.of_subnet.insert(subnet.clone(), at);
                }
                if association.main {
                    routes.main = Some(at);
                }
            }
        }
        Self { tables, ..routes }
    }

    fn judge(&self, subnet: SubnetItem) -> Subnet {
        let at = self.of_subnet.get(&subnet.subnet_id).copied().or(self.main);
        let table = at.and_then(|at| self.tables.get(at));
        let routes = table.map_or(&[][..], |table| &table.route_set.item);
        let starts = |id: &Option<String>, start: &str| id.as_deref().is_some_and(|id| id.starts_with(start));
        let default = |route: &&Route| route.destination_cidr_block.as_deref() == Some("0.0.0.0/0");
        let public = routes.iter().filter(default).any(|route| starts(&route.gateway_id, "igw-"));
        let leads_out = routes
            .iter()
            .filter(default)
            .any(|route| route.nat_gateway_id.is_some() || route.transit_gateway_id.is_some());
        let gateway = table.is_some_and(|table| self.with_gateway.contains(&table.route_table_id));
        Subnet {
            id: subnet.subnet_id,
            zone: subnet.availability_zone,
            free_addresses: subnet.available_ip_address_count,
            public,
            reaches_s3: gateway || self.interface || leads_out,
        }
    }
}
