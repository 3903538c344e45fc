using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Core.Decisions;
using Progeny.Core.Evaluation;
using Progeny.Core.Feedback;
using Progeny.Core.Metrics;
using Progeny.Core.Security.Audit;
using Progeny.Core.Security;
using Progeny.Storage.Common.Postgres;
using Progeny.Storage.Decisions;
using Progeny.Storage.Evaluation;
using Progeny.Storage.Metrics.Postgres;
using Progeny.Storage.Security;

namespace Progeny.Storage.Tests.Metrics;

/// <summary>The stores of one member of a cluster over its database.</summary>
internal sealed class PostgresPerfdbNode : ITestPerfdb
{
    public PostgresPerfdbNode(string connectionString, TimeProvider time)
    {
        Database = new ClusterDatabase(Options.Create(new ClusterOptions { ConnectionString = connectionString }));
        var perfdb = new PostgresPerfdb(Database, time);
        Metrics = new PostgresMetricsStore(perfdb, time);
        Scores = new PostgresScoreStore(perfdb);
        var audit = new PostgresAuditLog(Database, perfdb, new AuditSeal(ITestPerfdb.Secret));
        Audit = audit;
        Decisions = new PostgresDecisionLog(Database, audit);
        Evaluations = new PostgresEvaluationStore(Database);
        Keys = new PostgresApiKeyStore(Database);
    }

    public ClusterDatabase Database { get; }

    public IMetricsStore Metrics { get; }

    public IScoreStore Scores { get; }

    public IDecisionLog Decisions { get; }

    public IAuditLog Audit { get; }

    public IEvaluationStore Evaluations { get; }

    public IApiKeyStore Keys { get; }

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
