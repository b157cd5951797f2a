import static org.codelibs.opensearch.runner.OpenSearchRunner.newConfigs;

import java.io.IOException;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One node of OpenSearch with its data in a folder, until it is told to stop. Arguments: FOLDER, HTTP, TRANSPORT. */
public final class StartOpenSearch {
    public static void main(String[] arguments) throws InterruptedException {
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
            settings.put("http.port", arguments[1]);
            settings.put("transport.port", arguments[2]);
            settings.put("discovery.type", "single-node");
            settings.put("network.host", "127.0.0.1");
        }).build(newConfigs().basePath(arguments[0]).clusterName("tests").numOfNode(1).disableESLogger());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                runner.close();
            } catch (IOException error) {
                error.printStackTrace();
            }
        }));
        runner.ensureYellow();
        System.out.println("It answers.");
        Thread.currentThread().join();
    }
}
