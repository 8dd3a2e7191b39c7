//! What a principal may do in the bucket of blocks. Nothing where no bucket is declared, or where it is not Amazon's.

use super::Names;
use crate::config::Config;
use crate::model::infra::Statement;
use crate::model::thanos::{Compactor, ThanosSpec};

/// The audit and the plan: names and sizes of all objects, the metadata, the bucket's own settings.
pub fn block_reads(config: &Config, names: &Names) -> Vec<Statement> {
    let Some((spec, bucket)) = place(config, names) else { return Vec::new() };
    let below = format!("{bucket}/{}*", spec.key_prefix());
    vec![
        Statement::allow("ListBlocks")
            .actions([
                "s3:ListBucket",
                "s3:ListBucketMultipartUploads",
                "s3:ListBucketVersions",
                "s3:GetLifecycleConfiguration",
                "s3:GetBucketVersioning",
            ])
            .on([bucket]),
        Statement::allow("ReadBlocks")
            .actions(["s3:GetObject"])
            .on([format!("{below}/meta.json"), format!("{below}-mark.json")]),
    ]
}

/// Marks, and what Thanos never removes; whole blocks only where no Compactor does it.
pub fn block_writes(config: &Config, names: &Names) -> Vec<Statement> {
    let Some((spec, bucket)) = place(config, names) else { return Vec::new() };
    let prefix = format!("{bucket}/{}", spec.key_prefix());
    let removed = match spec.compactor {
        Compactor::Thanos => {
            vec![format!("{prefix}*-mark.json"), format!("{prefix}*/"), format!("{prefix}debug/metas/*")]
        }
        Compactor::None => vec![format!("{prefix}*")],
    };
    let mut statements = vec![
        Statement::allow("MarkBlocks")
            .actions(["s3:PutObject"])
            .on([format!("{prefix}*/deletion-mark.json")]),
        Statement::allow("PurgeBlocks").actions(["s3:DeleteObject"]).on(removed),
        Statement::allow("EndUploads").actions(["s3:AbortMultipartUpload"]).on([format!("{prefix}*")]),
    ];
    if config.infrastructure {
        statements.push(
            Statement::allow("BlockRules").actions(["s3:PutLifecycleConfiguration"]).on([bucket.clone()]),
        );
    }
    statements
}

fn place<'a>(config: &'a Config, names: &Names) -> Option<(&'a ThanosSpec, String)> {
    let spec = config.thanos.as_ref().filter(|spec| spec.endpoint.is_none())?;
    Some((spec, names.bucket_arn(spec.bucket.as_str())))
}
