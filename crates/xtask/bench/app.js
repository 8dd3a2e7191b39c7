// A stack like the former project's, for `cdk diff` without a change: a bucket, a role with its policy, two functions, a rule.
const { App, Stack } = require("aws-cdk-lib");
const { Bucket } = require("aws-cdk-lib/aws-s3");
const { Function: Lambda, Runtime, Code } = require("aws-cdk-lib/aws-lambda");
const { Rule, Schedule } = require("aws-cdk-lib/aws-events");
const { LambdaFunction } = require("aws-cdk-lib/aws-events-targets");

const app = new App();
const stack = new Stack(app, "EsToS3", { env: { account: process.env.AWS_ACCESS_KEY_ID, region: process.env.AWS_REGION } });
const bucket = new Bucket(stack, "Snapshots");
const code = Code.fromInline("def handler(event, context): pass");
const [register, manage] = ["RegisterRepo", "ManageIndices"].map(
  (id) => new Lambda(stack, id, { runtime: Runtime.PYTHON_3_12, handler: "index.handler", code }),
);
bucket.grantRead(register);
bucket.grantRead(manage);
new Rule(stack, "Daily", { schedule: Schedule.cron({ minute: "0", hour: "5" }), targets: [new LambdaFunction(manage)] });
