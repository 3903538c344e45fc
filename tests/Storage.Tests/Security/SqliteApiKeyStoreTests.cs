using Progeny.Storage.Tests.Metrics;

namespace Progeny.Storage.Tests.Security;

public sealed class SqliteApiKeyStoreTests : ApiKeyStoreTests
{
    private readonly TemporaryFolder folder = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }

    private protected override Task<ITestPerfdb> OpenAsync() => Task.FromResult<ITestPerfdb>(new SqlitePerfdb(folder, Clock));
}
