"""Make a VPC with a private subnet that has a way to S3, and a security group, on an emulator of AWS; print their ids.

Called by `cargo xtask bench` as `network.py ENDPOINT ACCOUNT REGION`. Prints the VPC's and the group's id on one line.
"""

import re
import sys
import urllib.parse
import urllib.request


def main():
    endpoint, account, region = sys.argv[1:4]
    scope = f"{account}/20260101/{region}/ec2/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        "Content-Type": "application/x-www-form-urlencoded",
    }

    def ec2(action, element, **fields):
        form = {"Action": action, "Version": "2016-11-15", **fields}
        data = urllib.parse.urlencode({key.replace("__", "."): value for key, value in form.items()}).encode()
        with urllib.request.urlopen(urllib.request.Request(endpoint + "/", data, headers), timeout=30) as reply:
            text = reply.read().decode()
        return re.search(f"<{element}>([^<]*)</{element}>", text).group(1)

    vpc = ec2("CreateVpc", "vpcId", CidrBlock="10.0.0.0/16")
    subnet = ec2("CreateSubnet", "subnetId", VpcId=vpc, CidrBlock="10.0.1.0/24", AvailabilityZone=f"{region}a")
    group = ec2("CreateSecurityGroup", "groupId", GroupName=f"bench-{vpc}", GroupDescription="bench", VpcId=vpc)
    table = ec2("CreateRouteTable", "routeTableId", VpcId=vpc)
    ec2("AssociateRouteTable", "associationId", RouteTableId=table, SubnetId=subnet)
    ec2("CreateVpcEndpoint", "vpcEndpointId", VpcId=vpc, ServiceName=f"com.amazonaws.{region}.s3", RouteTableId__1=table)
    print(vpc, group)


if __name__ == "__main__":
    main()
