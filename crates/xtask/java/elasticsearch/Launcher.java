import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.Node;
import org.elasticsearch.transport.Netty4Plugin;

/**
 * Starts one Elasticsearch 7 node from jars alone, with HTTP on Netty and {@link FolderS3Plugin} in the place of the
 * `s3` repository plugin, which is not published as a jar.
 *
 * <p>Argument 1 is the node's configuration folder, argument 2 a properties file of settings.
 */
public final class Launcher {
    public static void main(String[] args) throws Exception {
        Environment environment = new Environment(settings(Path.of(args[1])), Path.of(args[0]));
        TestNode node = new TestNode(environment);
        node.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
        new CountDownLatch(1).await();
    }

    private static Settings settings(Path file) throws Exception {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Settings.Builder settings = Settings.builder();
        for (String key : properties.stringPropertyNames()) {
            settings.put(key, properties.getProperty(key));
        }
        return settings.build();
    }

    private static void close(Node node) {
        try {
            node.close();
        } catch (Exception failure) {
            System.err.println("the node did not close cleanly: " + failure);
        }
    }

    /** The constructor that takes plugins by class is protected, hence a subclass. */
    private static final class TestNode extends Node {
        TestNode(Environment environment) {
            super(environment, List.of(Netty4Plugin.class, FolderS3Plugin.class), false);
        }
    }
}
