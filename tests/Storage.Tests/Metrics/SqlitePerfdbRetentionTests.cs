namespace Progeny.Storage.Tests.Metrics;

public sealed class SqlitePerfdbRetentionTests : PerfdbRetentionTests
{
    private readonly TemporaryFolder folder = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }

    private protected override Task<ITestPerfdb> OpenAsync() => Task.FromResult<ITestPerfdb>(new SqlitePerfdb(folder, Clock));
}
