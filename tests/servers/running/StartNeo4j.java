import java.nio.file.Path;
import org.neo4j.dbms.api.DatabaseManagementService;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;

/** Neo4j with Bolt, as HOME/conf/neo4j.conf says, until it is told to stop. */
public final class StartNeo4j {
    public static void main(String[] arguments) throws InterruptedException {
        Path home = Path.of(arguments[0]);
        DatabaseManagementService service = new DatabaseManagementServiceBuilder(home)
                .loadPropertiesFromFile(home.resolve("conf").resolve("neo4j.conf"))
                .build();
        Runtime.getRuntime().addShutdownHook(new Thread(service::shutdown));
        System.out.println("It answers.");
        Thread.currentThread().join();
    }
}
