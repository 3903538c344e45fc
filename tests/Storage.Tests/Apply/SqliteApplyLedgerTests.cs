using Progeny.Core.Apply;
using Progeny.Storage.Apply;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.Tests.Apply;

public sealed class SqliteApplyLedgerTests : ApplyLedgerTests, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private DatasetDatabase database;

    public SqliteApplyLedgerTests() => database = new DatasetDatabase(folder["datasets.db"]);

    protected override IApplyLedger Ledger => new SqliteApplyLedger(database, TimeProvider.System);

    protected override IApplyLedger Other
    {
        get
        {
            database.Dispose();
            database = new DatasetDatabase(folder["datasets.db"]);
            return Ledger;
        }
    }

    public void Dispose()
    {
        database.Dispose();
        folder.Dispose();
    }
}
