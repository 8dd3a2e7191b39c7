import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.opensearch.Version;
import org.opensearch.common.settings.KeyStoreWrapper;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.Node;
import org.opensearch.plugins.PluginInfo;

/**
 * Starts one OpenSearch node from jars alone, with the two plugins that the project's tests need: HTTP on Netty and the
 * real `s3` repository. The distribution's own start-up loads plugins from folders and checks limits of the machine;
 * a test node wants neither.
 *
 * <p>Argument 1 is the node's configuration folder, argument 2 a properties file of settings. A key that starts with
 * {@code secure.} goes to the node's keystore, where the S3 client looks for credentials.
 */
public final class Launcher {
    private static final String SECURE = "secure.";

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
        KeyStoreWrapper keystore = KeyStoreWrapper.create();
        Settings.Builder settings = Settings.builder();
        for (String key : properties.stringPropertyNames()) {
            String value = properties.getProperty(key);
            if (key.startsWith(SECURE)) {
                keystore.setString(key.substring(SECURE.length()), value.toCharArray());
            } else {
                settings.put(key, value);
            }
        }
        return settings.setSecureSettings(keystore).build();
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
            super(environment, PLUGINS, false);
        }
    }

    private static final List<PluginInfo> PLUGINS = List.of(
            plugin("transport-netty4", "org.opensearch.transport.Netty4ModulePlugin"),
            plugin("repository-s3", "org.opensearch.repositories.s3.S3RepositoryPlugin"));

    private static PluginInfo plugin(String name, String className) {
        return new PluginInfo(
                name, "from the class path", Version.CURRENT.toString(), Version.CURRENT, "21", className, name, List.of(), false);
    }
}
