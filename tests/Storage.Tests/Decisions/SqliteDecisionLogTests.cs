using Progeny.Storage.Tests.Metrics;

namespace Progeny.Storage.Tests.Decisions;

public sealed class SqliteDecisionLogTests : DecisionLogTests
{
    private readonly TemporaryFolder folder = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }

    private protected override Task<ITestPerfdb> OpenAsync() => Task.FromResult<ITestPerfdb>(new SqlitePerfdb(folder, Clock));
}
