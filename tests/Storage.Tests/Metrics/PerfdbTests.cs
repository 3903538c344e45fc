using Progeny.Core.Metrics;

namespace Progeny.Storage.Tests.Metrics;

/// <summary>What the tests of a perfdb's stores share: they run on every database.</summary>
public abstract class PerfdbTests : IAsyncLifetime
{
    private protected static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private protected Clock Clock { get; } = new(Noon);

    private protected ITestPerfdb Perfdb { get; private set; } = null!;

    private protected IMetricsStore Metrics => Perfdb.Metrics;

    private protected Core.Feedback.IScoreStore Scores => Perfdb.Scores;

    public async Task InitializeAsync() => Perfdb = await OpenAsync();

    public virtual async Task DisposeAsync() => await Perfdb.DisposeAsync();

    /// <summary>Stops the node and starts another over the same database.</summary>
    private protected async Task ReopenAsync()
    {
        await Perfdb.DisposeAsync();
        Perfdb = await OpenAsync();
    }

    /// <summary>Opens the test's perfdb, as a node does.</summary>
    private protected abstract Task<ITestPerfdb> OpenAsync();
}
