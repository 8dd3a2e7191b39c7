//! Money: list prices that turn bytes into a monthly amount.

use serde::{Deserialize, Serialize};

/// Prices in US dollars. The defaults are S3 and EBS list prices of us-east-1 (2026); the configuration may replace each.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Prices {
    /// One GiB-month of the domain's storage (gp3 of an OpenSearch domain).
    pub domain_gib_month: f64,
    /// One GiB-month in S3 Standard: the snapshot bucket, and blocks that are in no other class.
    pub s3_gib_month: f64,
    /// A thousand PUT or LIST requests.
    pub s3_put_thousand: f64,
    /// A thousand GET requests.
    pub s3_get_thousand: f64,
    pub classes: ClassPrices,
}

/// One GiB-month in S3's other classes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClassPrices {
    pub standard_ia: f64,
    pub onezone_ia: f64,
    pub glacier_ir: f64,
    pub glacier: f64,
    pub deep_archive: f64,
    pub reduced_redundancy: f64,
}

impl Default for Prices {
    fn default() -> Self {
        Self {
            domain_gib_month: 0.122,
            s3_gib_month: 0.023,
            s3_put_thousand: 0.005,
            s3_get_thousand: 0.0004,
            classes: ClassPrices::default(),
        }
    }
}

impl Default for ClassPrices {
    fn default() -> Self {
        Self {
            standard_ia: 0.0125,
            onezone_ia: 0.01,
            glacier_ir: 0.004,
            glacier: 0.0036,
            deep_archive: 0.00099,
            reduced_redundancy: 0.024,
        }
    }
}
