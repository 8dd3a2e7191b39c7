import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.elasticsearch.cluster.metadata.RepositoryMetadata;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.blobstore.BlobPath;
import org.elasticsearch.common.blobstore.BlobStore;
import org.elasticsearch.common.blobstore.fs.FsBlobStore;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.unit.ByteSizeUnit;
import org.elasticsearch.common.unit.ByteSizeValue;
import org.elasticsearch.common.xcontent.NamedXContentRegistry;
import org.elasticsearch.env.Environment;
import org.elasticsearch.indices.recovery.RecoverySettings;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.plugins.RepositoryPlugin;
import org.elasticsearch.repositories.Repository;
import org.elasticsearch.repositories.RepositoryException;
import org.elasticsearch.repositories.blobstore.BlobStoreRepository;

/**
 * Repositories of type `s3` kept in a folder: the blobs of bucket B and base path P lie in {@code <path.repo>/B/P}, and an
 * S3 gateway serves {@code <path.repo>}, so that key by key the bucket holds what the real plugin would have written.
 *
 * <p>A bucket that was not made through S3 first is refused, as S3 does. Settings that have no meaning for a folder
 * ({@code region}, {@code role_arn}, {@code endpoint} and the like) are kept and shown like any other, and have no effect.
 */
public final class FolderS3Plugin extends Plugin implements RepositoryPlugin {
    @Override
    public Map<String, Repository.Factory> getRepositories(
            Environment environment,
            NamedXContentRegistry registry,
            ClusterService clusterService,
            RecoverySettings recoverySettings) {
        Path buckets = environment.repoFiles()[0];
        return Map.of("s3", metadata -> new FolderS3Repository(metadata, buckets, registry, clusterService, recoverySettings));
    }

    private static final class FolderS3Repository extends BlobStoreRepository {
        private static final int BUFFER_BYTES = 128 * 1024;

        private final String name;
        private final Path bucket;
        private final Path base;
        private final boolean readOnly;
        private final ByteSizeValue chunkSize;

        FolderS3Repository(
                RepositoryMetadata metadata,
                Path buckets,
                NamedXContentRegistry registry,
                ClusterService clusterService,
                RecoverySettings recoverySettings) {
            super(metadata, metadata.settings().getAsBoolean("compress", false), registry, clusterService, recoverySettings);
            Settings settings = metadata.settings();
            name = metadata.name();
            bucket = inside(buckets, required(settings, name, "bucket"), name);
            base = inside(bucket, settings.get("base_path", ""), name);
            readOnly = settings.getAsBoolean("readonly", false);
            chunkSize = settings.getAsBytesSize("chunk_size", new ByteSizeValue(1, ByteSizeUnit.GB));
        }

        private static String required(Settings settings, String repository, String key) {
            String value = settings.get(key);
            if (value == null || value.isEmpty()) {
                throw new RepositoryException(repository, "a repository of type s3 needs the setting [" + key + "]");
            }
            return value;
        }

        private static Path inside(Path folder, String relative, String repository) {
            Path path = folder.resolve(relative).normalize();
            if (!path.startsWith(folder)) {
                throw new RepositoryException(repository, "[" + relative + "] leaves its folder");
            }
            return path;
        }

        @Override
        protected BlobStore createBlobStore() throws Exception {
            if (!Files.isDirectory(bucket)) {
                throw new RepositoryException(name, "NoSuchBucket: there is no bucket [" + bucket.getFileName() + "]");
            }
            return new FsBlobStore(BUFFER_BYTES, base, readOnly);
        }

        @Override
        public BlobPath basePath() {
            return BlobPath.cleanPath();
        }

        @Override
        protected ByteSizeValue chunkSize() {
            return chunkSize;
        }
    }
}
