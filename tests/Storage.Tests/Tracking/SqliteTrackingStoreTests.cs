using Progeny.Storage.Tracking;
using Progeny.Storage.Tracking.Sqlite;

namespace Progeny.Storage.Tests.Tracking;

public sealed class SqliteTrackingStoreTests : TrackingStoreTests, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SqliteTrackingDatabase database;

    public SqliteTrackingStoreTests() => database = new SqliteTrackingDatabase(folder["tracking.db"]);

    protected override TrackingDatabase Database => database;

    public void Dispose()
    {
        database.Dispose();
        folder.Dispose();
    }
}
