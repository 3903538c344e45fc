using Progeny.Core.Decisions;
using Progeny.Core.Evaluation;
using Progeny.Core.Feedback;
using Progeny.Core.Metrics;
using Progeny.Core.Security.Audit;
using Progeny.Core.Security;
using Progeny.Storage.Decisions;
using Progeny.Storage.Evaluation;
using Progeny.Storage.Metrics.Sqlite;
using Progeny.Storage.Security;

namespace Progeny.Storage.Tests.Metrics;

/// <summary>A perfdb in a file.</summary>
internal sealed class SqlitePerfdb : ITestPerfdb
{
    private readonly MetricsDatabase database;

    public SqlitePerfdb(TemporaryFolder folder, TimeProvider time)
    {
        database = new MetricsDatabase(folder["metrics.db"], time);
        Metrics = new SqliteMetricsStore(database, time);
        Scores = new SqliteScoreStore(database);
        var audit = new SqliteAuditLog(database, new AuditSeal(ITestPerfdb.Secret));
        Audit = audit;
        Decisions = new SqliteDecisionLog(database, audit);
        Evaluations = new SqliteEvaluationStore(database);
        Keys = new SqliteApiKeyStore(database);
    }

    public IMetricsStore Metrics { get; }

    public IScoreStore Scores { get; }

    public IDecisionLog Decisions { get; }

    public IAuditLog Audit { get; }

    public IEvaluationStore Evaluations { get; }

    public IApiKeyStore Keys { get; }

    public ValueTask DisposeAsync()
    {
        database.Dispose();
        return ValueTask.CompletedTask;
    }
}
